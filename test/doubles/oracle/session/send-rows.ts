import type { ByteWriter } from '../wire/byte-writer.js';
import { isLob } from '../wire/data-type.js';
import { givenNul } from './nul.js';
import { writeLob, writeValue } from '../wire/column.js';
import { writeRowHeader } from '../wire/answers.js';
import type { Cursor } from './cursor.js';
import type { Lobs } from './lobs.js';

/** Whether the driver must say first how it wants the LOBs of a result. */
export const needsDefine = ({ columns, deliveries }: Cursor): boolean => deliveries.length === 0 && columns.some(({ type }) => isLob(type));

/** Writes the next rows of a result. True where there are none behind them. */
export function sendRows(writer: ByteWriter, cursor: Cursor, { count, lobs }: { count: number; lobs: Lobs }): boolean {
  const rows = cursor.rows.slice(cursor.sent, cursor.sent + count);
  if (rows.length > 0) writeRowHeader(writer);
  for (const row of rows) {
    writer.byte(7);
    for (const [index, column] of cursor.columns.entries()) {
      const held = row[index] ?? null;
      const text = held === null ? null : givenNul(held);
      const delivery = cursor.deliveries[index];
      if (isLob(column.type) && (delivery === undefined || isLob(delivery.type))) {
        writeLob(writer, text === null ? null : lobs.add(column.type, text));
      } else writeValue(writer, column, delivery, text);
    }
  }
  cursor.sent += rows.length;
  return count > 0 && cursor.sent >= cursor.rows.length;
}
