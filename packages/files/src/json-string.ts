import type { CellArea } from './cell-area.js';

const escapes: { readonly [letter: number]: number } = { 0x62: 8, 0x66: 12, 0x6e: 10, 0x72: 13, 0x74: 9 };

/** Whether a string needs `unescapeJson`. */
export function hasEscape(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === 0x5c) return true;
  return false;
}

/** Writes a well-formed JSON string (without its quotes) as UTF-8 text. False: it holds half a surrogate pair, which is no text. */
export function unescapeJson(area: CellArea, from: number, to: number): boolean {
  let end = area.reserve(to - from);
  const { bytes } = area;
  for (let p = from; p < to;) {
    const byte = bytes[p] ?? 0;
    if (byte !== 0x5c) {
      bytes[end++] = byte;
      p++;
      continue;
    }
    const letter = bytes[p + 1] ?? 0;
    if (letter !== 0x75) {
      bytes[end++] = escapes[letter] ?? letter;
      p += 2;
      continue;
    }
    let code = unit(bytes, p + 2);
    p += 6;
    if (code >= 0xd800 && code <= 0xdfff) {
      const low = code < 0xdc00 && p + 6 <= to && bytes[p] === 0x5c && bytes[p + 1] === 0x75 ? unit(bytes, p + 2) : 0;
      if (low < 0xdc00 || low > 0xdfff) return false;
      code = 0x10000 + ((code - 0xd800) << 10) + (low - 0xdc00);
      p += 6;
    }
    end = writeCharacter(bytes, end, code);
  }
  return area.wrote(end);
}

/** Four hexadecimal digits. */
function unit(bytes: Uint8Array, at: number): number {
  let value = 0;
  for (let digit = at; digit < at + 4; digit++) {
    const byte = bytes[digit] ?? 0;
    value = value * 16 + (byte <= 57 ? byte - 48 : (byte | 32) - 87);
  }
  return value;
}

/** First bytes of characters, by the number of bytes that follow. */
const leads = [0, 0xc0, 0xe0, 0xf0] as const;

function writeCharacter(bytes: Uint8Array, at: number, code: number): number {
  if (code < 0x80) {
    bytes[at] = code;
    return at + 1;
  }
  const following = code < 0x800 ? 1 : code < 0x10000 ? 2 : 3;
  bytes[at] = leads[following] | (code >> (6 * following));
  for (let index = 1; index <= following; index++) bytes[at + index] = 0x80 | ((code >> (6 * (following - index))) & 0x3f);
  return at + following + 1;
}
