import { rowBatch } from './batch.js';
import type { Chunk, Cursor, Extractor, ReadRequest } from './extractor.js';
import type { Schema } from './schema.js';
import type { Row } from './value.js';

export interface RowsExtractorOptions {
  /** Rows in a batch. */
  readonly size?: number;
  /** The upper bound of this run, fixed before the first row is read; it becomes the next cursor. */
  readonly until?: () => Promise<Cursor>;
}

export type RowsRange = { readonly since: Cursor | null; readonly until: Cursor | null; readonly limit: number | null };

/** The smallest extractor: rows from a generator, one part, read again from the start after an interruption. */
export function rowsExtractor(
  schema: Schema,
  rows: (range: RowsRange) => AsyncIterable<Row> | Iterable<Row>,
  { size = 1000, until }: RowsExtractorOptions = {},
): Extractor {
  return {
    describe: async () => ({ schema }),
    async plan({ since, limit }: ReadRequest) {
      const bound = until === undefined ? null : await until();
      return {
        schema,
        parts: [{ id: '0', range: { since, until: bound, limit: limit ?? null } }],
        until: bound,
        resume: 'part',
        snapshot: 'none',
      };
    },
    async *read({ id, range }): AsyncGenerator<Chunk> {
      let batch: Row[] = [];
      let first = 0;
      const chunk = (): Chunk => ({ batch: rowBatch(batch, { part: id, first }), rejects: [], position: null });
      for await (const row of rows(range as RowsRange)) {
        if (batch.push(row) < size) continue;
        yield chunk();
        first += batch.length;
        batch = [];
      }
      if (batch.length > 0) yield chunk();
    },
    close: async () => undefined,
  };
}
