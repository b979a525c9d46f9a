import { cellsOf, EtlError, type Batch, type Schema } from '@etl/sdk';
import type { FrameColumn } from './assemble-cells.js';
import type { CellFrame } from './cell-frame.js';

const minus = 0x2d;
const zero = 0x30;

/** What expressions answered for the rows of a frame, in the order of the rows that are left in it. The bytes go straight into the frame's patch. */
export class AnswerCells {
  readonly #width: number;
  readonly #index: Int32Array;
  readonly #reasons = new Map<number, string>();
  #rows = 0;

  constructor(
    private readonly frame: CellFrame,
    private readonly schema: Schema,
  ) {
    this.#width = schema.fields.length * 2;
    this.#index = new Int32Array(frame.count * this.#width);
  }

  /** Rows answered so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows that must be answered. */
  get expected(): number {
    return this.frame.count;
  }

  /** Forgets all answers behind the first `rows`. */
  clear(rows = 0): void {
    this.#rows = rows;
  }

  setReason(order: number, reason: string): void {
    this.#reasons.set(order, reason);
  }

  /** Why the expression of a row failed. */
  reason(order: number): string {
    return this.#reasons.get(order) ?? 'the expression fails on this row';
  }

  append(batch: Batch): void {
    if (this.#rows + batch.length > this.frame.count) throw this.#unequal(this.#rows + batch.length);
    const { bytes, index } = cellsOf(this.schema, batch);
    const { base, patch } = this.frame;
    const shift = base + patch.length;
    patch.write(bytes);
    const start = this.#rows * this.#width;
    for (let at = 0; at < index.length; at++) {
      const place = index[at] ?? -1;
      this.#index[start + at] = place < 0 ? -1 : place + shift;
    }
    this.#rows += batch.length;
  }

  /** Throws UNBALANCED where not every row was answered. */
  assertComplete(): void {
    if (this.#rows !== this.frame.count) throw this.#unequal(this.#rows);
  }

  /** Text of an answer, `order` counted over the rows that are left. */
  text(order: number, column: number): string | null {
    return this.frame.text({ index: this.#index, offset: 2 * column, step: this.#width }, order);
  }

  /** A column of the answer by row of the frame. */
  spread(column: number, rows: Int32Array): FrameColumn {
    const { frame } = this;
    const own = new Int32Array(frame.rows * 2).fill(-1);
    for (let order = 0; order < rows.length; order++) {
      const from = order * this.#width + 2 * column;
      const to = 2 * (rows[order] ?? 0);
      own[to] = this.#index[from] ?? -1;
      own[to + 1] = this.#index[from + 1] ?? -1;
    }
    return { index: own, offset: 0, step: 2 };
  }

  /** Place codes of all rows: whole numbers, read from their digits, since a view of each cell took four times as long. */
  places(): Int32Array {
    const { base, patch } = this.frame;
    const { bytes } = patch;
    const places = new Int32Array(this.#rows);
    for (let order = 0; order < places.length; order++) {
      const at = order * this.#width;
      const to = (this.#index[at + 1] ?? 0) - base;
      let from = (this.#index[at] ?? 0) - base;
      const isNegative = bytes[from] === minus;
      if (isNegative) from++;
      let place = 0;
      while (from < to) place = place * 10 + (bytes[from++] ?? zero) - zero;
      places[order] = isNegative ? -place : place;
    }
    return places;
  }

  #unequal(found: number): EtlError {
    return new EtlError('UNBALANCED', `Expressions answered for ${found} of ${this.frame.count} rows`);
  }
}
