import { cellsOf, type Batch, type Schema } from '@etl/sdk';
import type { BulkColumn, RefusedRow } from '@etl/sql';
import { writeInt16, writeInt32, writeSafe64, type CellEncoder } from './cell-encoder.js';

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

/** The most that a cell of any type but text and bytes takes beyond its own bytes, its length and what groups of digits need. */
const cellRoom = 48;

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
  const refused: RefusedRow[] = [];
  const width = columns.length + (ordinal === null ? 0 : 1);
  const places = Int32Array.from(columns, ({ column }) => column.at);
  const encoders = columns.map(({ encode }) => encode);
  const room = roomFor(index, batch.length, width);
  let out: Buffer = scratch.length >= room ? scratch : Buffer.allocUnsafeSlow(room);
  let end = 0;
  for (let row = 0; row < batch.length; row++) {
    const start = end;
    if (end + 32 > out.length) out = grown(out, end, 32);
    writeInt16(out, end, width);
    end += 2;
    if (ordinal !== null) {
      writeInt32(out, end, 8);
      writeSafe64(out, end + 4, Number(ordinal) + row);
      end += 12;
    }
    const base = row * stride;
    for (let number = 0; number < places.length; number++) {
      const at = 2 * (base + (places[number] ?? 0));
      const from = index[at] ?? -1;
      const to = index[at + 1] ?? -1;
      const need = cellRoom + (from < 0 ? 0 : 2 * (to - from));
      if (end + need > out.length) out = grown(out, end, need);
      if (from < 0) {
        writeInt32(out, end, -1);
        end += 4;
        continue;
      }
      const next = encoders[number]?.(bytes, from, to, out, end) ?? -1;
      if (next >= 0) {
        end = next;
        continue;
      }
      refused.push({ row: first + row, ...refusal(columns[number]?.column) });
      end = start;
      break;
    }
  }
  return { bytes: out.subarray(0, end), scratch: out, refused };
}

function refusal(column: BulkColumn | undefined): Omit<RefusedRow, 'row'> {
  const name = column?.field.name ?? '';
  const isText = column?.given.type.kind === 'text' || column?.given.type.kind === 'json';
  const reason =
    isText && column.field.native?.type !== 'uuid'
      ? `Column ${name} holds a NUL character, which PostgreSQL cannot keep`
      : `Column ${name} holds a value that its type cannot hold`;
  return { reason, code: 'DATA_INVALID', field: name };
}

function roomFor(index: Int32Array, rows: number, width: number): number {
  let size = 4096 + rows * (2 + width * 14);
  for (let at = 0; at < index.length; at += 2) size += Math.max(0, (index[at + 1] ?? 0) - (index[at] ?? 0));
  return size;
}

function grown(out: Buffer, end: number, need: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(end + need, out.length + (out.length >> 1)));
  out.copy(larger, 0, 0, end);
  return larger;
}
