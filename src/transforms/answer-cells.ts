import { cellsOf, EtlError, type Batch, type Schema } from '@etl/sdk';
import type { FrameColumn } from './assemble-cells.js';
import type { CellFrame } from './cell-frame.js';
import { PatchBuffer } from './patch-buffer.js';

const minus = 0x2d;
const zero = 0x30;

/** What expressions answered for the rows of a group of frames, in the order of the rows that are left in them. Its memory serves group after group. */
export class AnswerCells {
  readonly #width: number;
  readonly #patch = new PatchBuffer();
  readonly #reasons = new Map<number, string>();
  #index = new Int32Array(0);
  #rows = 0;
  #expected = 0;

  constructor(private readonly schema: Schema) {
    this.#width = schema.fields.length * 2;
  }

  /** Begins a group of so many rows. */
  begin(rows: number): void {
    this.#expected = rows;
    if (this.#index.length < rows * this.#width) this.#index = new Int32Array(rows * this.#width);
    this.#reasons.clear();
    this.clear();
  }

  /** Rows answered so far. */
  get rows(): number {
    return this.#rows;
  }

  /** Rows that must be answered. */
  get expected(): number {
    return this.#expected;
  }

  /** Forgets all answers behind the first `rows`. */
  clear(rows = 0): void {
    this.#rows = rows;
    if (rows === 0) this.#patch.clear();
  }

  setReason(order: number, reason: string): void {
    this.#reasons.set(order, reason);
  }

  /** Why the expression of a row failed. */
  reason(order: number): string {
    return this.#reasons.get(order) ?? 'the expression fails on this row';
  }

  append(batch: Batch): void {
    if (this.#rows + batch.length > this.#expected) throw this.#unequal(this.#rows + batch.length);
    const { bytes, index } = cellsOf(this.schema, batch);
    const shift = this.#patch.length;
    this.#patch.write(bytes);
    const start = this.#rows * this.#width;
    for (let at = 0; at < index.length; at++) {
      const place = index[at] ?? -1;
      this.#index[start + at] = place < 0 ? -1 : place + shift;
    }
    this.#rows += batch.length;
  }

  /** Throws UNBALANCED where not every row was answered. */
  assertComplete(): void {
    if (this.#rows !== this.#expected) throw this.#unequal(this.#rows);
  }

  /** Text of an answer, `order` counted over the rows of the group. */
  text(order: number, column: number): string | null {
    const at = order * this.#width + 2 * column;
    const from = this.#index[at] ?? -1;
    return from < 0 ? null : this.#patch.bytes.toString('utf8', from, this.#index[at + 1]);
  }

  /** A column of the answer as one of a frame, whose rows begin at `first` in the group. Its cells are copied into the frame's patch. */
  spread(column: number, frame: CellFrame, { rows, first }: { readonly rows: Int32Array; readonly first: number }): FrameColumn {
    const { base, patch } = frame;
    const own = new Int32Array(frame.rows * 2).fill(-1);
    for (let i = 0; i < rows.length; i++) {
      const at = (first + i) * this.#width + 2 * column;
      const from = this.#index[at] ?? -1;
      if (from < 0) continue;
      const to = 2 * (rows[i] ?? 0);
      own[to] = base + patch.length;
      patch.copy(this.#patch.bytes, from, this.#index[at + 1] ?? from);
      own[to + 1] = base + patch.length;
    }
    return { index: own, offset: 0, step: 2 };
  }

  /** Place codes of all rows: whole numbers, read from their digits, since a view of each cell took four times as long. */
  places(): Int32Array {
    const { bytes } = this.#patch;
    const places = new Int32Array(this.#rows);
    for (let order = 0; order < places.length; order++) {
      const at = order * this.#width;
      const to = this.#index[at + 1] ?? 0;
      let from = this.#index[at] ?? 0;
      const isNegative = bytes[from] === minus;
      if (isNegative) from++;
      let place = 0;
      while (from < to) place = place * 10 + (bytes[from++] ?? zero) - zero;
      places[order] = isNegative ? -place : place;
    }
    return places;
  }

  #unequal(found: number): EtlError {
    return new EtlError('UNBALANCED', `Expressions answered for ${found} of ${this.#expected} rows`);
  }
}
