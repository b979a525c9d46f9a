import type { Json, Position } from '@etl/sdk';
import { z } from 'zod';

const bounds = z.strictObject({ field: z.string(), from: z.string().nullable(), to: z.string().nullable() });

/** All that a part needs beside the options of the extract to be read by a process that never planned. */
export const readRange = z.strictObject({
  /** Columns to read; null: all. */
  columns: z.array(z.string()).nullable(),
  /** A condition of the request. */
  where: z.string().nullable(),
  /** Rows with `since < field <= until`; a missing end is open. `odd`: also those with a value that no canonical text can say, wherever it stands. */
  cursor: z
    .strictObject({ field: z.string(), since: z.string().nullable(), until: z.string().nullable(), odd: z.boolean().default(false) })
    .nullable(),
  /** Columns that order the rows totally; null: they come as they come. */
  order: z.array(z.string()).nullable(),
  /** Rows with `from <= field < to`; a missing end is open. */
  keys: bounds.nullable(),
  limit: z.number().nullable(),
  /** The moment that all parts see, lent by the session that planned. */
  snapshot: z.string().nullable(),
});

export type ReadRange = z.infer<typeof readRange>;

/** How far a read got: the key of the last row, and the rows up to it. */
export const readPosition = z.strictObject({ key: z.array(z.string()), rows: z.number() });

export type ReadPosition = z.infer<typeof readPosition>;

export const parseRange = (range: Json): ReadRange => readRange.parse(range);
export const parsePosition = (position: Position | null): ReadPosition | null => (position === null ? null : readPosition.parse(position));
