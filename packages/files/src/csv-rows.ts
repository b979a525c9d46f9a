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
  ) {
    this.index = new Int32Array(Math.max(64, expectedRows) * width * 2);
    this.starts = new Int32Array(Math.max(64, expectedRows));
  }

  grow(): void {
    const index = new Int32Array(this.starts.length * 2 * this.width * 2);
    index.set(this.index);
    const starts = new Int32Array(this.starts.length * 2);
    starts.set(this.starts);
    this.index = index;
    this.starts = starts;
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
