import { EtlError, type Context, type Schema, type SchemaPolicy } from '@etl/sdk';
import type { ByteStore, FileStat } from './byte-store.js';
import type { CsvReadOptions } from './csv-options.js';
import { csvLayout } from './csv-layout.js';
import type { FileLoadOptions } from './file-load-options.js';
import type { FileKind } from './format-of.js';
import { jsonValueEnd, skipJsonSpace } from '@etl/sdk';
import { JsonGuess } from './json-guess.js';
import { jsonObject } from './json-object.js';
import { readHead, sourceFile } from './source-file.js';

/** How rows go behind those of a file that is there. */
export interface AppendTarget {
  /** The file as it was found; null: there is none, or an empty one. */
  readonly base: FileStat | null;
  /** Bytes of it that stay in front. */
  readonly length: number;
  /** What goes between them and the first new row. */
  readonly joint: string;
  /** Whether a row stands before the first new one. */
  readonly hasRows: boolean;
  /** The columns of the file, in its order, by their positions in the schema; -1: null. */
  readonly order: readonly number[];
}

export interface AppendWishes {
  readonly store: ByteStore;
  readonly path: string;
  readonly kind: FileKind;
  readonly options: FileLoadOptions;
  readonly schema: Schema;
  readonly policy: SchemaPolicy;
  readonly context: Pick<Context, 'columnar'>;
}

/** Looks at the file that rows are to be appended to. Throws SCHEMA_MISMATCH where its columns are others, DATA_INVALID where it is no file of this format. */
export async function appendTarget(wishes: AppendWishes): Promise<AppendTarget> {
  const { store, path, kind, schema } = wishes;
  const base = await store.stat(path);
  const all = schema.fields.map((_, column) => column);
  if (base === null || base.size === 0) return { base, length: 0, joint: '', hasRows: false, order: all };
  if (kind.format === 'json') return appendToArray(wishes, base);
  if (kind.format === 'parquet') return { base, length: 0, joint: '', hasRows: true, order: all };
  const names = kind.format === 'ndjson' ? await firstKeys(wishes, base) : await headerNames(wishes, base);
  const order = names === null ? all : matched(wishes, names, kind.format === 'ndjson');
  const isEnded = kind.compression !== 'none' || (await lastBytes(store, base, 1))[0] === 10;
  return { base, length: base.size, joint: isEnded ? '' : '\n', hasRows: true, order };
}

const lastBytes = (store: ByteStore, { path, size }: FileStat, count: number): Promise<Buffer> =>
  bytesAt(store, path, { from: Math.max(0, size - count), count });

async function bytesAt(store: ByteStore, path: string, { from, count }: { from: number; count: number }): Promise<Buffer> {
  const reader = await store.open(path, from);
  try {
    return (await readHead(reader, count)).bytes;
  } finally {
    await reader.close();
  }
}

async function headerNames({ store, kind, options, schema }: AppendWishes, base: FileStat): Promise<readonly string[] | null> {
  const delimiter = options.delimiter ?? (kind.format === 'tsv' ? '\t' : ',');
  const reading: CsvReadOptions = { quote: '"', header: options.header, skip: 0, null: [''], encoding: options.encoding };
  const { names } = await csvLayout(sourceFile(store, base, kind.compression), reading, delimiter);
  if (options.header) return names;
  if (names.length !== schema.fields.length)
    throw mismatch(base.path, `its rows have ${names.length} cells, those of the load ${schema.fields.length}`);
  return null;
}

/** The keys of the first record of NDJSON, or of the array that begins the text. */
async function firstKeys({ store, kind }: AppendWishes, base: FileStat): Promise<readonly string[] | null> {
  const reader = await sourceFile(store, base, kind.compression).open();
  try {
    const { bytes } = await readHead(reader, 1 << 20);
    let at = skipJsonSpace(bytes, 0, bytes.length);
    if (kind.format === 'json') at = skipJsonSpace(bytes, at + 1, bytes.length);
    if (at >= bytes.length || bytes[at] === 0x5d) return null;
    const guess = new JsonGuess();
    guess.bytes = bytes;
    const isRecord = bytes[at] === 0x7b && jsonValueEnd(bytes, at, bytes.length) >= 0 && jsonObject(bytes, at, bytes.length, guess) >= 0;
    if (!isRecord)
      throw new EtlError('DATA_INVALID', `${base.path} does not begin with a JSON record, so nothing can be appended`, {
        place: { file: base.path },
      });
    return [...guess.guesses.keys()];
  } finally {
    await reader.close();
  }
}

async function appendToArray(wishes: AppendWishes, base: FileStat): Promise<AppendTarget> {
  const { store, kind, path } = wishes;
  if (kind.compression !== 'none')
    throw new EtlError('CAPABILITY_MISSING', `Rows cannot be appended to ${path}: its array ends within compressed data`, {
      hint: 'Use NDJSON (orders.ndjson.gz), or mode replace',
    });
  const tail = await lastBytes(store, base, 1 << 16);
  let end = tail.length;
  const isSpace = (byte: number | undefined): boolean => byte === 32 || byte === 10 || byte === 13 || byte === 9;
  while (end > 0 && isSpace(tail[end - 1])) end--;
  const head = await bytesAt(store, path, { from: 0, count: 1 });
  if (tail[end - 1] !== 0x5d || head[0] !== 0x5b)
    throw new EtlError('DATA_INVALID', `${path} is no JSON array, so nothing can be appended`, {
      place: { file: path },
      hint: 'Choose another file, or mode replace',
    });
  end--;
  while (end > 0 && isSpace(tail[end - 1])) end--;
  const names = await firstKeys(wishes, base);
  const order = names === null ? wishes.schema.fields.map((_, column) => column) : matched(wishes, names, true);
  return { base, length: base.size - tail.length + end, joint: '', hasRows: names !== null, order };
}

/** Positions in the schema of the columns that are written; -1: the load lacks it, so it is null. Records may get further keys; rows of a table may not. */
function matched({ path, schema, policy }: AppendWishes, names: readonly string[], isOpen: boolean): readonly number[] {
  const positions = new Map(schema.fields.map(({ name }, column) => [name, column]));
  const added = schema.fields.map(({ name }, column) => ({ name, column })).filter(({ name }) => !names.includes(name));
  const order = names.map((name) => positions.get(name) ?? -1);
  if (isOpen && policy === 'evolve') return [...order.filter((column) => column >= 0), ...added.map(({ column }) => column)];
  const lost = names.filter((name) => !positions.has(name));
  if (added.length > 0 && policy !== 'ignore-new')
    throw mismatch(path, `it lacks columns of the load: ${added.map(({ name }) => name).join(', ')}`);
  if (lost.length > 0 && policy === 'freeze') throw mismatch(path, `it has columns that the load lacks: ${lost.join(', ')}`);
  return isOpen ? order.filter((column) => column >= 0) : order;
}

const mismatch = (path: string, what: string): EtlError =>
  new EtlError('SCHEMA_MISMATCH', `Rows cannot be appended to ${path}: ${what}`, {
    place: { file: path },
    hint: 'Select or rename columns to those of the file, write to a new file, or use mode replace; `schema: ignore-new` leaves out columns that the file lacks',
  });
