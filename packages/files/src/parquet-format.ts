import { createWriteStream } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { pipeline } from 'node:stream/promises';
import { createHash } from 'node:crypto';
import { EtlError, textBatch, typeName, cellsOf, type Chunk, type Columnar, type Schema } from '@etl/sdk';
import { fileError } from './file-error.js';
import type { Format, ReadFile } from './format.js';
import { limited } from './limited.js';
import type { SourceFile } from './source-file.js';
import { readerChunks } from './stream-reader.js';

export interface ParquetOptions {
  readonly columnar: Columnar;
  /** Where files of other machines, and compressed ones, are copied to. */
  readonly temporary: string;
}

/** Parquet, read by the CLI's DuckDB. Types are those of the file. */
export function parquetFormat({ columnar, temporary }: ParquetOptions): Format {
  const describe = (file: SourceFile) =>
    withLocal(file, temporary, (path) => columnar.describeParquet(path).catch((cause: unknown) => refuse(file, cause)));
  return {
    name: 'parquet',
    async layout(file) {
      const { schema } = await describe(file);
      return { names: schema.fields.map(({ name }) => name) };
    },
    names: (layout) => (layout as { readonly names: readonly string[] }).names,
    guess: async (file) => new Map((await describe(file)).schema.fields.map(({ name, type }) => [name, type])),
    read: (plan) => limited(plan.schema, readParquet(plan, { columnar, temporary }), plan.limit),
  };
}

const refuse = (file: SourceFile, cause: unknown): never => {
  throw new EtlError('DATA_INVALID', `${file.path} cannot be read as Parquet`, {
    cause,
    place: { file: file.path },
    hint: 'Is it complete, and is it Parquet? Else state its `format`',
  });
};

async function* readParquet(plan: ReadFile, options: ParquetOptions): AsyncGenerator<Chunk> {
  const { file, schema, part, after, signal } = plan;
  let row = (after as { readonly row: number } | null)?.row ?? 0;
  const copy = await localCopy(file, options.temporary);
  const { path } = copy;
  try {
    refuseOtherTypes(file, schema, (await options.columnar.describeParquet(path).catch((cause: unknown) => refuse(file, cause))).schema);
    for await (const batch of options.columnar.readParquet(path, { columns: schema.fields.map(({ name }) => name), from: row })) {
      if (signal.aborted) throw new EtlError('CANCELLED', 'Reading was interrupted');
      const first = row;
      row += batch.length;
      yield { batch: textBatch(schema, cellsOf(schema, batch), { origin: { part, first } }), rejects: [], position: { row } };
    }
  } finally {
    await copy.free();
  }
}

/** Parquet knows its types, so that a declared type can only be the same. */
function refuseOtherTypes(file: SourceFile, schema: Schema, found: Schema): void {
  const types = new Map(found.fields.map(({ name, type }) => [name, typeName(type)]));
  const differing = schema.fields.filter(({ name, type }) => types.get(name) !== typeName(type));
  if (differing.length === 0) return;
  const shown = differing.map(({ name, type }) => `${name} is ${types.get(name) ?? 'missing'}, not ${typeName(type)}`).join('; ');
  throw new EtlError('SCHEMA_MISMATCH', `${file.path}: ${shown}`, {
    place: { file: file.path },
    hint: 'Take the types of the file, and change them with a `cast` step',
  });
}

async function withLocal<T>(file: SourceFile, temporary: string, work: (path: string) => Promise<T>): Promise<T> {
  const copy = await localCopy(file, temporary);
  try {
    return await work(copy.path);
  } finally {
    await copy.free();
  }
}

/** DuckDB reads only files of this machine. */
async function localCopy(file: SourceFile, temporary: string): Promise<{ readonly path: string; free(): Promise<void> }> {
  if (file.localPath !== undefined) return { path: file.localPath, free: async () => undefined };
  const path = join(
    temporary,
    `${createHash('sha256').update(`${file.path}\0${process.hrtime.bigint()}`).digest('hex').slice(0, 24)}.parquet`,
  );
  const reader = await file.open();
  try {
    await pipeline(readerChunks(reader), createWriteStream(path, { mode: 0o600 }));
  } catch (cause) {
    await rm(path, { force: true });
    throw fileError(cause, file.path);
  } finally {
    await reader.close();
  }
  return { path, free: () => rm(path, { force: true }) };
}
