import { cellsOf, textBatch, type Batch, type Schema } from '@etl/sdk';

export interface Reorder {
  /** Columns of the batch. */
  readonly from: Schema;
  /** Columns that come out; their types hold the same canonical cells. */
  readonly to: Schema;
  /** For each of them its position in `from`; -1: null. */
  readonly order: readonly number[];
}

/** The same rows with other columns; shares the bytes. */
export function reorderBatch(batch: Batch, { from, to, order }: Reorder): Batch {
  const { bytes, index, stride } = cellsOf(from, batch);
  const picked = new Int32Array(batch.length * order.length * 2);
  let end = 0;
  for (let row = 0; row < batch.length; row++) {
    for (const column of order) {
      const at = column < 0 ? index.length : 2 * (row * stride + column);
      picked[end++] = index[at] ?? -1;
      picked[end++] = index[at + 1] ?? -1;
    }
  }
  return textBatch(to, { bytes, index: picked, stride: order.length });
}
