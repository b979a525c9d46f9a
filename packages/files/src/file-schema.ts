import { EtlError, typeName, type Field, type FieldType, type Json, type Schema } from '@etl/sdk';
import { checkedNames } from './column-names.js';
import type { Format, Guesses } from './format.js';
import type { SourceFile } from './source-file.js';
import { TypeGuess } from './type-guess.js';

/** A file that is about to be read. */
export interface OpenedFile {
  readonly file: SourceFile;
  readonly format: Format;
  readonly layout: Json;
}

export interface SchemaWishes {
  /** As the extract says it: a selection, or types. */
  readonly columns: readonly string[] | Readonly<Record<string, FieldType>> | undefined;
  /** As committed in schemas.yaml. */
  readonly committed: Schema | undefined;
  /** Columns that the job needs; absent: all. */
  readonly needed: readonly string[] | undefined;
  readonly signal: AbortSignal;
  /** Bytes that may be looked at to find types. */
  readonly budget: number;
}

export interface FileSchema {
  readonly schema: Schema;
  /** Keys of JSON records that are left out on purpose. */
  readonly leftOut: readonly string[] | 'all';
}

/** The columns that a set of files gives. Throws SCHEMA_MISMATCH where they differ from each other, from what is committed, or lack what is asked for. */
export async function fileSchema(files: readonly OpenedFile[], wishes: SchemaWishes): Promise<FileSchema> {
  const { columns, committed, needed } = wishes;
  const list = isList(columns) ? columns : undefined;
  const types = new Map(columns === undefined || isList(columns) ? [] : Object.entries(columns));
  for (const opened of files) compareNames(opened, files[0], { committed, list, types });
  const all = committed === undefined ? await guessedFields(files, wishes, types) : committedFields(committed, list, types);
  const names = all.map(({ name }) => name);
  for (const name of needed ?? []) if (!names.includes(name)) throw missing(files[0], `there is no column ${name}`, names);
  const fields = needed === undefined ? all : needed.flatMap((name) => all.filter((field) => field.name === name));
  return {
    schema: { fields, key: [] },
    leftOut: list === undefined ? names.filter((name) => !fields.some((field) => field.name === name)) : 'all',
  };
}

const isList = (columns: SchemaWishes['columns']): columns is readonly string[] => Array.isArray(columns);

interface Named {
  readonly committed: Schema | undefined;
  readonly list: readonly string[] | undefined;
  readonly types: ReadonlyMap<string, FieldType>;
}

/** For formats whose files name their columns: they have to be those of the first file, and those that were committed. */
function compareNames(opened: OpenedFile, first: OpenedFile | undefined, { committed, list, types }: Named): void {
  const names = opened.format.names(opened.layout);
  if (names === null) return;
  const asked = [...(list ?? []), ...types.keys()].filter((name) => !names.includes(name));
  if (asked.length > 0) throw missing(opened, `there is no column ${asked.join(', ')}`, names);
  const selected = list === undefined ? names : names.filter((name) => list.includes(name));
  const expected = committed?.fields.map(({ name }) => name) ?? first?.format.names(first.layout) ?? names;
  const lost = expected.filter((name) => !names.includes(name));
  const added = selected.filter((name) => !expected.includes(name));
  if (lost.length === 0 && (added.length === 0 || (committed === undefined && list !== undefined))) return;
  const { path } = opened.file;
  const what = [
    lost.length > 0 ? `columns are missing: ${lost.join(', ')}` : '',
    added.length > 0 ? `columns are new: ${added.join(', ')}` : '',
  ].filter((part) => part !== '');
  throw new EtlError('SCHEMA_MISMATCH', `${path}: ${what.join('; ')}`, {
    place: { file: path },
    hint:
      committed === undefined
        ? `All files of one extract have the same columns; those of ${first?.file.path ?? 'the first'} are ${expected.join(', ')}`
        : 'If the file is right, bring schemas.yaml of the job up to date (remove the dataset from it, then run `etl preview`); to read only some columns, list them under `columns`',
  });
}

function missing(opened: OpenedFile | undefined, what: string, names: readonly string[]): EtlError {
  const path = opened?.file.path ?? 'the files';
  return new EtlError('SCHEMA_MISMATCH', `${path}: ${what}`, { place: { file: path }, hint: `Its columns are ${names.join(', ')}` });
}

function committedFields(committed: Schema, list: readonly string[] | undefined, types: ReadonlyMap<string, FieldType>): Field[] {
  const typed = committed.fields.map((field) => ({ ...field, type: types.get(field.name) ?? field.type }));
  const known = new Set(typed.map(({ name }) => name));
  const declared = [...types].filter(([name]) => !known.has(name)).map(([name, type]) => ({ name, type, nullable: true }));
  const fields: Field[] = [...typed, ...declared];
  return list === undefined ? fields : list.flatMap((name) => fields.filter((field) => field.name === name));
}

async function guessedFields(
  files: readonly OpenedFile[],
  { columns, signal, budget }: SchemaWishes,
  types: ReadonlyMap<string, FieldType>,
): Promise<Field[]> {
  const merged = new Map<string, TypeGuess | FieldType>();
  const share = Math.max(Math.min(budget, 1 << 20), Math.floor(budget / Math.max(1, files.length)));
  for (const { file, format, layout } of files)
    mergeGuesses(merged, await format.guess(file, layout, { budget: share, signal }), file.path);
  const path = files[0]?.file.path ?? 'the files';
  for (const name of types.keys()) if (!merged.has(name)) merged.set(name, new TypeGuess());
  const asked = isList(columns) ? columns : [...merged.keys()];
  if (asked.length === 0)
    throw new EtlError('SCHEMA_MISMATCH', `${path} holds no record that tells its columns`, {
      place: { file: path },
      hint: 'Declare them: `columns: {id: integer, name: text}`',
    });
  checkedNames(path, [...merged.keys()], { hint: 'Rename one of them where the file is made' });
  return asked.map((name) => {
    const guess = merged.get(name);
    if (guess === undefined) throw missing(files[0], `there is no column ${name}`, [...merged.keys()]);
    return { name, type: types.get(name) ?? (guess instanceof TypeGuess ? guess.type() : guess), nullable: true };
  });
}

function mergeGuesses(merged: Map<string, TypeGuess | FieldType>, guesses: Guesses, path: string): void {
  for (const [name, guess] of guesses) {
    const known = merged.get(name);
    if (known === undefined) merged.set(name, guess);
    else if (known instanceof TypeGuess && guess instanceof TypeGuess) known.merge(guess);
    else if (known instanceof TypeGuess || guess instanceof TypeGuess || typeName(known) !== typeName(guess))
      throw new EtlError('SCHEMA_MISMATCH', `${path}: column ${name} has another type than in the files before it`, {
        place: { file: path },
        hint: 'All files of one extract have the same columns; read the others with an extract of their own',
      });
  }
}
