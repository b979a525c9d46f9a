import type { Field, FieldType } from '@etl/sdk';
import { columnType } from './column-type.js';
import { parseNativeType } from './native-type.js';

export interface NativeColumn {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
}

/** The field of a column; the native type stands with it where the way back would give another one. */
export function fieldOfNative({ name, type: native, nullable }: NativeColumn): Field {
  const type = typeOfNative(native);
  const field = { name, type, nullable };
  const same = columnType(field) === native;
  return same ? field : { ...field, native: { dialect: 'oracle', type: native } };
}

function typeOfNative(native: string): FieldType {
  const { base, numbers } = parseNativeType(native);
  const [first] = numbers;
  switch (base) {
    case 'NUMBER':
      return numberType(native.includes('*') ? [38, first ?? 0] : numbers);
    case 'FLOAT':
      return { kind: 'decimal' };
    case 'BINARY_FLOAT':
      return { kind: 'float', bits: 32 };
    case 'BINARY_DOUBLE':
      return { kind: 'float', bits: 64 };
    case 'VARCHAR2':
    case 'NVARCHAR2':
    case 'CHAR':
    case 'NCHAR':
      return first === undefined ? { kind: 'text' } : { kind: 'text', length: first };
    case 'DATE':
      return { kind: 'timestamp', zoned: false, digits: 0 };
    case 'TIMESTAMP':
      return { kind: 'timestamp', zoned: false, digits: first ?? 6 };
    case 'TIMESTAMP WITH TIME ZONE':
    case 'TIMESTAMP WITH LOCAL TIME ZONE':
      return { kind: 'timestamp', zoned: true, digits: first ?? 6 };
    case 'RAW':
    case 'LONG RAW':
    case 'BLOB':
      return { kind: 'bytes' };
    case 'BOOLEAN':
      return { kind: 'boolean' };
    case 'JSON':
      return { kind: 'json' };
    default:
      return { kind: 'text' };
  }
}

/** Digits that a signed integer of so many bits has room for. */
const integers = [[2, 8], [4, 16], [9, 32], [18, 64]] as const; // prettier-ignore

/** Without a precision each value has its own scale; a scale below zero rounds to tens, one above the precision begins behind zeros. */
function numberType([precision, scale = 0]: readonly number[]): FieldType {
  if (precision === undefined) return { kind: 'decimal' };
  if (scale > 0) return scale > 38 ? { kind: 'decimal' } : { kind: 'decimal', precision: Math.max(precision, scale), scale };
  const digits = precision - scale;
  const bits = integers.find(([most]) => digits <= most)?.[1];
  if (bits !== undefined) return { kind: 'integer', bits, signed: true };
  return digits > 38 ? { kind: 'decimal' } : { kind: 'decimal', precision: digits, scale: 0 };
}
