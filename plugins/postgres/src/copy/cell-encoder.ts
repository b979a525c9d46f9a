/**
 * Writes one cell with its length in front as binary COPY wants it, at `at`; answers where the next one goes, or -1: the cell is no value of the type.
 * The caller sees to it that there is room for the cell and 48 bytes.
 */
export type CellEncoder = (bytes: Uint8Array, from: number, to: number, out: Buffer, at: number) => number;

export function writeInt32(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 24;
  out[at + 1] = value >>> 16;
  out[at + 2] = value >>> 8;
  out[at + 3] = value;
}

export function writeInt16(out: Uint8Array, at: number, value: number): void {
  out[at] = value >>> 8;
  out[at + 1] = value;
}

const power32 = 4_294_967_296;

/** A whole number that a double holds exactly, as 8 bytes. */
export function writeSafe64(out: Uint8Array, at: number, value: number): void {
  const high = Math.floor(value / power32);
  writeInt32(out, at, high | 0);
  writeInt32(out, at + 4, (value - high * power32) | 0);
}

/** Bytes as they are. Small copies byte by byte: a call of `set` costs more than they do. */
export function copyBytes(bytes: Uint8Array, from: number, to: number, out: Buffer, at: number): number {
  if (to - from > 48) {
    out.set(bytes.subarray(from, to), at);
    return at + to - from;
  }
  let end = at;
  for (let index = from; index < to; index++) out[end++] = bytes[index] ?? 0;
  return end;
}
