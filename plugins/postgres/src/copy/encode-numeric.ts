import { writeInt16, writeInt32, type CellEncoder } from './cell-encoder.js';

/** Digits in front of the point take groups of four from the point leftwards, those behind it rightwards. */
export const encodeNumeric: CellEncoder = (bytes, from, to, out, start) => {
  const negative = bytes[from] === 45;
  const first = negative ? from + 1 : from;
  let point = first;
  while (point < to && bytes[point] !== 46) point++;
  const whole = point - first;
  const scale = point < to ? to - point - 1 : 0;
  if (whole === 0 || (point < to && scale === 0) || whole + scale > 100_000) return -1;
  const wholeGroups = (whole + 3) >> 2;
  const groups = wholeGroups + ((scale + 3) >> 2);
  writeInt32(out, start, 8 + 2 * groups);
  writeInt16(out, start + 4, groups);
  writeInt16(out, start + 6, wholeGroups - 1);
  writeInt16(out, start + 8, negative ? 0x4000 : 0);
  writeInt16(out, start + 10, scale);
  let end = start + 12;
  let left = whole & 3 || 4;
  let group = 0;
  for (let at = first; at < point; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    group = group * 10 + digit;
    if (--left > 0) continue;
    writeInt16(out, end, group);
    end += 2;
    group = 0;
    left = 4;
  }
  for (let at = point + 1; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    group = group * 10 + digit;
    if (--left > 0) continue;
    writeInt16(out, end, group);
    end += 2;
    group = 0;
    left = 4;
  }
  if (left < 4) {
    while (left-- > 0) group *= 10;
    writeInt16(out, end, group);
    end += 2;
  }
  return end;
};
