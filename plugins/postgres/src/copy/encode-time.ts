import { writeSafe64, type Bytes, type CellEncoder } from './cell-encoder.js';

/** Days from 0000-03-01 to 2000-01-01, where the server begins. */
const epoch = 730_425;

const two = (bytes: Uint8Array, at: number): number => ((bytes[at] ?? 0) - 48) * 10 + (bytes[at + 1] ?? 0) - 48;

/** Days since 2000-01-01 of `YYYY-MM-DD`; years begin in March here, so that a leap day is the last one. */
function days(bytes: Uint8Array, from: number): number {
  const month = two(bytes, from + 5);
  const year = two(bytes, from) * 100 + two(bytes, from + 2) - (month <= 2 ? 1 : 0);
  const century = (year / 100) | 0;
  const inYear = (((153 * (month + (month > 2 ? -3 : 9)) + 2) / 5) | 0) + two(bytes, from + 8) - 1;
  return year * 365 + (year >> 2) - century + (century >> 2) + inYear - epoch;
}

const seconds = (bytes: Uint8Array, from: number): number => two(bytes, from) * 3600 + two(bytes, from + 3) * 60 + two(bytes, from + 6);

/** Microseconds behind the point at `from`; NaN where there are more than six digits that say something. */
function micros(bytes: Uint8Array, from: number, to: number): number {
  let value = 0;
  for (let at = 0; at < 6; at++) value = value * 10 + (from + at < to ? (bytes[from + at] ?? 0) - 48 : 0);
  for (let at = from + 6; at < to; at++) if (bytes[at] !== 48) return NaN;
  return value;
}

export const encodeDate: CellEncoder = ({ array }, from, to, { view }, at) => {
  if (to - from !== 10) return -1;
  view.setInt32(at, 4);
  view.setInt32(at + 4, days(array, from));
  return at + 8;
};

export const encodeTime: CellEncoder = ({ array }, from, to, out, at) => {
  const fraction = to - from > 9 ? micros(array, from + 9, to) : 0;
  if (to - from < 8 || Number.isNaN(fraction)) return -1;
  out.view.setInt32(at, 8);
  writeSafe64(out, at + 4, seconds(array, from) * 1_000_000 + fraction);
  return at + 12;
};

/** Microseconds since 2000 in two halves: the whole is more than a double holds exactly. */
function writeMoment({ array }: Bytes, from: number, to: number, { view }: Bytes, at: number): number {
  if (to - from < 19) return -1;
  const fraction = to - from > 20 ? micros(array, from + 20, to) : 0;
  if (Number.isNaN(fraction)) return -1;
  const second = days(array, from) * 86_400 + seconds(array, from + 11);
  // second * 1,000,000 = parts * 64, and parts are exact
  const parts = second * 15_625;
  const high = Math.floor(parts / 67_108_864);
  const low = (parts - high * 67_108_864) * 64 + fraction;
  const carry = low >= 4_294_967_296 ? 1 : 0;
  view.setInt32(at, 8);
  view.setInt32(at + 4, high + carry);
  view.setInt32(at + 8, low - carry * 4_294_967_296);
  return at + 12;
}

export const encodeTimestamp: CellEncoder = writeMoment;

/** Zoned ones are always `+00:00`. */
export const encodeZoned: CellEncoder = (given, from, to, out, at) => (to - from < 25 ? -1 : writeMoment(given, from, to - 6, out, at));
