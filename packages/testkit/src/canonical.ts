import { encodeFloat, type FieldType } from '@etl/sdk';

/**
 * Whether a cell is canonical text of its type, written from the words of `TextCells` alone: the second opinion that faster checks
 * and every connector are held to. Bytes are given as `\x` and hexadecimal digits. A fraction of a second has up to `digits` digits.
 */
export function isCanonical(type: FieldType, cell: string): boolean {
  switch (type.kind) {
    case 'boolean':
      return cell === 'true' || cell === 'false';
    case 'integer':
      return integer.test(cell) && inRange(type.bits, type.signed, BigInt(cell));
    case 'float':
      return encodeFloat(Number(cell), type) === cell;
    case 'decimal':
      return isDecimal(cell, type.precision, type.scale);
    case 'bytes':
      return /^\\x(?:[0-9a-f]{2})*$/.test(cell);
    case 'text':
      return !/\p{Surrogate}/u.test(cell) && (type.length === undefined || Array.from(cell).length <= type.length);
    case 'json':
      return isJson(cell);
    case 'date':
      return isDate(cell);
    case 'time':
      return isTime(cell, type.digits);
    case 'timestamp':
      return isTimestamp(cell, type);
  }
}

const integer = /^(?:0|-?[1-9]\d*)$/;

function inRange(bits: number, signed: boolean, value: bigint): boolean {
  const size = 1n << BigInt(signed ? bits - 1 : bits);
  return value < size && value >= (signed ? -size : 0n);
}

function isDecimal(cell: string, precision: number | undefined, scale: number | undefined): boolean {
  const match = /^-?(0|[1-9]\d*)(?:\.(\d+))?$/.exec(cell);
  if (match === null || /^-[0.]*$/.test(cell)) return false;
  if (precision === undefined || scale === undefined) return true;
  const [, whole = '', fraction = ''] = match;
  return fraction.length === scale && (whole === '0' ? 0 : whole.length) <= precision - scale;
}

function isJson(cell: string): boolean {
  try {
    JSON.parse(cell);
    return true;
  } catch {
    return false;
  }
}

function isDate(cell: string): boolean {
  const match = /^(\d{4})-(\d\d)-(\d\d)$/.exec(cell);
  if (match === null) return false;
  const [year = 0, month = 0, day = 0] = match.slice(1).map(Number);
  const leap = (year % 4 === 0 && year % 100 !== 0) || year % 400 === 0;
  const days = [31, leap ? 29 : 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31][month - 1] ?? 0;
  return year >= 1 && day >= 1 && day <= days;
}

function isTime(cell: string, digits: number): boolean {
  const match = /^(?:[01]\d|2[0-3]):[0-5]\d:[0-5]\d(?:\.(\d+))?$/.exec(cell);
  return match !== null && (match[1] ?? '').length <= digits;
}

function isTimestamp(cell: string, { zoned, digits }: { zoned: boolean; digits: number }): boolean {
  if (zoned !== cell.endsWith('+00:00')) return false;
  const [date = '', time = '', ...more] = cell.replace(/\+00:00$/, '').split(' ');
  return more.length === 0 && isDate(date) && isTime(time, digits);
}
