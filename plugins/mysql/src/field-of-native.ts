import { isEtlError, type Field, type FieldType, type IntegerBits } from '@etl/sdk';
import { columnType } from './column-type.js';
import { argumentsOf, byteBases, parseNativeType, type NativeType } from './native-type.js';

/** How types that mean two things are read. */
export interface Reading {
  /** TINYINT(1): what MySQL makes of BOOLEAN, or a small number. */
  readonly tinyint1: 'boolean' | 'integer';
  /** TIME is a time of day, or a duration that may be negative and longer than a day. */
  readonly time: 'time' | 'text';
  /** What becomes of 0000-00-00 and other dates without a month or a day: the read fails, or they are null. */
  readonly zeroDates: 'refuse' | 'null';
}

/** The field of a column. Its native type stays with it where a column made anew for the field would have another: a target of MySQL then gets the same column. */
export function fieldOfNative(
  { name, type, nullable }: { readonly name: string; readonly type: string; readonly nullable: boolean },
  reading: Reading,
): Field {
  const native = parseNativeType(type);
  const field: Field = { name, type: typeOfNative(native, reading), nullable };
  return isPlain(native, field) ? field : { ...field, native: { dialect: 'mysql', type } };
}

/** Collations of the texts that a load makes. */
const exact: ReadonlySet<string | null> = new Set([null, 'utf8mb4_nopad_bin', 'utf8mb4_0900_bin']);

/** Whether a column made for the field would be of this type. Display widths of integers mean nothing; TINYINT(1) and JSON are more than they say. */
function isPlain(native: NativeType, field: Field): boolean {
  const { kind } = field.type;
  if (kind === 'boolean' || kind === 'json' || native.zerofill || native.isKey || !exact.has(native.collation)) return false;
  const made = madeFor(field);
  if (made?.base !== native.base || made.unsigned !== native.unsigned || made.utc !== native.utc) return false;
  return kind === 'integer' || made.arguments.replace(/^0$/, '') === native.arguments.replaceAll(' ', '').replace(/^0$/, '');
}

function madeFor(field: Field): NativeType | null {
  try {
    return parseNativeType(columnType(field));
  } catch (error) {
    if (isEtlError(error)) return null;
    throw error;
  }
}

const integers: Readonly<Record<string, IntegerBits>> = { tinyint: 8, smallint: 16, mediumint: 32, int: 32, bigint: 64 };

function typeOfNative(native: NativeType, reading: Reading): FieldType {
  const { base, unsigned } = native;
  const [first, second] = argumentsOf(native);
  const bits = integers[base];
  if (base === 'tinyint' && first === 1 && !unsigned && reading.tinyint1 === 'boolean') return { kind: 'boolean' };
  if (bits !== undefined) return { kind: 'integer', bits, signed: !unsigned };
  if (byteBases.has(base)) return { kind: 'bytes' };
  switch (base) {
    case 'bit':
      return bitType(first ?? 1);
    case 'year':
      return { kind: 'integer', bits: 16, signed: false };
    case 'decimal':
      return { kind: 'decimal', precision: first ?? 10, scale: second ?? 0 };
    case 'float':
      return { kind: 'float', bits: (first ?? 0) > 24 && second === undefined ? 64 : 32 };
    case 'double':
      return { kind: 'float', bits: 64 };
    case 'date':
    case 'json':
      return { kind: base };
    case 'time':
      return reading.time === 'text' ? { kind: 'text', length: 17 } : { kind: 'time', digits: first ?? 0 };
    case 'datetime':
      return { kind: 'timestamp', zoned: native.utc, digits: first ?? 0 };
    case 'timestamp':
      return { kind: 'timestamp', zoned: true, digits: first ?? 0 };
    case 'char':
    case 'varchar':
      return { kind: 'text', length: first ?? 1 };
    case 'uuid':
      return { kind: 'text', length: 36 };
    default:
      // tinytext to longtext count bytes, ENUM and SET say their values themselves
      return { kind: 'text' };
  }
}

function bitType(width: number): FieldType {
  if (width === 1) return { kind: 'boolean' };
  const bits = ([8, 16, 32, 64] as const).find((size) => width <= size) ?? 64;
  return { kind: 'integer', bits, signed: false };
}
