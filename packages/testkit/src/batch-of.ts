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

/** Cells with other bytes before, between and behind them, as in a buffer that many batches share. */
function cellsOfTexts(schema: Schema, rows: readonly TextRow[]): { bytes: Uint8Array; index: Int32Array; stride: number } {
  const stride = schema.fields.length;
  const index = new Int32Array(rows.length * stride * 2).fill(-1);
  const between = Buffer.from('","\r\n\0');
  const pieces: Uint8Array[] = [between];
  let end = between.length;
  for (const [row, texts] of rows.entries()) {
    for (const [column, { type }] of schema.fields.entries()) {
      const text = texts[column] ?? null;
      if (text === null) continue;
      const cell = cellBytes(type, text);
      index.set([end, end + cell.length], 2 * (row * stride + column));
      pieces.push(cell, between);
      end += cell.length + between.length;
    }
  }
  return { bytes: Buffer.concat(pieces, end), index, stride };
}
