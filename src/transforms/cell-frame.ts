import { cellsOf, rowNumber, textBatch, type Batch, type BufferPool, type Origin, type Schema, type TextCells } from '@etl/sdk';
import { assembleCells, type FrameCells, type FrameColumn } from './assemble-cells.js';
import { PatchBuffer } from './patch-buffer.js';
import type { StageResult, StepCounts, StepReject } from './step.js';

/** Why a row does not go on, or goes on with a warning. */
export type Verdict =
  | { readonly kind: 'filtered' }
  | { readonly kind: 'warned' }
  | { readonly kind: 'rejected'; readonly reason: string; readonly field?: string; readonly code?: string };

export const filtered: Verdict = { kind: 'filtered' };
export const warned: Verdict = { kind: 'warned' };

type Finished = Pick<StageResult, 'batch' | 'shares' | 'release'>;

/**
 * A batch on its way through row steps. Steps choose columns and judge rows without copying a byte; cells that change are written to a
 * patch, which stands behind the bytes of the batch: a start at or beyond `base` means the patch. `finish` makes one batch of it, whose
 * bytes are the old ones and the patch in a new array, or the old array itself where nothing was patched.
 */
export class CellFrame implements FrameCells {
  readonly cells: TextCells;
  readonly bytes: Buffer;
  /** Length of the batch's own bytes. */
  readonly base: number;
  readonly rows: number;
  readonly origin: Origin | undefined;
  readonly patch = new PatchBuffer(16_384);
  readonly counts: StepCounts[] = [];
  readonly rejects: StepReject[] = [];
  columns: readonly FrameColumn[];
  /** Positions of the rows that are still there, ascending; only the first `count` are valid. */
  readonly alive: Int32Array;
  count: number;

  constructor(
    readonly input: Schema,
    readonly source: Batch,
  ) {
    this.cells = cellsOf(input, source);
    const { bytes, index, stride } = this.cells;
    this.bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.base = bytes.length;
    this.rows = source.length;
    this.origin = source.origin;
    this.columns = input.fields.map((_, column) => ({ index, offset: 2 * column, step: 2 * stride }));
    this.alive = new Int32Array(this.rows);
    for (let row = 0; row < this.rows; row++) this.alive[row] = row;
    this.count = this.rows;
  }

  column(at: number): FrameColumn {
    const column = this.columns[at];
    if (column === undefined) throw new RangeError(`no column ${at}`);
    return column;
  }

  /** The text of a cell, or null. Bytes that are not UTF-8 come out as U+FFFD. */
  text({ index, offset, step }: FrameColumn, row: number): string | null {
    const at = offset + row * step;
    const from = index[at] ?? -1;
    if (from < 0) return null;
    const to = index[at + 1] ?? from;
    return from < this.base ? this.bytes.toString('utf8', from, to) : this.patch.bytes.toString('utf8', from - this.base, to - this.base);
  }

  /** The bytes of a cell, or null; valid until the next patch. */
  view({ index, offset, step }: FrameColumn, row: number): Buffer | null {
    const at = offset + row * step;
    const from = index[at] ?? -1;
    if (from < 0) return null;
    const to = index[at + 1] ?? from;
    return from < this.base ? this.bytes.subarray(from, to) : this.patch.bytes.subarray(from - this.base, to - this.base);
  }

  /** A copy of a column whose cells may be set; rows that are gone are undefined in it. */
  copy({ index, offset, step }: FrameColumn): FrameColumn & { readonly index: Int32Array } {
    const own = new Int32Array(this.rows * 2);
    for (let i = 0; i < this.count; i++) {
      const row = this.alive[i] ?? 0;
      own[2 * row] = index[offset + row * step] ?? -1;
      own[2 * row + 1] = index[offset + row * step + 1] ?? -1;
    }
    return { index: own, offset: 0, step: 2 };
  }

  /** A column of nulls. */
  blank(): FrameColumn {
    return { index: new Int32Array(this.rows * 2).fill(-1), offset: 0, step: 2 };
  }

  /** A column with one cell for all rows. */
  constant(bytes: Uint8Array): FrameColumn {
    const from = this.base + this.patch.length;
    this.patch.write(bytes);
    return { index: Int32Array.of(from, this.base + this.patch.length), offset: 0, step: 0 };
  }

  /** Sets a cell of a column made by `copy` or `blank`. */
  set({ index }: FrameColumn, row: number, text: string | null): void {
    if (text === null) {
      index[2 * row] = -1;
      index[2 * row + 1] = -1;
      return;
    }
    index[2 * row] = this.base + this.patch.length;
    this.patch.writeText(text);
    index[2 * row + 1] = this.base + this.patch.length;
  }

  /** Sets a cell to bytes. */
  setBytes({ index }: FrameColumn, row: number, bytes: Uint8Array): void {
    index[2 * row] = this.base + this.patch.length;
    this.patch.write(bytes);
    index[2 * row + 1] = this.base + this.patch.length;
  }

  /** Counts a step through which every row goes. */
  pass(step: string): void {
    this.counts.push({ step, in: this.count, out: this.count, filtered: 0, deduplicated: 0, rejected: 0, warned: 0 });
  }

  /** Judges every row that is there, in order, and counts the step; null lets the row go on. */
  sweep(step: { readonly name: string; readonly input: Schema }, judge: (row: number) => Verdict | null): void {
    const before = this.count;
    const { alive } = this;
    let kept = 0;
    const tally = { filtered: 0, rejected: 0, warned: 0 };
    for (let i = 0; i < before; i++) {
      const row = alive[i] ?? 0;
      const verdict = judge(row);
      if (verdict === null) {
        alive[kept++] = row;
        continue;
      }
      tally[verdict.kind]++;
      if (verdict.kind === 'warned') alive[kept++] = row;
      else if (verdict.kind === 'rejected') this.rejects.push(this.#reject(step, row, verdict));
    }
    this.count = kept;
    this.counts.push({ step: step.name, in: before, out: kept, deduplicated: 0, ...tally });
  }

  #reject(
    step: { readonly name: string; readonly input: Schema },
    row: number,
    verdict: Extract<Verdict, { kind: 'rejected' }>,
  ): StepReject {
    const { origin } = this;
    return {
      step: step.name,
      schema: step.input,
      reason: verdict.reason,
      code: verdict.code ?? 'DATA_INVALID',
      ...(verdict.field === undefined ? {} : { field: verdict.field }),
      values: step.input.fields.map(({ type }, at) => {
        const column = this.column(at);
        if (type.kind !== 'bytes') return this.text(column, row);
        const bytes = this.view(column, row);
        return bytes === null ? null : `\\x${bytes.toString('hex')}`;
      }),
      ...(origin === undefined ? {} : { origin: { part: origin.part, first: rowNumber(origin, row) } }),
    };
  }

  /** The rows that are left, as a batch of this schema, in memory of a pool where they are not what came. */
  finish(output: Schema, pool: BufferPool): Finished {
    if (this.#isUntouched) {
      const { source } = this;
      const { origin, csv } = source;
      const batch =
        output === this.input
          ? source
          : textBatch(output, this.cells, { ...(origin === undefined ? {} : { origin }), ...(csv === undefined ? {} : { csv }) });
      return { batch, shares: true, release: () => undefined };
    }
    const cells = assembleCells(this, this.columns, pool);
    const shares = cells.bytes === this.cells.bytes;
    const release = (): void => {
      pool.give(cells.index.buffer);
      if (!shares) pool.give(cells.bytes.buffer);
    };
    const origin = this.#keptOrigin();
    return { batch: textBatch(output, cells, origin === undefined ? {} : { origin }), shares, release };
  }

  /** Where the rows that are left come from. */
  #keptOrigin(): Origin | undefined {
    const { origin, alive, count } = this;
    if (origin === undefined || count === this.rows) return origin;
    const numbers = new Float64Array(count);
    for (let i = 0; i < count; i++) numbers[i] = rowNumber(origin, alive[i] ?? 0);
    return { ...origin, first: numbers[0] ?? origin.first, numbers };
  }

  /** Whether rows and cells are those that came, in the same places. */
  get #isUntouched(): boolean {
    const { index, stride } = this.cells;
    return (
      this.count === this.rows &&
      this.columns.length === stride &&
      this.columns.every((column, at) => column.index === index && column.offset === 2 * at)
    );
  }
}
