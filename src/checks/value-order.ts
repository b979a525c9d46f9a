import type { FieldType } from '@etl/sdk';

/** Compares two canonical texts of a type by value, exactly: below zero where the first is smaller; NaN with nothing. Null: the type has no order. */
export function valueOrder({ kind }: FieldType): ((a: string, b: string) => number) | null {
  switch (kind) {
    case 'integer':
    case 'decimal':
      return compareDecimals;
    case 'float':
      return (a, b) => compare(Number(a), Number(b));
    case 'date':
      return compare;
    case 'time':
    case 'timestamp':
      return (a, b) => compare(shortTime(a), shortTime(b));
    case 'text':
      return compareText;
    default:
      return null;
  }
}

function compare(a: string | number, b: string | number): number {
  if (a < b) return -1;
  if (a > b) return 1;
  return Number.isNaN(a) || Number.isNaN(b) ? Number.NaN : 0;
}

/** By code point, as the bytes of UTF-8 are ordered. */
const compareText = (a: string, b: string): number => Buffer.compare(Buffer.from(a), Buffer.from(b));

/** Up to 15 digits a float tells decimals apart and keeps their order. */
function compareDecimals(a: string, b: string): number {
  if (a.length <= 15 && b.length <= 15) return compare(Number(a), Number(b));
  const scale = Math.max(fractionOf(a), fractionOf(b));
  const left = unscaled(a, scale);
  const right = unscaled(b, scale);
  return left < right ? -1 : left > right ? 1 : 0;
}

const fractionOf = (text: string): number => (text.includes('.') ? text.length - text.indexOf('.') - 1 : 0);
const unscaled = (text: string, scale: number): bigint => BigInt(text.replace('.', '') + '0'.repeat(scale - fractionOf(text)));

/** Without the zone, which is always UTC, and without zeros at the end of a fraction. */
const shortTime = (text: string): string =>
  text.replace(/\+00:00$/, '').replace(/\.?0*$/, (zeros) => (zeros.startsWith('.') || text.includes('.') ? '' : zeros));

/** One text for each value, so that equal values are equal texts. */
export function valueKey(type: FieldType): (text: string) => string {
  if (type.kind === 'time' || type.kind === 'timestamp') return shortTime;
  if (type.kind === 'decimal' && type.precision === undefined) return (text) => (text.includes('.') ? text.replace(/\.?0+$/, '') : text);
  return (text) => text;
}
