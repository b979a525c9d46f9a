import { cellsOf, type Batch, type Field, type TextCells } from '@etl/sdk';
import type { BulkTarget, RefusedRow } from '@etl/sql';
import { cellGates, refusedAtGates } from './cell-gates.js';
import { quoteName } from './column-type.js';
import { cellForm, cellSchema } from './load-data.js';
import { wholeName } from './mysql-ddl.js';
import { literal } from './mysql-values.js';

/** Characters of a statement; the server takes a megabyte and more. */
const statementLength = 512 * 1024;

/** One INSERT of several rows. */
export interface RowInsert {
  readonly sql: string;
  /** Positions of its rows, in order. */
  readonly rows: readonly number[];
}

/** Rows as INSERT statements of many rows, for servers that forbid LOAD DATA LOCAL; slower by far. */
export function* rowInserts(
  { table, columns, ordinal }: BulkTarget,
  batches: readonly Batch[],
  refuse: (row: RefusedRow) => void,
): Generator<RowInsert> {
  const schema = cellSchema(columns);
  const gates = cellGates(columns);
  const names = [...columns.map(({ field }) => field.name), ...(ordinal === null ? [] : [ordinal.column])];
  const head = `insert into ${wholeName(table)} (${names.map(quoteName).join(', ')}) values `;
  let values: string[] = [];
  let rows: number[] = [];
  let length = 0;
  let first = 0;
  for (const batch of batches) {
    const cells = cellsOf(schema, batch);
    const refused = new Set(refusedAtGates(gates, cells, first).map((row) => (refuse(row), row.row)));
    for (let row = 0; row < batch.length; row++) {
      const position = first + row;
      if (refused.has(position)) continue;
      const texts = columns.map(({ at, given }) => valueOf(given, cells, row * cells.stride + at));
      if (ordinal !== null) texts.push(String(ordinal.first + BigInt(position)));
      const value = `(${texts.join(', ')})`;
      values.push(value);
      rows.push(position);
      length += value.length;
      if (length < statementLength) continue;
      yield { sql: head + values.join(', '), rows };
      [values, rows, length] = [[], [], 0];
    }
    first += batch.length;
  }
  if (rows.length > 0) yield { sql: head + values.join(', '), rows };
}

function valueOf(given: Field, { bytes, index }: TextCells, cell: number): string {
  const from = index[2 * cell] ?? -1;
  if (from < 0) return 'null';
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, (index[2 * cell + 1] ?? from) - from);
  switch (cellForm(given)) {
    case 'bytes':
      return `x'${text.toString('hex')}'`;
    case 'boolean':
      return text.length === 4 ? '1' : '0';
    case 'utc':
      return literal(text.subarray(0, -6).toString('latin1'));
    case 'float32':
      return literal(text.toString('latin1').replace('3.4028235e+38', '3.4028234663852886e+38'));
    case 'plain':
      // Numbers as numbers: BIT reads the digits of a string as bytes
      return given.type.kind === 'integer' ? text.toString('latin1') : literal(text.toString('latin1'));
    case 'text':
      return literal(text.toString('utf8'));
  }
}
