import { cellsOf, cellTexts, rowNumber, type Chunk, type Columnar, type Position, type Reject, type Schema } from '@etl/sdk';
import type { ByteReader } from '../src/byte-store.js';
import { fileExtractOptions } from '../src/file-extract-options.js';
import { fileSchema } from '../src/file-schema.js';
import type { FormatName } from '../src/format.js';
import { formatReader } from '../src/format-registry.js';
import type { SourceFile } from '../src/source-file.js';

/** A file that is only bytes; `piece` is how many come at once. */
export function memoryFile(
  content: string | Uint8Array,
  { path = 'file', piece = Infinity }: { path?: string; piece?: number } = {},
): SourceFile {
  const bytes = typeof content === 'string' ? Buffer.from(content) : content;
  return {
    path,
    size: bytes.length,
    isSeekable: true,
    async open(from = 0): Promise<ByteReader> {
      let at = from;
      return {
        async read(into) {
          const next = bytes.subarray(at, at + Math.min(into.length, piece));
          into.set(next);
          at += next.length;
          return next.length;
        },
        close: async () => undefined,
      };
    },
  };
}

export interface ReadOptions {
  readonly format?: FormatName;
  readonly options?: Readonly<Record<string, unknown>>;
  readonly schema?: Schema;
  readonly block?: number;
  readonly after?: Position | null;
  readonly piece?: number;
  readonly budget?: number;
  readonly limit?: number;
  /** The cells of the chunks are read again later; else each is released once its rows are. */
  readonly keep?: boolean;
}

export interface ReadResult {
  readonly schema: Schema;
  readonly rows: readonly (readonly (string | null)[])[];
  readonly numbers: readonly number[];
  readonly rejects: readonly Reject[];
  readonly chunks: readonly Chunk[];
}

const noColumnar: Columnar = {
  describeParquet: () => Promise.reject(new Error('no Parquet here')),
  readParquet: () => {
    throw new Error('no Parquet here');
  },
  writeParquet: () => Promise.reject(new Error('no Parquet here')),
};

/** Reads a text as an extract would. */
export async function readText(content: string | Uint8Array, given: ReadOptions = {}): Promise<ReadResult> {
  const { format = 'csv', options = {}, block, after = null, piece = Infinity, budget = 1 << 26, limit = null } = given;
  const parsed = fileExtractOptions.parse({ file: 'file', ...options });
  const reader = formatReader(format, parsed, { columnar: noColumnar, temporary: '', ...(block === undefined ? {} : { block }) });
  const file = memoryFile(content, { path: `file.${format}`, piece });
  const { signal } = new AbortController();
  const layout = await reader.layout(file);
  const { schema, leftOut } = await fileSchema([{ file, format: reader, layout }], {
    columns: parsed.columns,
    committed: given.schema,
    needed: undefined,
    signal,
    budget,
  });
  const result = { rows: [] as (string | null)[][], numbers: [] as number[], rejects: [] as Reject[], chunks: [] as Chunk[] };
  for await (const chunk of reader.read({ file, layout, schema, leftOut, part: 'p', after, limit, signal })) {
    const cells = cellsOf(schema, chunk.batch);
    for (let row = 0; row < chunk.batch.length; row++) {
      result.rows.push(cellTexts(schema, cells, row));
      result.numbers.push(chunk.batch.origin === undefined ? -1 : rowNumber(chunk.batch.origin, row));
    }
    result.rejects.push(...chunk.rejects);
    result.chunks.push(chunk);
    if (given.keep !== true) chunk.release?.();
  }
  return { schema, ...result };
}

/** The types of a schema by name. */
export const textSchema = (...names: readonly string[]): Schema => ({
  fields: names.map((name) => ({ name, type: { kind: 'text' }, nullable: true })),
  key: [],
});
