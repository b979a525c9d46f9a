/** BINARY_DOUBLE and BINARY_FLOAT: IEEE big-endian, the sign bit set where the number is positive, all bits inverted where it is negative. */
export function encodeFloat(text: string, size: 4 | 8): Buffer {
  const bytes = Buffer.alloc(size);
  const value = Number(text);
  // Oracle keeps no negative zero
  const kept = value === 0 ? 0 : value;
  if (size === 8) bytes.writeDoubleBE(kept);
  else bytes.writeFloatBE(kept);
  const first = bytes.readUInt8(0);
  if (first & 0x80) for (const [index, byte] of bytes.entries()) bytes[index] = byte ^ 0xff;
  else bytes[0] = first | 0x80;
  return bytes;
}

export function decodeFloat(wire: Buffer): string {
  const bytes = Buffer.from(wire);
  const first = bytes.readUInt8(0);
  if (first & 0x80) bytes[0] = first & 0x7f;
  else for (const [index, byte] of bytes.entries()) bytes[index] = byte ^ 0xff;
  if (bytes.length === 8) return String(bytes.readDoubleBE());
  return String(Number(bytes.readFloatBE().toPrecision(9)));
}
