import { cellsOf, cellTexts, decodeCell, type Batch, type FieldType, type Row, type Schema, type Value } from '@etl/sdk';

/** A row as canonical texts: null is null, bytes are `\x` and hexadecimal digits. The one form in which the kit gives and compares rows. */
export type TextRow = readonly (string | null)[];

/** The bytes of one canonical cell. */
export const cellBytes = (type: FieldType, cell: string): Uint8Array =>
  type.kind === 'bytes' ? Buffer.from(cell.slice(2), 'hex') : Buffer.from(cell, 'utf8');

const valueOf = (type: FieldType, cell: string | null): Value => (cell === null ? null : decodeCell(type, cellBytes(type, cell)));

/** Text rows as values. */
export const valuesOf = (schema: Schema, rows: readonly TextRow[]): Row[] =>
  rows.map((row) => schema.fields.map(({ type }, column) => valueOf(type, row[column] ?? null)));

/** The rows of a batch as canonical texts. */
export function textRowsOf(schema: Schema, batch: Batch): TextRow[] {
  const cells = cellsOf(schema, batch);
  return Array.from({ length: batch.length }, (_, row) => cellTexts(schema, cells, row));
}
