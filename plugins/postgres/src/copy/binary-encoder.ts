import type { Field } from '@etl/sdk';
import { postgresTypes } from '../postgres-types.js';
import type { CellEncoder } from './cell-encoder.js';
import { encodeBoolean, encodeBytea, encodeJsonb, encodeText, encodeUuid } from './encode-bytes.js';
import { encodeFloat4, encodeFloat8 } from './encode-float.js';
import { encodeInt2, encodeInt4, encodeInt8 } from './encode-integer.js';
import { encodeNumeric } from './encode-numeric.js';
import { encodeDate, encodeTime, encodeTimestamp, encodeZoned } from './encode-time.js';

/** Encoders by the type of the column, without length, digits and scale. */
const encoders: ReadonlyMap<string, CellEncoder> = new Map([
  ['boolean', encodeBoolean],
  ['smallint', encodeInt2],
  ['integer', encodeInt4],
  ['bigint', encodeInt8],
  ['numeric', encodeNumeric],
  ['real', encodeFloat4],
  ['double precision', encodeFloat8],
  ['text', encodeText],
  ['character varying', encodeText],
  ['character', encodeText],
  ['name', encodeText],
  ['json', encodeText],
  ['xml', encodeText],
  ['jsonb', encodeJsonb],
  ['bytea', encodeBytea],
  ['uuid', encodeUuid],
  ['date', encodeDate],
  ['time without time zone', encodeTime],
  ['timestamp without time zone', encodeTimestamp],
  ['timestamp with time zone', encodeZoned],
]);

/** How cells of a field go into a column; null: this type is written as text. */
export const binaryEncoder = (column: Field): CellEncoder | null =>
  encoders.get(postgresTypes.column(column).replace(/\s*\([\d, ]+\)/, '')) ?? null;
