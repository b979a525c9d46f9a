import { cellsOf, cellTexts, rowNumber, sliceBatch, textBatch, type Batch, type Origin, type Schema } from '@etl/sdk';

/** Rows that follow each other over several batches, as a view that can be cut. */
export class RowRun {
  readonly #schema: Schema;
  readonly batches: readonly Batch[];
  readonly length: number;

  constructor(schema: Schema, batches: readonly Batch[]) {
    this.#schema = schema;
    this.batches = batches.filter(({ length }) => length > 0);
    this.length = this.batches.reduce((sum, { length }) => sum + length, 0);
  }

  /** Rows `from` to `to` (exclusive); shares the bytes. */
  slice(from: number, to: number): RowRun {
    const cut: Batch[] = [];
    let first = 0;
    for (const batch of this.batches) {
      const [start, end] = [Math.max(from - first, 0), Math.min(to - first, batch.length)];
      if (start < end) cut.push(start === 0 && end === batch.length ? batch : sliceBatch(this.#schema, batch, start, end));
      first += batch.length;
    }
    return new RowRun(this.#schema, cut);
  }

  /** The texts of one row, as rejects keep it, and where it came from. */
  row(at: number): { readonly values: readonly (string | null)[]; readonly origin?: Origin } {
    let first = 0;
    for (const batch of this.batches) {
      const row = at - first;
      if (row < batch.length) {
        const values = cellTexts(this.#schema, cellsOf(this.#schema, batch), row);
        const { origin } = batch;
        return origin === undefined ? { values } : { values, origin: { part: origin.part, first: rowNumber(origin, row) } };
      }
      first += batch.length;
    }
    return { values: [] };
  }
}

/** The batch with cells, as clients write them. */
export const withCells = (schema: Schema, batch: Batch): Batch =>
  batch.text === undefined ? textBatch(schema, cellsOf(schema, batch), batch.origin === undefined ? {} : { origin: batch.origin }) : batch;

/** Bytes of the cells. */
export function sizeOf({ text, length }: Batch): number {
  if (text === undefined) return length;
  const first = text.index.find((at) => at >= 0) ?? 0;
  const last = text.index.findLast((at) => at >= 0) ?? first;
  return last - first + length * text.stride;
}
