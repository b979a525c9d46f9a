import { copyBytes, writeInt32, type CellEncoder } from './cell-encoder.js';

/** Text without NUL, which the server keeps nowhere. */
export const encodeText: CellEncoder = (bytes, from, to, out, at) => {
  if (to - from > 48) {
    // Of the cell alone: without a NUL the search would go on to the end of the batch, for every cell
    if (bytes.subarray(from, to).includes(0)) return -1;
    writeInt32(out, at, to - from);
    return copyBytes(bytes, from, to, out, at + 4);
  }
  writeInt32(out, at, to - from);
  let end = at + 4;
  for (let index = from; index < to; index++) {
    const byte = bytes[index] ?? 0;
    if (byte === 0) return -1;
    out[end++] = byte;
  }
  return end;
};

export const encodeBytea: CellEncoder = (bytes, from, to, out, at) => {
  writeInt32(out, at, to - from);
  return copyBytes(bytes, from, to, out, at + 4);
};

export const encodeJsonb: CellEncoder = (bytes, from, to, out, at) => {
  const end = encodeText(bytes, from, to, out, at + 1);
  if (end < 0) return -1;
  writeInt32(out, at, to - from + 1);
  out[at + 4] = 1;
  return end;
};

/** `true` or `false`. */
export const encodeBoolean: CellEncoder = (bytes, from, _to, out, at) => {
  writeInt32(out, at, 1);
  out[at + 4] = bytes[from] === 116 ? 1 : 0;
  return at + 5;
};

const nibble = (byte: number): number =>
  byte >= 48 && byte <= 57 ? byte - 48 : byte >= 97 && byte <= 102 ? byte - 87 : byte >= 65 && byte <= 70 ? byte - 55 : -1;

export const encodeUuid: CellEncoder = (bytes, from, to, out, at) => {
  writeInt32(out, at, 16);
  let end = at + 4;
  let high = -1;
  for (let index = from; index < to; index++) {
    const byte = bytes[index] ?? 0;
    if (byte === 45) continue;
    const value = nibble(byte);
    if (value < 0 || end >= at + 20) return -1;
    if (high < 0) high = value;
    else {
      out[end++] = (high << 4) | value;
      high = -1;
    }
  }
  return end === at + 20 && high < 0 ? end : -1;
};
