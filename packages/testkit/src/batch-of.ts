import { rowBatch, textBatch, type Batch, type Schema } from '@etl/sdk';
import { cellBytes, valuesOf, type TextRow } from './text-row.js';

/** Values or cells: what loaders must take alike. */
export type BatchForm = 'rows' | 'text';

export interface BatchOptions {
  readonly form: BatchForm;
  readonly part: string;
  /** Number of the first row in its part. */
  readonly first: number;
}

/** Rows as the batch that an extractor would hand over. */
export function batchOf(schema: Schema, rows: readonly TextRow[], { form, part, first }: BatchOptions): Batch {
  const origin = { part, first };
  return form === 'rows' ? rowBatch(valuesOf(schema, rows), origin) : textBatch(schema, cellsOfTexts(schema, rows), { origin });
}

interface Cells {
  readonly bytes: Uint8Array;
  readonly index: Int32Array;
  readonly stride: number;
}

/**
 * Cells as they come: from a CSV file with one byte between them, in a buffer that many batches share with other bytes between them, or changed by
 * steps, so that they lie in any order. Which of these depends on the number of rows, so that a test with several batches meets several.
 */
function cellsOfTexts(schema: Schema, rows: readonly TextRow[]): Cells {
  const [tight, apart] = [Buffer.from(','), Buffer.from('","\r\n\t\\\0')];
  const all = rows.flatMap((_, row) => schema.fields.map((_field, column) => ({ row, column })));
  switch (rows.length % 3) {
    case 0:
      return laidOut(schema, rows, { order: all, between: tight });
    case 1:
      return laidOut(schema, rows, { order: all, between: apart });
    default:
      return laidOut(schema, rows, { order: [...all.filter(({ column }) => column % 2 === 0), ...all.filter(({ column }) => column % 2 === 1).reverse()], between: apart }); // prettier-ignore
  }
}

function laidOut(
  schema: Schema,
  rows: readonly TextRow[],
  { order, between }: { readonly order: readonly { readonly row: number; readonly column: number }[]; readonly between: Uint8Array },
): Cells {
  const stride = schema.fields.length;
  const index = new Int32Array(rows.length * stride * 2).fill(-1);
  const pieces: Uint8Array[] = [between];
  let end = between.length;
  for (const { row, column } of order) {
    const [text, field] = [rows[row]?.[column] ?? null, schema.fields[column]];
    if (text === null || field === undefined) continue;
    const cell = cellBytes(field.type, text);
    index.set([end, end + cell.length], 2 * (row * stride + column));
    pieces.push(cell, between);
    end += cell.length + between.length;
  }
  return { bytes: Buffer.concat(pieces, end), index, stride };
}
