import type { Field, FieldType, IntegerBits } from '@etl/sdk';

/** What a family of types is like in one database, for the rules that are alike in all. */
export interface TypeLimits {
  /** Digits of the widest decimal. */
  readonly decimalDigits: number;
  /** Integer sizes that columns come in, with sign. */
  readonly integers: readonly IntegerBits[];
  /** Whether there are unsigned integers. */
  readonly unsigned: boolean;
}

/** Decimal digits that every integer of this many bits fits into. */
export const integerDigits = { 8: 3, 16: 5, 32: 10, 64: 20, 128: 39 } as const;
/** Integers that a float holds exactly. */
const floatBits = { 32: 16, 64: 32 } as const;

type IntegerType = FieldType & { kind: 'integer' };
type DecimalType = FieldType & { kind: 'decimal' };

/** Whether every value of `given` is one of `target`, and stays it. Lengths of texts, digits of seconds, scales count. */
export function typeHolds(target: FieldType, given: FieldType): boolean {
  switch (target.kind) {
    case 'integer':
      return given.kind === 'integer' && integerHolds(target, given);
    case 'float':
      return (given.kind === 'float' && given.bits <= target.bits) || (given.kind === 'integer' && given.bits <= floatBits[target.bits]);
    case 'decimal':
      return decimalHolds(target, given);
    case 'text':
      return given.kind === 'text' && (target.length === undefined || (given.length !== undefined && given.length <= target.length));
    case 'time':
      return given.kind === 'time' && given.digits <= target.digits;
    case 'timestamp':
      return given.kind === 'timestamp' && given.zoned === target.zoned && given.digits <= target.digits;
    default:
      return given.kind === target.kind;
  }
}

const integerHolds = (target: IntegerType, given: IntegerType): boolean =>
  target.signed === given.signed ? given.bits <= target.bits : target.signed && given.bits < target.bits;

function decimalHolds(target: DecimalType, given: FieldType): boolean {
  if (target.precision === undefined) return given.kind === 'decimal' || given.kind === 'integer';
  const scale = target.scale ?? 0;
  if (given.kind === 'integer') return target.precision - scale >= integerDigits[given.bits];
  if (given.kind !== 'decimal' || given.precision === undefined) return false;
  return scale >= (given.scale ?? 0) && target.precision - scale >= given.precision - (given.scale ?? 0);
}

/** Whether a narrower column of the same family refuses by an error what is too much for it: never where it would round. */
export function typeRefuses(target: FieldType, given: FieldType): boolean {
  if (target.kind === 'integer') return given.kind === 'integer';
  if (target.kind === 'text') return given.kind === 'text';
  if (target.kind !== 'decimal' || target.precision === undefined) return false;
  const scale = target.scale ?? 0;
  return given.kind === 'integer' || (given.kind === 'decimal' && given.precision !== undefined && (given.scale ?? 0) <= scale);
}

/** The narrowest type of the same family that holds all values of both; null: there is none. */
export function typeWidened(a: FieldType, b: FieldType, limits: TypeLimits): FieldType | null {
  if (typeHolds(a, b)) return a;
  if (typeHolds(b, a)) return b;
  if (a.kind === 'integer' && b.kind === 'integer') return widerInteger(a, b, limits) ?? widerDecimal(a, b, limits);
  if (a.kind === 'decimal' || b.kind === 'decimal') return widerDecimal(a, b, limits);
  if (a.kind === 'text' && b.kind === 'text') return { kind: 'text' };
  if (a.kind === 'float' && b.kind === 'float') return { kind: 'float', bits: 64 };
  return null;
}

function widerInteger(a: IntegerType, b: IntegerType, { integers, unsigned }: TypeLimits): FieldType | null {
  const both = [a, b];
  const signs = unsigned && both.every(({ signed }) => !signed) ? [false, true] : [true];
  for (const bits of integers)
    for (const signed of signs) {
      const type: IntegerType = { kind: 'integer', bits, signed };
      if (both.every((one) => integerHolds(type, one))) return type;
    }
  return null;
}

function widerDecimal(a: FieldType, b: FieldType, { decimalDigits }: TypeLimits): FieldType | null {
  const [x, y] = [asDecimal(a), asDecimal(b)];
  if (x === null || y === null) return null;
  const scale = Math.max(x.scale, y.scale);
  const precision = scale + Math.max(x.precision - x.scale, y.precision - y.scale);
  return precision > decimalDigits ? null : { kind: 'decimal', precision, scale };
}

function asDecimal(type: FieldType): { precision: number; scale: number } | null {
  if (type.kind === 'integer') return { precision: integerDigits[type.bits], scale: 0 };
  if (type.kind !== 'decimal' || type.precision === undefined) return null;
  return { precision: type.precision, scale: type.scale ?? 0 };
}

/** The field without the type that its source calls it. */
export const withoutNative = ({ name, type, nullable }: Field): Field => ({ name, type, nullable });
