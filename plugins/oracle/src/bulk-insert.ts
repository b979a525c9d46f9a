import { cellsOf, type Batch, type TextCells } from '@etl/sdk';
import type { BulkResult, BulkTarget, RefusedRow } from '@etl/sql';
import { bindColumn, type BindColumn } from './bind-column.js';
import { cellGates, type CellGate } from './cell-gates.js';
import type { BindDefinition, Connection, Driver } from './driver.js';
import { errorEntry } from './oracle-errors.js';
import { quoteName, wholeName } from './oracle-names.js';
import { refusalOf } from './refusal-of.js';

/** Rows of one array. */
const arrayRows = 10_000;

type Value = string | number | Buffer | null;

interface Inserting {
  readonly connection: Connection;
  readonly driver: Driver;
  readonly target: BulkTarget;
}

/** Writes rows by arrays of typed binds. Rows that the server refuses are told by their place in the array, the others are stored. */
export async function bulkInsert({ connection, driver, target }: Inserting, batches: readonly Batch[]): Promise<BulkResult> {
  const columns = inOrder(target);
  const gates = cellGates(target.columns);
  const sql = insertOf(target, columns);
  const refused: RefusedRow[] = [];
  const array = new RowArray(columns);
  const send = async (): Promise<BulkResult | null> => {
    if (array.rows.length === 0) return null;
    const { rows, places, definitions } = array.take(driver, target);
    try {
      const { batchErrors = [] } = await connection.executeMany(sql, rows, { batchErrors: true, bindDefs: definitions });
      for (const error of batchErrors) refused.push({ row: places[error.offset ?? 0] ?? 0, ...refusalOf(target.columns, error) });
      return null;
    } catch (cause) {
      if (errorEntry(cause).row !== true) throw cause;
      return { stored: false, refused: [], reason: refusalOf(target.columns, cause) };
    }
  };
  let first = 0;
  for (const batch of batches) {
    const cells = cellsOf({ fields: target.columns.map(({ given }) => given), key: [] }, batch);
    for (let row = 0; row < batch.length; row++) {
      const place = first + row;
      const gated = refusedAtGate(gates, cells, row);
      if (gated !== null) refused.push({ row: place, ...gated });
      else array.add(cells, row, { place, ordinal: target.ordinal === null ? null : target.ordinal.first + BigInt(place) });
      if (array.rows.length >= arrayRows) {
        const failed = await send();
        if (failed !== null) return failed;
      }
    }
    first += batch.length;
  }
  return (await send()) ?? { stored: true, refused: refused.sort((a, b) => a.row - b.row) };
}

/** LOBs stand behind all others, as the server wants long values last. */
const inOrder = ({ columns }: BulkTarget): readonly BindColumn[] => {
  const bound = columns.map(bindColumn);
  return [...bound.filter(({ long }) => !long), ...bound.filter(({ long }) => long)];
};

function insertOf({ table, ordinal }: BulkTarget, columns: readonly BindColumn[]): string {
  const names = [...(ordinal === null ? [] : [ordinal.column]), ...columns.map(({ name }) => name)];
  const shift = ordinal === null ? 1 : 2;
  const values = [...(ordinal === null ? [] : [':1']), ...columns.map(({ expression }, at) => expression(`:${at + shift}`))];
  return `insert into ${wholeName(table)} (${names.map(quoteName).join(', ')}) values (${values.join(', ')})`;
}

function cellAt({ bytes, index, stride }: TextCells, row: number, at: number): Buffer | null {
  const cell = 2 * (row * stride + at);
  const from = index[cell] ?? -1;
  return from < 0 ? null : Buffer.from(bytes.buffer, bytes.byteOffset + from, (index[cell + 1] ?? from) - from);
}

function refusedAtGate(gates: readonly CellGate[], cells: TextCells, row: number): ReturnType<CellGate['refuses']> {
  for (const { at, refuses } of gates) {
    const cell = cellAt(cells, row, at);
    const refusal = cell === null ? null : refuses(cell);
    if (refusal !== null) return refusal;
  }
  return null;
}

/** Rows of values for one array, with the size of the longest value of each column. */
class RowArray {
  readonly #columns: readonly BindColumn[];
  rows: Value[][] = [];
  #places: number[] = [];
  #sizes: number[];

  constructor(columns: readonly BindColumn[]) {
    this.#columns = columns;
    this.#sizes = columns.map(() => 1);
  }

  add(cells: TextCells, row: number, { place, ordinal }: { readonly place: number; readonly ordinal: bigint | null }): void {
    const values: Value[] = ordinal === null ? [] : [String(ordinal)];
    for (const [index, column] of this.#columns.entries()) {
      const cell = cellAt(cells, row, column.at);
      const value = cell === null ? null : column.value(cell);
      if (cell !== null && cell.length > (this.#sizes[index] ?? 1)) this.#sizes[index] = cell.length;
      values.push(value);
    }
    this.rows.push(values);
    this.#places.push(place);
  }

  /** What was added since the last call. */
  take(driver: Driver, { ordinal }: BulkTarget): { rows: Value[][]; places: readonly number[]; definitions: BindDefinition[] } {
    const definitions = this.#columns.map((column, index) => column.definition(driver, this.#sizes[index] ?? 1));
    const taken = {
      rows: this.rows,
      places: this.#places,
      definitions: ordinal === null ? definitions : [{ type: driver.DB_TYPE_VARCHAR, maxSize: 20 }, ...definitions],
    };
    this.rows = [];
    this.#places = [];
    this.#sizes = this.#columns.map(() => 1);
    return taken;
  }
}
