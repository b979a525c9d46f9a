import { EtlError, type BufferPool, type TextCells } from '@etl/sdk';
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

/** Where new cells stand: memory of a pool, or of their own. */
type Memory = Pick<BufferPool, 'takeBytes' | 'takeIntegers'>;

const own: Memory = {
  takeBytes: (length) => Buffer.allocUnsafeSlow(length),
  takeIntegers: (length) => new Int32Array(length),
};

/** Cells of the rows that a frame still has, in these columns of it. The index is new; the bytes are those of the batch that came, unless cells were patched. */
export function assembleCells(frame: FrameCells, columns: readonly FrameColumn[] = frame.columns, memory: Memory = own): TextCells {
  const stride = columns.length;
  const index = memory.takeIntegers(frame.count * stride * 2);
  const used = fillRows(frame, runsOf(columns), index);
  return { bytes: used.isPatched ? withPatch(frame, index, { used, memory }) : frame.cells.bytes, index, stride };
}

/** The same in buffers of their own, which can be given away: the bytes of a batch may be shared. */
export function ownCells(frame: FrameCells): TextCells {
  const { columns } = frame;
  const index = own.takeIntegers(frame.count * columns.length * 2);
  const used = fillRows(frame, runsOf(columns), index);
  return { bytes: withPatch(frame, index, { used, memory: own }), index, stride: columns.length };
}

/** Columns that stand side by side: so many numbers of the index, copied as one. */
interface Run {
  readonly index: Int32Array;
  readonly offset: number;
  readonly step: number;
  numbers: number;
}

function runsOf(columns: readonly FrameColumn[]): Run[] {
  const runs: Run[] = [];
  for (const { index, offset, step } of columns) {
    const last = runs.at(-1);
    if (last !== undefined && last.index === index && last.step === step && last.offset + last.numbers === offset) last.numbers += 2;
    else runs.push({ index, offset, step, numbers: 2 });
  }
  return runs;
}

/** What cells stand in: bytes of the batch from `low` to `high`, and perhaps the patch. */
interface Used {
  readonly low: number;
  readonly high: number;
  readonly isPatched: boolean;
}

/** Fills row by row, as both sides lie in memory: column by column took three times as long. */
function fillRows({ count, alive, base }: FrameCells, runs: readonly Run[], out: Int32Array): Used {
  let to = 0;
  let low = base;
  let high = 0;
  let isPatched = false;
  for (let i = 0; i < count; i++) {
    const row = alive[i] ?? 0;
    for (const { index, offset, step, numbers } of runs) {
      const first = offset + row * step;
      for (let at = first; at < first + numbers; at += 2) {
        const start = index[at] ?? -1;
        const end = index[at + 1] ?? -1;
        out[to++] = start;
        out[to++] = end;
        if (start >= base) isPatched = true;
        else if (start >= 0) {
          if (start < low) low = start;
          if (end > high) high = end;
        }
      }
    }
  }
  return low > high ? { low: 0, high: 0, isPatched } : { low, high, isPatched };
}

const largest = 2 ** 31 - 1;

/**
 * New bytes: the part of the old ones that cells still use, then the patch; moves the index to it. The old bytes may be a buffer that
 * many batches share, so only what lies between the first and the last cell is copied.
 */
function withPatch(
  { bytes, base, patch }: FrameCells,
  index: Int32Array,
  { used: { low, high }, memory }: { used: Used; memory: Memory },
): Uint8Array {
  const kept = high - low;
  if (kept + patch.length > largest) throw new EtlError('INTERNAL', 'A batch of more than 2 GiB');
  for (let at = 0; at < index.length; at += 2) {
    const from = index[at] ?? -1;
    if (from < 0) continue;
    const move = from >= base ? kept - base : -low;
    index[at] = from + move;
    index[at + 1] = (index[at + 1] ?? 0) + move;
  }
  const out = memory.takeBytes(kept + patch.length);
  bytes.copy(out, 0, low, high);
  patch.bytes.copy(out, kept, 0, patch.length);
  return out;
}
