import { EtlError, encodeFloat, type Field, type FieldType } from '@etl/sdk';
import { canonicalNumber } from './canonical-number.js';
import type { CellCollector } from './cell-collector.js';

/** What the driver gives for a value of a select of canonical expressions: floats as numbers, bytes as buffers, all else as text. */
export type DriverValue = string | number | Buffer | null;

/** Writes one value as a canonical cell. Throws DATA_INVALID for what no canonical cell can be. */
export type CellWriter = (cells: CellCollector, value: DriverValue) => void;

export function cellWriter({ name, type }: Field): CellWriter {
  const write = writerOf(name, type);
  return (cells, value) => {
    if (value === null) cells.null();
    else write(cells, value);
  };
}

type Write = (cells: CellCollector, value: Exclude<DriverValue, null>) => void;

function writerOf(name: string, type: FieldType): Write {
  switch (type.kind) {
    case 'bytes':
      return (cells, value) => cells.raw(typeof value === 'object' ? value : Buffer.from(String(value), 'latin1'));
    case 'float':
      return (cells, value) => cells.text(encodeFloat(Number(value), type));
    case 'integer':
      return (cells, value) => cells.text(String(value));
    case 'decimal': {
      const scale = type.precision === undefined ? null : (type.scale ?? 0);
      return (cells, value) => cells.text(canonicalNumber(String(value), scale));
    }
    case 'timestamp': {
      const zone = type.zoned ? '+00:00' : '';
      return (cells, value) => cells.text(positive(name, String(value)) + zone);
    }
    case 'date':
      return (cells, value) => cells.text(positive(name, String(value)).slice(0, 10));
    default:
      return (cells, value) => cells.text(String(value));
  }
}

/** The sign of a year: a blank, or a minus in front of what no other database has. */
function positive(name: string, text: string): string {
  if (text.startsWith(' ')) return text.slice(1);
  if (!text.startsWith('-')) return text;
  throw new EtlError('DATA_INVALID', `Column ${name} holds a date before the year 1, which canonical dates do not have`, {
    hint: 'Leave such rows out with where, or turn the column into text in a query',
  });
}
