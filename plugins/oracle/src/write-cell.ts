import { cellChecker, encodeFloat, type Field, type FieldType } from '@etl/sdk';
import { canonicalNumber } from './canonical-number.js';
import type { CellCollector } from './cell-collector.js';

/** What the driver gives for a value of a select of canonical expressions: floats as numbers, bytes as buffers, all else as text. */
export type DriverValue = string | number | Buffer | null;

/** Writes one value as a cell; false: no canonical cell can say it, so it stands there as it came. */
export type CellWriter = (cells: CellCollector, value: DriverValue) => boolean;

export function cellWriter({ type }: Field): CellWriter {
  const write = writerOf(type);
  return (cells, value) => {
    if (value !== null) return write(cells, value);
    cells.null();
    return true;
  };
}

type Write = (cells: CellCollector, value: Exclude<DriverValue, null>) => boolean;

/** A writer whose cells are always canonical. */
const always =
  (write: (cells: CellCollector, value: Exclude<DriverValue, null>) => void): Write =>
  (cells, value) => {
    write(cells, value);
    return true;
  };

function writerOf(type: FieldType): Write {
  switch (type.kind) {
    case 'bytes':
      return always((cells, value) => cells.raw(typeof value === 'object' ? value : Buffer.from(String(value), 'latin1')));
    case 'float':
      return always((cells, value) => cells.text(encodeFloat(Number(value), type)));
    case 'integer':
      return (cells, value) => writeNumber(cells, String(value), 0);
    case 'decimal': {
      const scale = type.precision === undefined ? null : (type.scale ?? 0);
      return (cells, value) => writeNumber(cells, String(value), scale);
    }
    case 'timestamp': {
      const zone = type.zoned ? '+00:00' : '';
      return writeTime(type, (text) => text + zone);
    }
    case 'date':
      return writeTime(type, (text) => text.slice(0, 10));
    default:
      return always((cells, value) => cells.text(String(value)));
  }
}

/** Digits of the largest NUMBER in front of the point. */
const mostDigits = 126;

/** Infinity comes from the driver as a one and 126 zeros, its opposite as -1e126. */
function writeNumber(cells: CellCollector, text: string, scale: number | null): boolean {
  const isInfinite = text === '-1e126' || (text.length > mostDigits && digitsBefore(text) > mostDigits);
  cells.text(isInfinite ? text : canonicalNumber(text, scale));
  return !isInfinite;
}

function digitsBefore(text: string): number {
  const point = text.indexOf('.');
  return (point < 0 ? text.length : point) - (text.startsWith('-') ? 1 : 0);
}

/** Behind a blank, or the minus of a year before 1. Days that no other calendar has (29 February 1500, those of a broken date) are none either. */
function writeTime(type: FieldType, canonical: (text: string) => string): Write {
  const isCanonical = cellChecker(type);
  return (cells, value) => {
    const text = String(value);
    cells.text(text.startsWith('-') ? text : canonical(text.startsWith(' ') ? text.slice(1) : text));
    return cells.isLast(isCanonical);
  };
}

/** Why a cell of this column is refused, and what to do. */
export function oddReason({ name, type }: Field): string {
  const what =
    type.kind === 'timestamp' || type.kind === 'date'
      ? 'a date before the year 1, or of another calendar'
      : 'an infinite number, which no other database has';
  return `Column ${name} holds ${what} (to_char of it in a query reads it as text)`;
}
