import type { Batch, Schema } from '@etl/sdk';
import { tabText, type BulkColumn, type BulkResult, type BulkTarget, type RefusedRow, type TabCell } from '@etl/sql';
import { binaryEncoder } from './binary-encoder.js';
import { binaryHeader, binaryTrailer, copyBinary, type BinaryColumn } from './copy-binary.js';
import { rowRefusal } from '../row-refusal.js';
import { untilReady } from '../wire/exchange.js';
import { copyDone, query } from '../wire/frontend-messages.js';
import { ServerError } from '../wire/server-error.js';
import type { Wire } from '../wire/wire.js';
import { quoteName, quoteTable } from '../quote.js';

/** Writes batches by one COPY: binary where every column has an encoder, else text. */
export async function copyRows(wire: Wire, target: BulkTarget, batches: readonly Batch[]): Promise<BulkResult> {
  const encoded = target.columns.map((column) => ({ column, encode: binaryEncoder(column.field) }));
  const binary = encoded.flatMap(({ column, encode }): BinaryColumn[] => (encode === null ? [] : [{ column, encode }]));
  const isBinary = binary.length === target.columns.length;
  const columns = [...(target.ordinal === null ? [] : [target.ordinal.column]), ...target.columns.map(({ field }) => field.name)];
  const format = isBinary ? ' with (format binary)' : '';
  const into = `copy ${quoteTable(target.table)} (${columns.map(quoteName).join(', ')}) from stdin${format}`;
  const refused: RefusedRow[] = [];
  let rows = 0;
  try {
    await wire.send(query(into));
    await copyBegun(wire);
    if (isBinary) await sendData(wire, binaryHeader);
    for (const batch of batches) {
      const ordinal = target.ordinal === null ? null : target.ordinal.first + BigInt(rows);
      if (isBinary) {
        const piece = copyBinary(noSchema, batch, { columns: binary, ordinal, first: rows, scratch: wire.scratch });
        wire.scratch = piece.scratch;
        refused.push(...piece.refused);
        await sendData(wire, piece.bytes);
      } else {
        const texts = target.columns.map((column) => ({ cell: tabCell(column), at: column.at }));
        await sendData(wire, tabText(noSchema, batch, { columns: texts, ordinal: ordinal === null ? null : { first: ordinal } }));
      }
      rows += batch.length;
    }
    if (isBinary) await sendData(wire, binaryTrailer);
    await wire.send(copyDone);
    await untilReady(wire, () => undefined);
    return { stored: true, refused };
  } catch (error) {
    const refusal = error instanceof ServerError ? rowRefusal(error, target) : null;
    if (refusal === null) throw error;
    const { line, ...reason } = refusal;
    return line === null
      ? { stored: false, refused, reason }
      : { stored: false, refused: [...refused, { row: rowOfLine(line, refused), ...reason }] };
  }
}

/** The server counts the rows that were sent. */
function rowOfLine(line: number, refused: readonly RefusedRow[]): number {
  let row = line - 1;
  for (const one of refused) if (one.row <= row) row++;
  return row;
}

/** Batches come with their cells, which need no schema to be read. */
const noSchema: Schema = { fields: [], key: [] };

async function copyBegun(wire: Wire): Promise<void> {
  for (;;) {
    const message = await wire.message();
    if (message.type === 'G') return;
    if (message.type !== 'E') continue;
    const error = ServerError.read(message.body);
    await untilReady(wire, () => undefined);
    throw error;
  }
}

async function sendData(wire: Wire, bytes: Uint8Array): Promise<void> {
  if (bytes.length === 0) return;
  const head = Buffer.allocUnsafe(5);
  head[0] = 100;
  head.writeInt32BE(4 + bytes.length, 1);
  await wire.sendWhole(head, bytes);
}

const plainKinds: ReadonlySet<string> = new Set(['boolean', 'integer', 'decimal', 'float', 'date', 'time', 'timestamp']);

const tabCell = ({ given }: BulkColumn): TabCell =>
  given.type.kind === 'bytes' ? 'hex' : plainKinds.has(given.type.kind) ? 'plain' : 'text';
