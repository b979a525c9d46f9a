import { isUtf8 } from 'node:buffer';

const maxDepth = 1000;

/** 1: may stand in a string as it is. */
const plain = new Uint8Array(256).fill(1);
plain.fill(0, 0, 32);
plain[0x22] = 0;
plain[0x5c] = 0;

/** The first byte at or after `at` that is not JSON whitespace. */
export function skipJsonSpace(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at];
    if (byte !== 32 && byte !== 10 && byte !== 13 && byte !== 9) break;
    at++;
  }
  return at;
}

/** The end of the string that begins with the quote at `at`; else `~fault`, where `fault` is the first wrong byte, or `end` where the text is cut off. */
export function jsonStringEnd(bytes: Uint8Array, at: number, end: number): number {
  for (let p = at + 1; p < end; p++) {
    const byte = bytes[p] ?? 0;
    if (plain[byte] === 1) continue;
    if (byte === 0x22) return p + 1;
    if (byte !== 0x5c) return ~p;
    if (++p >= end) return ~end;
    const escape = bytes[p] ?? 0;
    if (escape !== 0x75) {
      if (!isSimpleEscape(escape)) return ~p;
      continue;
    }
    for (let digit = 0; digit < 4; digit++) {
      if (++p >= end) return ~end;
      if (!isHexadecimal(bytes[p] ?? 0)) return ~p;
    }
  }
  return ~end;
}

const isSimpleEscape = (byte: number): boolean =>
  byte === 0x22 || byte === 0x5c || byte === 0x2f || byte === 0x62 || byte === 0x66 || byte === 0x6e || byte === 0x72 || byte === 0x74;

const isHexadecimal = (byte: number): boolean => (byte >= 48 && byte <= 57) || (byte >= 65 && byte <= 70) || (byte >= 97 && byte <= 102);

function digitsEnd(bytes: Uint8Array, at: number, end: number): number {
  while (at < end) {
    const byte = bytes[at] ?? 0;
    if (byte < 48 || byte > 57) break;
    at++;
  }
  return at;
}

/** The end of the number that begins at `at`, else `~fault`. */
export function jsonNumberEnd(bytes: Uint8Array, at: number, end: number): number {
  let p = bytes[at] === 45 ? at + 1 : at;
  const whole = digitsEnd(bytes, p, end);
  if (whole === p || (bytes[p] === 48 && whole > p + 1)) return ~p;
  p = whole;
  if (p < end && bytes[p] === 46) {
    const fraction = digitsEnd(bytes, p + 1, end);
    if (fraction === p + 1) return ~fraction;
    p = fraction;
  }
  if (p < end && (bytes[p] === 101 || bytes[p] === 69)) {
    const sign = p + 1 < end && (bytes[p + 1] === 43 || bytes[p + 1] === 45) ? 1 : 0;
    const exponent = digitsEnd(bytes, p + 1 + sign, end);
    if (exponent === p + 1 + sign) return ~exponent;
    p = exponent;
  }
  return p;
}

/** The end of `true`, `false` or `null` at `at`, else `~fault`. */
export function jsonWordEnd(bytes: Uint8Array, at: number, end: number): number {
  const word = bytes[at] === 0x74 ? 'true' : bytes[at] === 0x66 ? 'false' : 'null';
  for (let index = 0; index < word.length; index++) {
    if (at + index >= end) return ~end;
    if (bytes[at + index] !== word.charCodeAt(index)) return ~(at + index);
  }
  return at + word.length;
}

/**
 * The end of the JSON value that begins at `at` (no whitespace before it); else `~fault`, where `fault` is the first wrong byte (also one
 * that nests deeper than 1000), or `end` where the text is cut off. Whether strings are valid UTF-8 is not looked at.
 */
export function jsonValueEnd(bytes: Uint8Array, at: number, end: number, depth = 0): number {
  if (at >= end) return ~end;
  switch (bytes[at]) {
    case 0x22:
      return jsonStringEnd(bytes, at, end);
    case 0x7b:
    case 0x5b:
      return depth >= maxDepth ? ~at : jsonNestedEnd(bytes, at, end, depth + 1);
    case 0x74:
    case 0x66:
    case 0x6e:
      return jsonWordEnd(bytes, at, end);
    default:
      return jsonNumberEnd(bytes, at, end);
  }
}

function jsonNestedEnd(bytes: Uint8Array, at: number, end: number, depth: number): number {
  const isObject = bytes[at] === 0x7b;
  const close = isObject ? 0x7d : 0x5d;
  let p = skipJsonSpace(bytes, at + 1, end);
  if (p < end && bytes[p] === close) return p + 1;
  for (;;) {
    if (isObject) {
      if (p >= end || bytes[p] !== 0x22) return ~p;
      p = jsonStringEnd(bytes, p, end);
      if (p < 0) return p;
      p = skipJsonSpace(bytes, p, end);
      if (p >= end || bytes[p] !== 0x3a) return ~p;
      p = skipJsonSpace(bytes, p + 1, end);
    }
    p = jsonValueEnd(bytes, p, end, depth);
    if (p < 0) return p;
    p = skipJsonSpace(bytes, p, end);
    if (p >= end) return ~end;
    if (bytes[p] === close) return p + 1;
    if (bytes[p] !== 0x2c) return ~p;
    p = skipJsonSpace(bytes, p + 1, end);
  }
}

/** Whether the bytes are one JSON value in valid UTF-8, whitespace around it allowed. */
export function isJson(bytes: Uint8Array, from: number, to: number): boolean {
  const end = jsonValueEnd(bytes, skipJsonSpace(bytes, from, to), to);
  return end >= 0 && skipJsonSpace(bytes, end, to) === to && isUtf8(bytes.subarray(from, to));
}
