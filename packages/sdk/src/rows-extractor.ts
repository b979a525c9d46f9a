import { rowBatch } from './batch.js';
import { EtlError } from './error.js';
import type { Chunk, Cursor, Extractor, ReadRequest } from './extractor.js';
import { fieldIndex, type Field, type Schema } from './schema.js';
import type { Row } from './value.js';

export interface RowsExtractorOptions {
  /** Rows in a batch. */
  readonly size?: number;
  /** The upper bound of this run, fixed before the first row is read; it becomes the next cursor. */
  readonly until?: () => Promise<Cursor>;
}

export type RowsRange = { readonly since: Cursor | null; readonly until: Cursor | null; readonly limit: number | null };

type PickedRange = RowsRange & { readonly picked: readonly number[] | null };

/**
 * The smallest extractor: rows from a generator, one part, read again from the start after an interruption. The generator gives whole rows and
 * keeps to the limit; where only some columns are asked for, they are picked here.
 */
export function rowsExtractor(
  schema: Schema,
  rows: (range: RowsRange) => AsyncIterable<Row> | Iterable<Row>,
  { size = 1000, until }: RowsExtractorOptions = {},
): Extractor {
  return {
    describe: async () => ({ schema }),
    async plan({ since, limit, columns }: ReadRequest) {
      const bound = until === undefined ? null : await until();
      const picked = columns === undefined ? null : columns.map((name) => existing(schema, name));
      return {
        schema: picked === null ? schema : pickColumns(schema, picked),
        parts: [{ id: '0', range: { since, until: bound, limit: limit ?? null, picked } }],
        until: bound,
        resume: 'part',
        snapshot: 'none',
      };
    },
    async *read({ id, range }): AsyncGenerator<Chunk> {
      const { picked, ...asked } = range as PickedRange;
      let batch: Row[] = [];
      let first = 0;
      const chunk = (): Chunk => ({ batch: rowBatch(batch, { part: id, first }), rejects: [], position: null });
      for await (const row of rows(asked)) {
        if (batch.push(picked === null ? row : picked.map((column) => row[column] ?? null)) < size) continue;
        yield chunk();
        first += batch.length;
        batch = [];
      }
      if (batch.length > 0) yield chunk();
    },
    close: async () => undefined,
  };
}

function existing(schema: Schema, name: string): number {
  const index = fieldIndex(schema, name);
  if (index >= 0) return index;
  throw new EtlError('SCHEMA_MISMATCH', `There is no column ${name}`, {
    hint: `Columns are ${schema.fields.map((field) => field.name).join(', ')}`,
  });
}

/** Rows without a part of their key have no identity. */
function pickColumns({ fields, key }: Schema, picked: readonly number[]): Schema {
  const chosen = picked.map((column) => fields[column]).filter((field): field is Field => field !== undefined);
  return { fields: chosen, key: key.every((name) => chosen.some((field) => field.name === name)) ? key : [] };
}
