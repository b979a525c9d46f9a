import { decodeCell, encodeCell } from './cell-codec.js';
import type { Schema } from './schema.js';
import type { Row } from './value.js';

/**
 * Cells of a batch as canonical text, the fast path: cell `row * stride + column` runs from `bytes[index[2 * i]]` to `index[2 * i + 1]`; -1 is null.
 * Canonical: boolean `true|false`; integer plain; decimal without exponent, exactly `scale` digits; float shortest round-trip, `NaN`, `±Infinity`;
 * date `YYYY-MM-DD`; time under 24 h; timestamp with a space, zoned always UTC `+00:00`; json verbatim; text valid UTF-8; bytes raw.
 * `bytes` may be a buffer that many batches share, and is never written to after it was handed over.
 */
export interface TextCells {
  readonly bytes: Uint8Array;
  readonly index: Int32Array;
  /** Cells in a row. */
  readonly stride: number;
}

/** Where the rows of a batch come from: part of the read, and the number of the first row in it. */
export interface Origin {
  readonly part: string;
  readonly first: number;
  /** Number of each row in the part, where rows are missing between them; else they follow each other. */
  readonly numbers?: Float64Array;
}

/** Rows of one schema, as values or as cells. */
export interface Batch {
  readonly length: number;
  rows(): readonly Row[];
  readonly text?: TextCells;
  /** The same rows as RFC 4180 text with commas, each row ended by a line feed or CRLF, an unquoted empty cell null: lets a reader of CSV take the bytes as they are. */
  readonly csv?: Uint8Array;
  readonly origin?: Origin;
}

/** A batch over cells. `rows()` decodes exactly what the cells hold. */
export function textBatch(schema: Schema, cells: TextCells, { origin, csv }: { origin?: Origin; csv?: Uint8Array } = {}): Batch {
  const { bytes, index, stride } = cells;
  const length = stride === 0 ? 0 : index.length / (2 * stride);
  const rows = (): Row[] =>
    Array.from({ length }, (_, row) =>
      schema.fields.map((field, column) => {
        const at = 2 * (row * stride + column);
        const from = index[at] ?? -1;
        return from < 0 ? null : decodeCell(field.type, bytes.subarray(from, index[at + 1]));
      }),
    );
  return { length, rows, text: cells, ...(origin === undefined ? {} : { origin }), ...(csv === undefined ? {} : { csv }) };
}

/** A batch over values. */
export const rowBatch = (rows: readonly Row[], origin?: Origin): Batch => ({
  length: rows.length,
  rows: () => rows,
  ...(origin === undefined ? {} : { origin }),
});

/** Any batch as cells: what loaders write from. Throws DATA_INVALID where a value is not of its column's type. */
export function cellsOf(schema: Schema, batch: Batch): TextCells {
  if (batch.text !== undefined) return batch.text;
  const rows = batch.rows();
  const stride = schema.fields.length;
  const index = new Int32Array(rows.length * stride * 2);
  const pieces: Uint8Array[] = [];
  let end = 0;
  let at = 0;
  for (const row of rows) {
    for (const [column, field] of schema.fields.entries()) {
      const cell = encodeCell(field, row[column] ?? null);
      if (cell === null) {
        index[at++] = -1;
        index[at++] = -1;
      } else {
        index[at++] = end;
        end += cell.length;
        index[at++] = end;
        pieces.push(cell);
      }
    }
  }
  return { bytes: Buffer.concat(pieces, end), index, stride };
}

/** Rows `from` to `to` (exclusive) of a batch. */
export function sliceBatch(schema: Schema, batch: Batch, from: number, to: number): Batch {
  const { bytes, index, stride } = cellsOf(schema, batch);
  const origin = batch.origin && sliceOrigin(batch.origin, from, to);
  return textBatch(schema, { bytes, index: index.subarray(from * stride * 2, to * stride * 2), stride }, origin ? { origin } : {});
}

const sliceOrigin = ({ part, first, numbers }: Origin, from: number, to: number): Origin => ({
  part,
  first: first + from,
  ...(numbers === undefined ? {} : { numbers: numbers.subarray(from, to) }),
});

/** The rows at these positions of a batch, in this order; they keep their numbers. Shares the bytes. */
export function pickRows(schema: Schema, batch: Batch, rows: readonly number[]): Batch {
  const { bytes, index, stride } = cellsOf(schema, batch);
  const width = stride * 2;
  const picked = new Int32Array(rows.length * width);
  for (const [to, row] of rows.entries()) picked.set(index.subarray(row * width, (row + 1) * width), to * width);
  const { origin } = batch;
  const numbers = origin && Float64Array.from(rows, (row) => rowNumber(origin, row));
  return textBatch(schema, { bytes, index: picked, stride }, origin && numbers ? { origin: { ...origin, numbers } } : {});
}

/** The number in its part of the row at this position of a batch. */
export const rowNumber = (origin: Origin, row: number): number => origin.numbers?.[row] ?? origin.first + row;

/** One row as the texts of its cells, as rejects keep it; bytes as `\x` and hexadecimal digits. */
export function cellTexts(schema: Schema, { bytes, index, stride }: TextCells, row: number): (string | null)[] {
  return schema.fields.map(({ type }, column) => {
    const at = 2 * (row * stride + column);
    const from = index[at] ?? -1;
    if (from < 0) return null;
    const cell = Buffer.from(bytes.buffer, bytes.byteOffset + from, (index[at + 1] ?? from) - from);
    return type.kind === 'bytes' ? `\\x${cell.toString('hex')}` : cell.toString('utf8');
  });
}
