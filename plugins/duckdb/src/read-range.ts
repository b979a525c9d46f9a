import type { Json, Position, ReadRequest } from '@etl/sdk';
import { z } from 'zod';

/** All that a part needs to be read by a process that never planned. */
export const readRange = z.strictObject({
  /** Columns to read; null: all. */
  columns: z.array(z.string()).nullable(),
  /** Conditions on the rows, as SQL. */
  where: z.array(z.string()),
  /** How rows are ordered, so that a read can continue: by the table's own row numbers, by key columns, or not at all. */
  order: z.union([z.literal('rowid'), z.array(z.string()), z.null()]),
  /** Row numbers of this part: first inclusive, last exclusive; null: open. */
  rowids: z.strictObject({ from: z.string().nullable(), to: z.string().nullable() }),
  limit: z.number().nullable(),
});

export type ReadRange = z.infer<typeof readRange>;

/** How far a read got. */
export const readPosition = z.discriminatedUnion('by', [
  z.strictObject({
    by: z.literal('rowid'),
    rowid: z.string(),
    /** Digest of the row there, and the rows of the whole table: both the same, or the position is worth nothing. */
    digest: z.string(),
    total: z.string(),
    rows: z.number(),
  }),
  z.strictObject({ by: z.literal('key'), key: z.array(z.string()), rows: z.number() }),
]);

export type ReadPosition = z.infer<typeof readPosition>;

export const parseRange = (range: Json): ReadRange => readRange.parse(range);
export const parsePosition = (position: Position | null): ReadPosition | null => (position === null ? null : readPosition.parse(position));

/** A request with a limit is read as one part. */
export const wantedParts = ({ parts, limit }: ReadRequest): number => (limit === undefined ? Math.max(1, Math.floor(parts)) : 1);
