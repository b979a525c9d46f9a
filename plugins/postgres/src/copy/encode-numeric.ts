import type { CellEncoder } from './cell-encoder.js';

const powers = Int32Array.of(1, 10, 100, 1000, 10_000);

/**
 * Digits in front of the point take groups of four from the point leftwards, those behind it rightwards. Two groups and one are read as whole numbers, which
 * is most of what there is.
 */
export const encodeNumeric: CellEncoder = (given, from, to, out, start) => {
  const { array } = given;
  if (to - from > 13) return longNumeric(given, from, to, out, start);
  const negative = array[from] === 45;
  const first = negative ? from + 1 : from;
  let at = first;
  let whole = 0;
  for (; at < to; at++) {
    const digit = (array[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) break;
    whole = (whole * 10 + digit) | 0;
  }
  const digits = at - first;
  const scale = at < to ? to - at - 1 : 0;
  if (digits > 8 || scale > 4) return longNumeric(given, from, to, out, start);
  if (digits === 0 || (at < to && (array[at] !== 46 || scale === 0))) return -1;
  let fraction = 0;
  for (at++; at < to; at++) {
    const digit = (array[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    fraction = (fraction * 10 + digit) | 0;
  }
  const { view } = out;
  const wholeGroups = (digits + 3) >> 2;
  const groups = wholeGroups + (scale > 0 ? 1 : 0);
  view.setInt32(start, 8 + 2 * groups);
  view.setInt32(start + 4, (groups << 16) | (wholeGroups - 1));
  view.setInt32(start + 8, (negative ? 0x4000_0000 : 0) | scale);
  let end = start + 12;
  if (wholeGroups === 2) {
    const high = (whole / 10_000) | 0;
    view.setInt16(end, high);
    whole -= high * 10_000;
    end += 2;
  }
  view.setInt16(end, whole);
  end += 2;
  if (scale === 0) return end;
  view.setInt16(end, fraction * (powers[4 - scale] ?? 0));
  return end + 2;
};

/** The same for any number of digits, group by group. */
const longNumeric: CellEncoder = ({ array }, from, to, { view }, start) => {
  const negative = array[from] === 45;
  const first = negative ? from + 1 : from;
  let point = first;
  while (point < to && array[point] !== 46) point++;
  const whole = point - first;
  const scale = point < to ? to - point - 1 : 0;
  if (whole === 0 || (point < to && scale === 0) || whole + scale > 100_000) return -1;
  const wholeGroups = (whole + 3) >> 2;
  const groups = wholeGroups + ((scale + 3) >> 2);
  view.setInt32(start, 8 + 2 * groups);
  view.setInt16(start + 4, groups);
  view.setInt16(start + 6, wholeGroups - 1);
  view.setInt16(start + 8, negative ? 0x4000 : 0);
  view.setInt16(start + 10, scale);
  let end = start + 12;
  let left = whole & 3 || 4;
  let group = 0;
  for (let at = first; at < to; at++) {
    if (at === point) continue;
    const digit = (array[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    group = group * 10 + digit;
    if (--left > 0) continue;
    view.setInt16(end, group);
    end += 2;
    group = 0;
    left = 4;
  }
  if (left < 4) {
    while (left-- > 0) group *= 10;
    view.setInt16(end, group);
    end += 2;
  }
  return end;
};
