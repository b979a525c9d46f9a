import type { CellEncoder } from './cell-encoder.js';

/** Longer ones are searched and copied as a whole, which takes a call of its own. */
const short = 96;

/** Text without NUL, which the server keeps nowhere. */
export const encodeText: CellEncoder = ({ array, view }, from, to, out, at) => {
  out.view.setInt32(at, to - from);
  let end = at + 4;
  if (to - from > short) {
    // Of the cell alone: without a NUL the search would go on to the end of the batch, for every cell
    const cell = array.subarray(from, to);
    if (cell.includes(0)) return -1;
    out.array.set(cell, end);
    return end + to - from;
  }
  let index = from;
  for (const last = to - 4; index <= last; index += 4, end += 4) {
    const four = view.getInt32(index);
    if (hasNul(four)) return -1;
    out.view.setInt32(end, four);
  }
  for (; index < to; index++) {
    const byte = array[index] ?? 0;
    if (byte === 0) return -1;
    out.array[end++] = byte;
  }
  return end;
};

/** Whether one of four bytes is 0: only there a one is borrowed into the highest bit that was not set before. */
const hasNul = (four: number): boolean => ((four - 0x01010101) & ~four & 0x80808080) !== 0;

export const encodeBytea: CellEncoder = ({ array }, from, to, out, at) => {
  out.view.setInt32(at, to - from);
  out.array.set(array.subarray(from, to), at + 4);
  return at + 4 + to - from;
};

export const encodeJsonb: CellEncoder = (given, from, to, out, at) => {
  const end = encodeText(given, from, to, out, at + 1);
  if (end < 0) return -1;
  out.view.setInt32(at, to - from + 1);
  out.array[at + 4] = 1;
  return end;
};

/** `true` or `false`. */
export const encodeBoolean: CellEncoder = ({ array }, from, _to, out, at) => {
  out.view.setInt32(at, 1);
  out.array[at + 4] = array[from] === 116 ? 1 : 0;
  return at + 5;
};

const nibble = (byte: number): number =>
  byte >= 48 && byte <= 57 ? byte - 48 : byte >= 97 && byte <= 102 ? byte - 87 : byte >= 65 && byte <= 70 ? byte - 55 : -1;

export const encodeUuid: CellEncoder = ({ array }, from, to, out, at) => {
  out.view.setInt32(at, 16);
  let end = at + 4;
  let high = -1;
  for (let index = from; index < to; index++) {
    const byte = array[index] ?? 0;
    if (byte === 45) continue;
    const value = nibble(byte);
    if (value < 0 || end >= at + 20) return -1;
    if (high < 0) high = value;
    else {
      out.array[end++] = (high << 4) | value;
      high = -1;
    }
  }
  return end === at + 20 && high < 0 ? end : -1;
};
