import { writeSafe64, type Bytes, type CellEncoder } from './cell-encoder.js';

/** The number of a canonical integer of at most 15 digits, exact; NaN: it is none. */
function smallInteger(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === 45;
  const first = negative ? from + 1 : from;
  if (first >= to) return NaN;
  let value = 0;
  for (let at = first; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

const within =
  (limit: number, size: number, write: (out: Bytes, at: number, value: number) => void): CellEncoder =>
  ({ array }, from, to, out, at) => {
    if (to - from > 15) return -1;
    const value = smallInteger(array, from, to);
    if (!(value >= -limit && value < limit)) return -1;
    out.view.setInt32(at, size);
    write(out, at + 4, value);
    return at + 4 + size;
  };

export const encodeInt2: CellEncoder = within(2 ** 15, 2, ({ view }, at, value) => view.setInt16(at, value));
export const encodeInt4: CellEncoder = within(2 ** 31, 4, ({ view }, at, value) => view.setInt32(at, value));

const [least, beyond] = [-(2n ** 63n), 2n ** 63n];

export const encodeInt8: CellEncoder = (given, from, to, out, at) => {
  const { array } = given;
  if (to - from > 9) return longInt8(given, from, to, out, at);
  const negative = array[from] === 45;
  const first = negative ? from + 1 : from;
  if (first >= to) return -1;
  let value = 0;
  for (let index = first; index < to; index++) {
    const digit = (array[index] ?? 0) - 48;
    if (digit < 0 || digit > 9) return -1;
    // Nine digits stay within 32 bits
    value = (value * 10 + digit) | 0;
  }
  if (negative) value = -value | 0;
  out.view.setInt32(at, 8);
  out.view.setInt32(at + 4, value >> 31);
  out.view.setInt32(at + 8, value);
  return at + 12;
};

const longInt8: CellEncoder = ({ array }, from, to, out, at) => {
  out.view.setInt32(at, 8);
  if (to - from <= 15) {
    const value = smallInteger(array, from, to);
    if (Number.isNaN(value)) return -1;
    writeSafe64(out, at + 4, value);
    return at + 12;
  }
  const text = Buffer.from(array.buffer, array.byteOffset + from, to - from).toString('latin1');
  if (!/^-?\d+$/.test(text)) return -1;
  const value = BigInt(text);
  if (value < least || value >= beyond) return -1;
  out.view.setBigInt64(at + 4, value);
  return at + 12;
};
