import type { BufferPool } from '@etl/sdk';

/** A record that is no row of the file's shape. */
export interface BadRecord {
  /** Rows accepted before it in this block. */
  readonly after: number;
  readonly from: number;
  readonly to: number;
  /** Lines from the start of the block to its first. */
  readonly line: number;
  readonly fault: 'ragged' | 'text behind quote' | 'open quote';
  readonly cells: number;
  /** Line ends within it. */
  readonly lines: number;
}

/** What the scanner found in one block. Cells of row `r` are `index[2 * (r * width) ...]`; -1: null. */
export class CsvRows {
  index: Int32Array;
  /** Where each row begins. */
  starts: Int32Array;
  rows = 0;
  /** Behind the last complete record. */
  end = 0;
  /** Line ends up to there. */
  lines = 0;
  readonly bad: BadRecord[] = [];
  /** Positions in `index` of cells with doubled quotes. */
  readonly doubled: number[] = [];
  /** Pairs of a row and how many lines more than rows stand before it, at each row where that changes. */
  readonly shifts: number[] = [];
  /** Something that a strict reader would read otherwise: a bare quote, a lone carriage return, a blank or comment line. */
  odd = false;
  /** Rows that end with CR LF. */
  carriageReturns = 0;

  constructor(
    readonly width: number,
    expectedRows: number,
    private readonly pool: BufferPool,
  ) {
    this.index = pool.takeIntegers(Math.max(64, expectedRows) * width * 2);
    this.starts = pool.takeIntegers(Math.max(64, expectedRows));
  }

  grow(): void {
    const { index, starts } = this;
    this.index = this.pool.takeIntegers(2 * index.length);
    this.index.set(index);
    this.starts = this.pool.takeIntegers(2 * starts.length);
    this.starts.set(starts);
    this.#giveBack(index, starts);
  }

  /** Nobody reads the rows any more. */
  release(): void {
    this.#giveBack(this.index, this.starts);
  }

  #giveBack(index: Int32Array, starts: Int32Array): void {
    this.pool.give(index.buffer);
    this.pool.give(starts.buffer);
  }

  /** Drops what was noted of the row that comes next. */
  forget(): void {
    const from = this.rows * this.width * 2;
    while ((this.doubled.at(-1) ?? -1) >= from) this.doubled.pop();
  }

  /** Lines from the start of the block to the first of this row. */
  lineOf(row: number): number {
    let shift = 0;
    for (let at = 0; at < this.shifts.length && (this.shifts[at] ?? 0) <= row; at += 2) shift = this.shifts[at + 1] ?? 0;
    return row + shift;
  }
}
