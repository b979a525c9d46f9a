import type { Field, FieldType, IntegerBits } from '@etl/sdk';

const maxDigits = 38;
/** Decimal digits that every integer of this many bits fits into. */
const integerDigits = { 8: 3, 16: 5, 32: 10, 64: 20, 128: 39 } as const;
/** Integers that a float holds exactly. */
const floatBits = { 32: 16, 64: 32 } as const;

/** Whether a column of the target holds every value of a column of the load exactly, or refuses it. */
export function holds(target: Field, given: Field): boolean {
  const [there, here] = [nativeOf(target), nativeOf(given)];
  if (there === undefined) return typeHolds(target.type, given.type);
  if (there === here) return true;
  if (there === 'BIGNUM') return given.type.kind === 'integer';
  // ENUM, UUID, INTERVAL, lists: a text that they cannot read is refused row by row. A struct would drop what it does not know
  if (target.type.kind === 'text') return here === undefined && given.type.kind === 'text';
  if (target.type.kind === 'json') return here === undefined && given.type.kind === 'json' && !/STRUCT|UNION/i.test(there);
  return typeHolds(target.type, given.type);
}

const nativeOf = ({ native }: Field): string | undefined => (native?.dialect === 'duckdb' ? native.type : undefined);

export function typeHolds(target: FieldType, given: FieldType): boolean {
  switch (target.kind) {
    case 'integer':
      return given.kind === 'integer' && integerHolds(target, given);
    case 'float':
      return (given.kind === 'float' && given.bits <= target.bits) || (given.kind === 'integer' && given.bits <= floatBits[target.bits]);
    case 'decimal':
      return decimalHolds(target, given);
    // DuckDB does not keep the length of text; JSON and decimals without a type of their own are text to the letter
    case 'text':
      return given.kind === 'text' || given.kind === 'json' || (given.kind === 'decimal' && isOwnScale(given)) || isFineZoned(given);
    case 'time':
      return given.kind === 'time' && given.digits <= target.digits;
    case 'timestamp':
      return given.kind === 'timestamp' && given.zoned === target.zoned && given.digits <= target.digits;
    default:
      return given.kind === target.kind;
  }
}

const isOwnScale = (type: FieldType & { kind: 'decimal' }): boolean => type.precision === undefined || type.precision > maxDigits;
const isFineZoned = (type: FieldType): boolean => type.kind === 'timestamp' && type.zoned && type.digits > 6;

type IntegerType = FieldType & { kind: 'integer' };

const integerHolds = (target: IntegerType, given: IntegerType): boolean =>
  target.signed === given.signed ? given.bits <= target.bits : target.signed && given.bits < target.bits;

function decimalHolds(target: FieldType & { kind: 'decimal' }, given: FieldType): boolean {
  if (target.precision === undefined) return given.kind === 'decimal' || given.kind === 'integer';
  const scale = target.scale ?? 0;
  if (given.kind === 'integer') return target.precision - scale >= integerDigits[given.bits];
  if (given.kind !== 'decimal' || given.precision === undefined) return false;
  return scale >= (given.scale ?? 0) && target.precision - scale >= given.precision - (given.scale ?? 0);
}

/** The narrowest type of the same family that holds all values of both; null: there is none. */
export function widened(a: FieldType, b: FieldType): FieldType | null {
  if (typeHolds(a, b)) return a;
  if (typeHolds(b, a)) return b;
  if (a.kind === 'integer' && b.kind === 'integer') return widerInteger(a, b);
  if (a.kind === 'decimal' || b.kind === 'decimal') return widerDecimal(a, b);
  return null;
}

const bitSizes: readonly IntegerBits[] = [8, 16, 32, 64, 128];

function widerInteger(a: IntegerType, b: IntegerType): FieldType | null {
  const bits = bitSizes.find((size) => [a, b].every((one) => integerHolds({ kind: 'integer', bits: size, signed: true }, one)));
  return bits === undefined ? null : { kind: 'integer', bits, signed: true };
}

function widerDecimal(a: FieldType, b: FieldType): FieldType | null {
  const [x, y] = [asDecimal(a), asDecimal(b)];
  if (x === null || y === null) return null;
  const scale = Math.max(x.scale, y.scale);
  const precision = scale + Math.max(x.precision - x.scale, y.precision - y.scale);
  return precision > maxDigits ? null : { kind: 'decimal', precision, scale };
}

function asDecimal(type: FieldType): { precision: number; scale: number } | null {
  if (type.kind === 'integer') return { precision: integerDigits[type.bits], scale: 0 };
  if (type.kind !== 'decimal' || type.precision === undefined) return null;
  return { precision: type.precision, scale: type.scale ?? 0 };
}
