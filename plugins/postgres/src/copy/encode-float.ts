import { decodeFloat } from '@etl/sdk';
import type { CellEncoder } from './cell-encoder.js';

const powers = Float64Array.from({ length: 23 }, (_, power) => 10 ** power);

/** A float of few digits is a whole number divided by a power of ten, both exact, so that the quotient is rounded right; others are left to the engine. */
function readFloat(bytes: Uint8Array, from: number, to: number): number {
  const negative = bytes[from] === 45;
  const first = negative ? from + 1 : from;
  if (to - first > 16) return slowFloat(bytes, from, to);
  let value = 0;
  let digits = 0;
  let scale = -1;
  for (let at = first; at < to; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 46 && scale < 0) scale = 0;
    else if (byte >= 48 && byte <= 57) {
      value = value * 10 + byte - 48;
      digits++;
      if (scale >= 0) scale++;
    } else return slowFloat(bytes, from, to);
  }
  if (digits === 0 || digits > 15) return slowFloat(bytes, from, to);
  const exact = scale > 0 ? value / (powers[scale] ?? 1) : value;
  return negative ? -exact : exact;
}

const words: ReadonlySet<string> = new Set(['NaN', 'Infinity', '-Infinity']);

/** undefined in spirit, as a symbol of its own: NaN is a value. */
function slowFloat(bytes: Uint8Array, from: number, to: number): number {
  const text = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
  const value = decodeFloat(text);
  if (Number.isNaN(value) && !words.has(text)) throw new NotAFloat();
  return value;
}

class NotAFloat extends Error {}

const encoder =
  (size: 4 | 8): CellEncoder =>
  ({ array }, from, to, { view }, at) => {
    let value: number;
    try {
      value = readFloat(array, from, to);
    } catch (error) {
      if (error instanceof NotAFloat) return -1;
      throw error;
    }
    view.setInt32(at, size);
    if (size === 8) view.setFloat64(at + 4, value);
    else view.setFloat32(at + 4, value);
    return at + 4 + size;
  };

export const encodeFloat4: CellEncoder = encoder(4);
export const encodeFloat8: CellEncoder = encoder(8);
