import { cellsOf, type Batch, type Schema } from '@etl/sdk';
import type { BulkColumn, RefusedRow } from '@etl/sql';
import { bytesOf, cellRoom, writeSafe64, type CellEncoder } from './cell-encoder.js';
import { encodeText } from './encode-bytes.js';
import { encodeInt8 } from './encode-integer.js';
import { encodeNumeric } from './encode-numeric.js';
import { encodeDate } from './encode-time.js';

export interface BinaryColumn {
  readonly column: BulkColumn;
  readonly encode: CellEncoder;
}

/** Signature, flags, no extension. */
export const binaryHeader = Buffer.concat([Buffer.from('PGCOPY\n\xff\r\n\0', 'latin1'), Buffer.alloc(8)]);
export const binaryTrailer = Buffer.from([0xff, 0xff]);

export interface EncodedRows {
  readonly bytes: Uint8Array;
  /** The buffer that they lie in, for the next rows. */
  readonly scratch: Buffer;
  /** Rows that no value of the column's type can say; they are not among the bytes. */
  readonly refused: readonly RefusedRow[];
}

export interface EncodeRequest {
  readonly columns: readonly BinaryColumn[];
  readonly ordinal: bigint | null;
  /** Number of the first row, for those that are refused. */
  readonly first: number;
  /** A buffer that may be written over. */
  readonly scratch: Buffer;
}

/** Rows as binary COPY reads them. `ordinal` is a number in front of each. */
export function copyBinary(schema: Schema, batch: Batch, { columns, ordinal, first, scratch }: EncodeRequest): EncodedRows {
  const { bytes, index, stride } = cellsOf(schema, batch);
  const given = bytesOf(bytes);
  const refused: RefusedRow[] = [];
  const width = columns.length + (ordinal === null ? 0 : 1);
  const places = Int32Array.from(columns, ({ column }) => 2 * column.at);
  const encoders = columns.map(({ encode }) => encode);
  const numbers = Int8Array.from(encoders, (encode) => commonest.indexOf(encode));
  const room = roomFor(index, batch.length, width);
  const buffer = scratch.length >= room ? scratch : Buffer.allocUnsafeSlow(room);
  const out = bytesOf(buffer);
  let end = 0;
  for (let row = 0; row < batch.length; row++) {
    const start = end;
    out.view.setInt16(end, width);
    end += 2;
    if (ordinal !== null) {
      out.view.setInt32(end, 8);
      writeSafe64(out, end + 4, Number(ordinal) + row);
      end += 12;
    }
    const base = 2 * row * stride;
    for (let column = 0; column < places.length; column++) {
      const at = base + (places[column] ?? 0);
      const from = index[at] ?? -1;
      if (from < 0) {
        out.view.setInt32(end, -1);
        end += 4;
        continue;
      }
      const to = index[at + 1] ?? -1;
      let next: number;
      // Called by name, the commonest are put in place of the call
      switch (numbers[column]) {
        case 0:
          next = encodeText(given, from, to, out, end);
          break;
        case 1:
          next = encodeInt8(given, from, to, out, end);
          break;
        case 2:
          next = encodeNumeric(given, from, to, out, end);
          break;
        case 3:
          next = encodeDate(given, from, to, out, end);
          break;
        default:
          next = encoders[column]?.(given, from, to, out, end) ?? -1;
      }
      if (next >= 0) {
        end = next;
        continue;
      }
      refused.push({ row: first + row, ...refusal(columns[column]?.column) });
      end = start;
      break;
    }
  }
  return { bytes: buffer.subarray(0, end), scratch: buffer, refused };
}

/** In the order of the cases above. */
const commonest: readonly CellEncoder[] = [encodeText, encodeInt8, encodeNumeric, encodeDate];

function refusal(column: BulkColumn | undefined): Omit<RefusedRow, 'row'> {
  const name = column?.field.name ?? '';
  const isText = column?.given.type.kind === 'text' || column?.given.type.kind === 'json';
  const reason =
    isText && column.field.native?.type !== 'uuid'
      ? `Column ${name} holds a NUL character, which PostgreSQL cannot keep`
      : `Column ${name} holds a value that its type cannot hold`;
  return { reason, code: 'DATA_INVALID', field: name };
}

/** Bytes that these rows take at most. */
function roomFor(index: Int32Array, rows: number, width: number): number {
  let size = rows * (2 + width * cellRoom);
  for (let at = 0; at < index.length; at += 2) size += (index[at + 1] ?? 0) - (index[at] ?? 0);
  return size;
}
