import { EtlError, type TextCells } from '@etl/sdk';
import type { PatchBuffer } from './patch-buffer.js';

/** Where the cells of one column stand: the cell of row `r` begins at `index[offset + r * step]` and ends at the number behind it; -1 is null. */
export interface FrameColumn {
  readonly index: Int32Array;
  readonly offset: number;
  readonly step: number;
}

/** What is left of a batch: rows, columns, and the bytes in which their cells stand. */
export interface FrameCells {
  readonly cells: TextCells;
  readonly bytes: Buffer;
  /** Length of the batch's own bytes: cells that begin at or behind it are in the patch. */
  readonly base: number;
  readonly patch: PatchBuffer;
  readonly rows: number;
  readonly columns: readonly FrameColumn[];
  /** Positions of the rows that are still there, ascending; only the first `count` are valid. */
  readonly alive: Int32Array;
  readonly count: number;
}

/** Cells of the rows that a frame still has, in these columns of it. The bytes are shared with the batch that came, unless cells were patched. */
export function assembleCells(frame: FrameCells, columns: readonly FrameColumn[] = frame.columns): TextCells {
  const { bytes, index } = frame.cells;
  const stride = columns.length;
  const isPicked = keepsPlaces(frame, columns);
  const out = isPicked ? pickRows(frame, index) : fillRows(frame, columns);
  if (isPicked) for (const [at, column] of columns.entries()) if (column.index !== index) fillColumn(frame, out, { column, at, stride });
  if (frame.patch.length === 0) return { bytes, index: out, stride };
  return { bytes: withPatch(frame, out), index: out, stride };
}

/** Whether every column that was not made anew stands where it stood, so that whole rows of the index can be copied. */
const keepsPlaces = ({ cells }: FrameCells, columns: readonly FrameColumn[]): boolean =>
  columns.length === cells.stride && columns.every(({ index, offset }, at) => index !== cells.index || offset === 2 * at);

function pickRows({ count, rows, alive, cells: { stride } }: FrameCells, index: Int32Array): Int32Array {
  if (count === rows) return index.slice(0, rows * stride * 2);
  const width = stride * 2;
  const out = new Int32Array(count * width);
  let start = 0;
  while (start < count) {
    const first = alive[start] ?? 0;
    let end = start + 1;
    while (end < count && (alive[end] ?? 0) === first + end - start) end++;
    out.set(index.subarray(first * width, (first + end - start) * width), start * width);
    start = end;
  }
  return out;
}

/** Row by row, as both sides lie in memory: column by column took three times as long. */
function fillRows({ count, alive }: FrameCells, columns: readonly FrameColumn[]): Int32Array {
  const out = new Int32Array(count * columns.length * 2);
  let to = 0;
  for (let i = 0; i < count; i++) {
    const row = alive[i] ?? 0;
    for (let at = 0; at < columns.length; at++) {
      const column = columns[at];
      if (column === undefined) continue;
      const from = column.offset + row * column.step;
      out[to++] = column.index[from] ?? -1;
      out[to++] = column.index[from + 1] ?? -1;
    }
  }
  return out;
}

function fillColumn(
  { count, alive }: FrameCells,
  out: Int32Array,
  { column, at, stride }: { column: FrameColumn; at: number; stride: number },
): void {
  const { index, offset, step } = column;
  const width = stride * 2;
  let to = at * 2;
  for (let i = 0; i < count; i++) {
    const from = offset + (alive[i] ?? 0) * step;
    out[to] = index[from] ?? -1;
    out[to + 1] = index[from + 1] ?? -1;
    to += width;
  }
}

const largest = 2 ** 31 - 1;

/**
 * New bytes: the part of the old ones that cells still use, then the patch; moves the index to it. The old bytes may be a buffer that
 * many batches share, so only what lies between the first and the last cell is copied.
 */
function withPatch({ bytes, base, patch, cells }: FrameCells, index: Int32Array): Uint8Array {
  let low = base;
  let high = 0;
  let isPatched = false;
  for (let at = 0; at < index.length; at += 2) {
    const from = index[at] ?? -1;
    if (from >= base) isPatched = true;
    if (from < 0 || from >= base) continue;
    if (from < low) low = from;
    const to = index[at + 1] ?? 0;
    if (to > high) high = to;
  }
  if (!isPatched) return cells.bytes;
  if (low > high) low = high;
  const kept = high - low;
  if (kept + patch.length > largest) throw new EtlError('INTERNAL', 'A batch of more than 2 GiB');
  for (let at = 0; at < index.length; at += 2) {
    const from = index[at] ?? -1;
    if (from < 0) continue;
    const move = from >= base ? kept - base : -low;
    index[at] = from + move;
    index[at + 1] = (index[at + 1] ?? 0) + move;
  }
  const out = Buffer.allocUnsafeSlow(kept + patch.length);
  bytes.copy(out, 0, low, high);
  patch.bytes.copy(out, kept, 0, patch.length);
  return out;
}
