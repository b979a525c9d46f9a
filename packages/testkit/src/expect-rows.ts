import { typeName, type FieldType, type Schema } from '@etl/sdk';
import { shorten } from './expect-equal.js';
import type { TextRow } from './text-row.js';

/** Throws at the first row or cell that differs. Fractions of a second may have fewer zeros at their end than the type has digits. */
export function expectRows(actual: readonly TextRow[], expected: readonly TextRow[], schema: Schema, what = 'rows'): void {
  const count = Math.max(actual.length, expected.length);
  for (let row = 0; row < count; row++) {
    const [found, wanted] = [actual[row], expected[row]];
    if (found === undefined || wanted === undefined) throw new Error(countMessage(what, actual, expected, row));
    if (found.length !== schema.fields.length)
      throw new Error(`${what}: row ${row} has ${found.length} cells, not ${schema.fields.length}`);
    for (const [column, { name, type }] of schema.fields.entries()) {
      const [cell, want] = [found[column] ?? null, wanted[column] ?? null];
      if (normal(type, cell) === normal(type, want)) continue;
      throw new Error(`${what}: row ${row}, ${name} ${typeName(type)}\n  expected: ${show(want)}\n  found:    ${show(cell)}`);
    }
  }
}

function countMessage(what: string, actual: readonly TextRow[], expected: readonly TextRow[], row: number): string {
  const extra = actual[row] ?? expected[row] ?? [];
  const verb = actual.length > expected.length ? 'one too many is' : 'the first missing is';
  return `${what}: ${actual.length} rows instead of ${expected.length}; ${verb} ${shorten(JSON.stringify(extra), 200)}`;
}

const show = (cell: string | null): string => shorten(JSON.stringify(cell), 200);

const fraction = /(:\d\d)(?:\.(\d*?)0*)?(\+00:00)?$/;

const normal = (type: FieldType, cell: string | null): string | null => {
  if (cell === null || (type.kind !== 'time' && type.kind !== 'timestamp')) return cell;
  return cell.replace(fraction, (_, seconds: string, digits = '', zone = '') => `${seconds}${digits === '' ? '' : `.${digits}`}${zone}`);
};

/** Rows in the order of an integer column, for sources and targets that keep none. */
export const byInteger = (rows: readonly TextRow[], column = 0): TextRow[] =>
  [...rows].sort((a, b) => {
    const [left, right] = [BigInt(a[column] ?? -1), BigInt(b[column] ?? -1)];
    return left < right ? -1 : left > right ? 1 : 0;
  });
