import { isUtf8 } from 'node:buffer';
import { isDate, isTime } from './calendar.js';
import { encodeFloat } from './cell-codec.js';
import { isJson } from './json-text.js';
import type { FieldType } from './schema.js';

/** Whether `bytes[from..to)` is the canonical text of one value. Never throws, reads nothing outside the range. */
export type CellCheck = (bytes: Uint8Array, from: number, to: number) => boolean;

/** How `TextCells` of this type must look: the hot path of readers, casts and the contract kit. */
export function cellChecker(type: FieldType): CellCheck {
  switch (type.kind) {
    case 'boolean':
      return isBoolean;
    case 'integer':
      return integerCheck(type.bits, type.signed);
    case 'decimal':
      return type.precision === undefined ? isDecimal : decimalCheck(type.precision, type.scale ?? 0);
    case 'float':
      return floatCheck(type);
    case 'date':
      return isDate;
    case 'time':
      return (bytes, from, to) => isTime(bytes, from, to, type.digits);
    case 'timestamp':
      return timestampCheck(type.digits, type.zoned);
    case 'json':
      return isJson;
    case 'text':
      return textCheck(type.length);
    case 'bytes':
      return () => true;
  }
}

const isDigit = (byte: number): boolean => byte >= 48 && byte <= 57;

function isBoolean(bytes: Uint8Array, from: number, to: number): boolean {
  const word = to - from === 4 ? 'true' : 'false';
  if (to - from !== word.length) return false;
  for (let index = 0; index < word.length; index++) if (bytes[from + index] !== word.charCodeAt(index)) return false;
  return true;
}

/** The end of digits without a needless leading zero; -1: there are none such. */
function wholeEnd(bytes: Uint8Array, from: number, to: number): number {
  let at = from;
  while (at < to && isDigit(bytes[at] ?? 0)) at++;
  return at === from || (bytes[from] === 48 && at > from + 1) ? -1 : at;
}

/** Whether the digits at `from` are at most `limit`, a text of as many digits. */
function isAtMost(bytes: Uint8Array, from: number, limit: string): boolean {
  for (let index = 0; index < limit.length; index++) {
    const difference = (bytes[from + index] ?? 0) - limit.charCodeAt(index);
    if (difference !== 0) return difference < 0;
  }
  return true;
}

function integerCheck(bits: number, signed: boolean): CellCheck {
  const size = 1n << BigInt(signed ? bits - 1 : bits);
  const highest = String(size - 1n);
  const lowest = signed ? String(size) : '';
  return (bytes, from, to) => {
    const negative = from < to && bytes[from] === 45;
    const start = negative ? from + 1 : from;
    if (wholeEnd(bytes, start, to) !== to) return false;
    if (negative && (!signed || bytes[start] === 48)) return false;
    const limit = negative ? lowest : highest;
    return to - start < limit.length || (to - start === limit.length && isAtMost(bytes, start, limit));
  };
}

/** Whether every digit is zero: a canonical zero has no sign. */
function isZero(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] !== 48 && bytes[at] !== 46) return false;
  return true;
}

function isDecimal(bytes: Uint8Array, from: number, to: number): boolean {
  const negative = from < to && bytes[from] === 45;
  const start = negative ? from + 1 : from;
  const point = wholeEnd(bytes, start, to);
  if (point < 0) return false;
  if (point < to) {
    if (bytes[point] !== 46 || point + 1 === to) return false;
    for (let at = point + 1; at < to; at++) if (!isDigit(bytes[at] ?? 0)) return false;
  }
  return !negative || !isZero(bytes, start, to);
}

function decimalCheck(precision: number, scale: number): CellCheck {
  const behind = scale === 0 ? 0 : scale + 1;
  const before = precision - scale;
  return (bytes, from, to) => {
    if (!isDecimal(bytes, from, to)) return false;
    const start = bytes[from] === 45 ? from + 1 : from;
    const point = to - behind;
    if (point <= start || (scale > 0 && bytes[point] !== 46)) return false;
    if (scale === 0) return to - start <= before && noPoint(bytes, start, to);
    return point - start <= before || (before === 0 && point - start === 1 && bytes[start] === 48);
  };
}

function noPoint(bytes: Uint8Array, from: number, to: number): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === 46) return false;
  return true;
}

function floatCheck(type: FieldType & { kind: 'float' }): CellCheck {
  const shortDigits = type.bits === 64 ? 15 : 6;
  return (bytes, from, to) => {
    if (to - from <= shortDigits && isShortFloat(bytes, from, to)) return true;
    const cell = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
    if (cell === 'NaN' || cell === 'Infinity' || cell === '-Infinity') return true;
    const value = Number(cell);
    return Number.isFinite(value) && cell.length > 0 && encodeFloat(value, type) === cell;
  };
}

/** So few digits that the shortest text of the float is this text: digits, and a fraction that does not end in 0. */
function isShortFloat(bytes: Uint8Array, from: number, to: number): boolean {
  const start = from < to && bytes[from] === 45 ? from + 1 : from;
  const point = wholeEnd(bytes, start, to);
  if (point === to) return true;
  // 0.000000x is written with an exponent
  if (point < 0 || bytes[point] !== 46 || point + 1 === to || bytes[to - 1] === 48 || to - point > 7) return false;
  for (let at = point + 1; at < to; at++) if (!isDigit(bytes[at] ?? 0)) return false;
  return true;
}

function timestampCheck(digits: number, zoned: boolean): CellCheck {
  const zone = zoned ? 6 : 0;
  return (bytes, from, to) => {
    const end = to - zone;
    if (end - from < 19 || bytes[from + 10] !== 32) return false;
    if (zoned && !isUtcOffset(bytes, end)) return false;
    return isDate(bytes, from, from + 10) && isTime(bytes, from + 11, end, digits);
  };
}

const isUtcOffset = (bytes: Uint8Array, at: number): boolean =>
  bytes[at] === 43 && bytes[at + 1] === 48 && bytes[at + 2] === 48 && bytes[at + 3] === 58 && bytes[at + 4] === 48 && bytes[at + 5] === 48;

function textCheck(length: number | undefined): CellCheck {
  return (bytes, from, to) => {
    let ascii = true;
    for (let at = from; at < to; at++) {
      if ((bytes[at] ?? 0) < 128) continue;
      ascii = false;
      break;
    }
    if (!ascii && !isUtf8(bytes.subarray(from, to))) return false;
    return length === undefined || to - from <= length || (!ascii && charactersOf(bytes, from, to) <= length);
  };
}

/** Code points in valid UTF-8. */
export function charactersOf(bytes: Uint8Array, from: number, to: number): number {
  let count = 0;
  for (let at = from; at < to; at++) if (((bytes[at] ?? 0) & 0xc0) !== 0x80) count++;
  return count;
}
