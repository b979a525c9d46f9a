import { writeInt32, writeSafe64, type CellEncoder } from './cell-encoder.js';

/** Days from 1970-01-01 to 2000-01-01, where the server begins. */
const epoch = 10_957;

const two = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) - 48) * 10 + (bytes[at + 1] ?? 0) - 48;

/** Days since 2000-01-01 of `YYYY-MM-DD`. */
function days(bytes: Uint8Array, from: number): number {
  const month = two(bytes, from + 5);
  const year = two(bytes, from) * 100 + two(bytes, from + 2) - (month <= 2 ? 1 : 0);
  const century = Math.floor(year / 400);
  const inCentury = year - century * 400;
  const inYear = Math.floor((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) + two(bytes, from + 8) - 1;
  const day = inCentury * 365 + Math.floor(inCentury / 4) - Math.floor(inCentury / 100) + inYear;
  return century * 146_097 + day - 719_468 - epoch;
}

const seconds = (bytes: Uint8Array, from: number): number => two(bytes, from) * 3600 + two(bytes, from + 3) * 60 + two(bytes, from + 6);

/** Microseconds behind the point at `from`; NaN where there are more than six digits that say something. */
function micros(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = 0; at < 6; at++) value = value * 10 + (from + at < to ? (bytes[from + at] ?? 0) - 48 : 0);
  for (let at = from + 6; at < to; at++) if (bytes[at] !== 48) return NaN;
  return value;
}

export const encodeDate: CellEncoder = (bytes, from, to, out, at) => {
  if (to - from !== 10) return -1;
  const value = days(bytes, from);
  if (!Number.isInteger(value)) return -1;
  writeInt32(out, at, 4);
  writeInt32(out, at + 4, value);
  return at + 8;
};

export const encodeTime: CellEncoder = (bytes, from, to, out, at) => {
  const fraction = to - from > 9 ? micros(bytes, from + 9, to) : 0;
  if (to - from < 8 || Number.isNaN(fraction)) return -1;
  writeInt32(out, at, 8);
  writeSafe64(out, at + 4, seconds(bytes, from) * 1_000_000 + fraction);
  return at + 12;
};

/** Microseconds since 2000 in two halves: the whole is more than a double holds exactly. */
function writeMoment(bytes: Uint8Array, from: number, to: number, out: Buffer, at: number): number {
  if (to - from < 19) return -1;
  const fraction = to - from > 20 ? micros(bytes, from + 20, to) : 0;
  const second = days(bytes, from) * 86_400 + seconds(bytes, from + 11);
  if (!Number.isInteger(second) || Number.isNaN(fraction)) return -1;
  // second * 1,000,000 = parts * 64, and parts are exact
  const parts = second * 15_625;
  const high = Math.floor(parts / 67_108_864);
  const low = (parts - high * 67_108_864) * 64 + fraction;
  const carry = low >= 4_294_967_296 ? 1 : 0;
  writeInt32(out, at, 8);
  writeInt32(out, at + 4, (high + carry) | 0);
  writeInt32(out, at + 8, (low - carry * 4_294_967_296) | 0);
  return at + 12;
}

export const encodeTimestamp: CellEncoder = writeMoment;

/** Zoned ones are always `+00:00`. */
export const encodeZoned: CellEncoder = (bytes, from, to, out, at) => (to - from < 25 ? -1 : writeMoment(bytes, from, to - 6, out, at));
