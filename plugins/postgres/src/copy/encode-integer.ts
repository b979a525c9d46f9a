import { writeInt16, writeInt32, writeSafe64, type CellEncoder } from './cell-encoder.js';

/** The number of a canonical integer of at most 15 digits; exact. */
function smallInteger(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === 45;
  let value = 0;
  for (let at = negative ? from + 1 : from; at < to; at++) {
    const digit = (bytes[at] ?? 0) - 48;
    if (digit < 0 || digit > 9) return NaN;
    value = value * 10 + digit;
  }
  return negative ? -value : value;
}

const within =
  (limit: number, size: number, write: (out: Uint8Array, at: number, value: number) => void): CellEncoder =>
  (bytes, from, to, out, at) => {
    if (to - from > 15 || to === from) return -1;
    const value = smallInteger(bytes, from, to);
    if (!(value >= -limit && value < limit)) return -1;
    writeInt32(out, at, size);
    write(out, at + 4, value);
    return at + 4 + size;
  };

export const encodeInt2: CellEncoder = within(2 ** 15, 2, writeInt16);
export const encodeInt4: CellEncoder = within(2 ** 31, 4, writeInt32);

const [least, beyond] = [-(2n ** 63n), 2n ** 63n];

export const encodeInt8: CellEncoder = (bytes, from, to, out, at) => {
  if (to === from) return -1;
  writeInt32(out, at, 8);
  if (to - from <= 15) {
    const value = smallInteger(bytes, from, to);
    if (Number.isNaN(value)) return -1;
    writeSafe64(out, at + 4, value);
    return at + 12;
  }
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
  if (!/^-?\d+$/.test(text)) return -1;
  const value = BigInt(text);
  if (value < least || value >= beyond) return -1;
  out.writeBigInt64BE(value, at + 4);
  return at + 12;
};
