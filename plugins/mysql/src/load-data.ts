import { cellsOf, type Batch, type Field, type Schema } from '@etl/sdk';
import type { BulkColumn, BulkTarget, RefusedRow } from '@etl/sql';
import { cellGates, refusedAtGates } from './cell-gates.js';
import { quoteName } from './column-type.js';
import { LoadBuffer, LoadText, type CellForm, type LoadColumn } from './load-text.js';
import { wholeName } from './mysql-ddl.js';
import { parseNativeType } from './native-type.js';

/** Bytes that go to the server at a time. */
const chunkBytes = 128 * 1024;

/** What is sent in one bulk write: the statement, the chunks, and which of the rows they hold. */
export interface LoadPlan {
  readonly sql: string;
  /** The next chunk; it is overwritten by the one behind it. */
  readonly next: () => Buffer | null;
  /** Rows that are not sent, since the server would bend them. */
  readonly refused: readonly RefusedRow[];
  /** Rows that are sent. */
  readonly sent: number;
  /** Position among all rows of the n-th that is sent, from 0. */
  positionOf(sent: number): number;
}

/** Rows with their cells, and those among them that are not sent. */
export interface KeptRows {
  readonly all: readonly { readonly cells: Cells; readonly length: number }[];
  readonly refused: readonly RefusedRow[];
  /** Positions of the refused. */
  readonly left: ReadonlySet<number>;
  /** How many are sent. */
  readonly sent: number;
}

/** `known` rows are left out like those that may not be sent. */
export function keptRows(target: BulkTarget, batches: readonly Batch[], known: readonly RefusedRow[]): KeptRows {
  const schema = cellSchema(target.columns);
  const all = batches.map((batch) => ({ cells: cellsOf(schema, batch), length: batch.length }));
  const gates = cellGates(target.columns);
  const gated: RefusedRow[] = [];
  let rows = 0;
  for (const { cells, length } of all) {
    gated.push(...refusedAtGates(gates, cells, rows));
    rows += length;
  }
  const refused = [...gated, ...known].sort((a, b) => a.row - b.row);
  const left = new Set(refused.map(({ row }) => row));
  return { all, refused, left, sent: rows - left.size };
}

export function loadPlan(target: BulkTarget, batches: readonly Batch[], known: readonly RefusedRow[]): LoadPlan {
  const kept = keptRows(target, batches, known);
  const { all, left, refused, sent } = kept;
  return { sql: loadStatement(target), next: chunks(target, all, left), refused, sent, positionOf: (row) => nthKept(left, row) };
}

/** The fields by their place among the cells; a place that is not written stands for any text. */
export function cellSchema(columns: readonly BulkColumn[]): Schema {
  const fields: Field[] = [];
  for (const { given, at } of columns) fields[at] = given;
  return {
    fields: Array.from(
      fields,
      (field, at): Field => (field as Field | undefined) ?? { name: `c${at}`, type: { kind: 'text' }, nullable: true },
    ),
    key: [],
  };
}

function nthKept(left: ReadonlySet<number>, sent: number): number {
  let position = sent;
  for (const row of [...left].sort((a, b) => a - b)) if (row <= position) position++;
  return position;
}

function loadStatement({ table, columns, ordinal }: BulkTarget): string {
  const read = columns.map(({ field, given }, at) => conversionOf(field, given, `@etl_${at}`));
  const places = columns.map(({ field }, at) => (read[at] == null ? quoteName(field.name) : `@etl_${at}`));
  const sets = columns.flatMap(({ field }, at) => (read[at] == null ? [] : [`${quoteName(field.name)} = ${read[at]}`]));
  const all = [...places, ...(ordinal === null ? [] : [quoteName(ordinal.column)])];
  return (
    `load data local infile 'rows' into table ${wholeName(table)} character set utf8mb4 ` +
    `fields terminated by '\\t' optionally enclosed by '' escaped by '\\\\' lines terminated by '\\n' (${all.join(', ')})` +
    (sets.length === 0 ? '' : ` set ${sets.join(', ')}`)
  );
}

/** What the server makes of a text that it would read otherwise; null: it reads it as it is. */
export function conversionOf(field: Field, given: Field, variable: string): string | null {
  if (given.type.kind === 'bytes') return `unhex(${variable})`;
  const base = field.native?.dialect === 'mysql' ? parseNativeType(field.native.type).base : '';
  // The digits of a BIT would be taken for its bytes, the year 0 for 2000
  return base === 'bit' || base === 'year' ? `cast(${variable} as unsigned)` : null;
}

export function cellForm({ type }: Field): CellForm {
  switch (type.kind) {
    case 'boolean':
    case 'bytes':
      return type.kind;
    case 'text':
    case 'json':
      return 'text';
    case 'float':
      return type.bits === 32 ? 'float32' : 'plain';
    case 'timestamp':
      return type.zoned ? 'utc' : 'plain';
    default:
      return 'plain';
  }
}

type Cells = ReturnType<typeof cellsOf>;

/** Writes row after row into one buffer until it is full enough. */
function chunks(
  { columns, ordinal }: BulkTarget,
  all: readonly { readonly cells: Cells; readonly length: number }[],
  left: ReadonlySet<number>,
): () => Buffer | null {
  const layout = columns.map(({ given, at }): LoadColumn => ({ at, form: cellForm(given) }));
  const out = new LoadBuffer(chunkBytes * 2);
  let batch = 0;
  let row = 0;
  let position = 0;
  let text: LoadText | null = null;
  return () => {
    out.used = 0;
    while (out.used < chunkBytes && batch < all.length) {
      const { cells, length } = all[batch] ?? { cells: null, length: 0 };
      if (cells === null || row >= length) {
        batch++;
        row = 0;
        text = null;
        continue;
      }
      text ??= new LoadText(cells, layout);
      if (!left.has(position)) {
        text.row(row, out);
        out.room(24);
        if (ordinal !== null) writeOrdinal(ordinal.first, position, out);
        out.bytes[out.used++] = 10;
      }
      row++;
      position++;
    }
    return out.used === 0 ? null : out.bytes.subarray(0, out.used);
  };
}

function writeOrdinal(first: bigint, position: number, out: LoadBuffer): void {
  const start = Number(first);
  const number = start + position < 2 ** 53 ? String(start + position) : String(first + BigInt(position));
  out.used += out.bytes.write(`\t${number}`, out.used, 'latin1');
}
