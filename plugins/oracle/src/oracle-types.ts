import type { Field, FieldType } from '@etl/sdk';
import { typeHolds, typeRefuses, typeWidened, type TypeRules } from '@etl/sql';
import { columnType, longestVarchar } from './column-type.js';
import { fieldOfNative } from './field-of-native.js';
import { characterBases, numberBases, parseNativeType, type NativeType } from './native-type.js';

const limits = { decimalDigits: 38, integers: [8, 16, 32, 64], unsigned: false } as const;

export const oracleTypes: TypeRules = { column: columnType, field: fieldOfNative, holds, refuses, widened };

const nativeOf = (field: Field): NativeType => parseNativeType(columnType(field));

/** Characters that each value of a type fits into; null: none. */
function textLength(type: FieldType): number | null {
  switch (type.kind) {
    case 'text':
      return type.length ?? null;
    case 'time':
      return type.digits === 0 ? 8 : 9 + type.digits;
    default:
      return null;
  }
}

/** Of a length in bytes only a quarter is certain. */
const certainCharacters = ({ numbers: [length = 0], bytes, base }: NativeType): number =>
  bytes && (base === 'VARCHAR2' || base === 'CHAR') ? Math.floor(length / 4) : Math.min(length, longestVarchar);

/** Digits in front of the point and behind it that a NUMBER keeps. */
function numberRoom({ base, numbers: [precision, scale = 0] }: NativeType): { whole: number; scale: number } | null {
  if (base !== 'NUMBER' || precision === undefined) return null;
  return { whole: precision - scale, scale };
}

function holds(target: Field, given: Field): boolean {
  const there = nativeOf(target);
  if (target.native?.dialect === 'oracle' && given.native?.dialect === 'oracle' && target.native.type === given.native.type) return true;
  const { type } = given;
  switch (there.base) {
    case 'CLOB':
    case 'NCLOB':
      return type.kind === 'text' || type.kind === 'json' || type.kind === 'time';
    case 'VARCHAR2':
    case 'NVARCHAR2': {
      const length = textLength(type);
      return length !== null && length <= certainCharacters(there);
    }
    case 'BLOB':
      return type.kind === 'bytes';
    case 'DATE':
      return type.kind === 'date' || (type.kind === 'timestamp' && !type.zoned && type.digits === 0);
    case 'TIMESTAMP':
      return (type.kind === 'date' && digitsOf(there) >= 0) || (type.kind === 'timestamp' && !type.zoned && type.digits <= digitsOf(there));
    case 'TIMESTAMP WITH TIME ZONE':
    case 'TIMESTAMP WITH LOCAL TIME ZONE':
      return type.kind === 'timestamp' && type.zoned && type.digits <= digitsOf(there);
    case 'NUMBER':
    case 'FLOAT':
      return numberHolds(there, type);
    default:
      return typeHolds(target.type, type) && (there.base === 'BINARY_FLOAT' || there.base === 'BINARY_DOUBLE');
  }
}

const digitsOf = ({ numbers: [digits = 6] }: NativeType): number => digits;

function numberHolds(there: NativeType, type: FieldType): boolean {
  // FLOAT rounds to binary digits
  if (there.base === 'FLOAT') return false;
  const room = numberRoom(there);
  if (room === null) return type.kind === 'integer' || type.kind === 'decimal' || type.kind === 'boolean';
  if (room.scale < 0) return false;
  if (type.kind === 'boolean') return room.whole >= 1;
  return typeHolds({ kind: 'decimal', precision: room.whole + room.scale, scale: room.scale }, narrowInteger(type));
}

/** int64 has 19 digits, not the 20 of uint64. */
const narrowInteger = (type: FieldType): FieldType =>
  type.kind === 'integer' && type.bits === 64 && type.signed ? { kind: 'decimal', precision: 19, scale: 0 } : type;

/** A column says no to what is too long or too large, never to what it would round. */
function refuses(target: Field, given: Field): boolean {
  const there = nativeOf(target);
  if (characterBases.has(there.base)) return given.type.kind === 'text' || given.type.kind === 'json' || given.type.kind === 'time';
  if (there.base === 'RAW') return given.type.kind === 'bytes';
  if (!numberBases.has(there.base)) return false;
  const room = numberRoom(there);
  if (room === null || room.scale < 0) return false;
  return (
    given.type.kind === 'boolean' || typeRefuses({ kind: 'decimal', precision: room.whole + room.scale, scale: room.scale }, given.type)
  );
}

/** Oracle lets a column grow within its type: a VARCHAR2 never becomes a CLOB, and a NUMBER no text. */
function widened(a: FieldType, b: FieldType): FieldType | null {
  const type = typeWidened(a, b, limits);
  if (type === null || type.kind === 'float') return type !== null && a.kind === 'float' && a.bits === type.bits ? type : null;
  if (type.kind === 'text') return type.length === undefined || type.length > longestVarchar ? sameOrNull(a, type) : type;
  return type;
}

const sameOrNull = (a: FieldType, type: FieldType): FieldType | null => (a.kind === 'text' && a.length === undefined ? type : null);
