import { EtlError } from './error.js';
import type { FieldType, IntegerBits } from './schema.js';

/** How a type is written in job files, docs and messages: `decimal(12,2)`, `integer`, `uint8`, `text(10)`, `timestamp(6)`, `timestamptz(6)`. */
export function typeName(type: FieldType): string {
  switch (type.kind) {
    case 'integer':
      return type.bits === 64 && type.signed ? 'integer' : `${type.signed ? '' : 'u'}int${type.bits}`;
    case 'float':
      return type.bits === 64 ? 'float' : 'float32';
    case 'text':
      return type.length === undefined ? 'text' : `text(${type.length})`;
    case 'decimal':
      return type.precision === undefined ? 'decimal' : `decimal(${type.precision},${type.scale ?? 0})`;
    case 'time':
      return type.digits === 6 ? 'time' : `time(${type.digits})`;
    case 'timestamp': {
      const name = type.zoned ? 'timestamptz' : 'timestamp';
      return type.digits === 6 ? name : `${name}(${type.digits})`;
    }
    default:
      return type.kind;
  }
}

const pattern = /^([a-z]+)(8|16|32|64|128)?(?:\(\s*(\d+)\s*(?:,\s*(\d+)\s*)?\))?$/;

/** The names that `parseTypeName` understands, for messages and editors. */
export const typeNames = [
  'boolean', 'integer', 'int8', 'int16', 'int32', 'int64', 'int128', 'uint8', 'uint16', 'uint32', 'uint64', 'uint128',
  'float', 'float32', 'decimal', 'decimal(12,2)', 'text', 'text(40)', 'bytes', 'date', 'time', 'time(3)',
  'timestamp', 'timestamp(3)', 'timestamptz', 'timestamptz(3)', 'json',
] as const; // prettier-ignore

/** Reads a type as `typeName` writes it. Throws CONFIG_INVALID. */
export function parseTypeName(name: string): FieldType {
  const match = pattern.exec(name.trim().toLowerCase());
  const refuse = (): never => {
    throw new EtlError('CONFIG_INVALID', `'${name}' is not a type`, { hint: `Types are ${typeNames.join(', ')}` });
  };
  if (match === null) return refuse();
  const [, word, bits, first, second] = match;
  const arguments_ = [first, second].filter((part) => part !== undefined).map(Number);
  const [a, b] = arguments_;
  const digits = (): number => (a === undefined ? 6 : b === undefined && a <= 9 ? a : refuse());
  if (bits !== undefined && (word === 'int' || word === 'uint') && arguments_.length === 0)
    return { kind: 'integer', bits: Number(bits) as IntegerBits, signed: word === 'int' };
  if (word === 'float' && (bits === undefined || bits === '32' || bits === '64') && a === undefined)
    return { kind: 'float', bits: bits === '32' ? 32 : 64 };
  if (bits !== undefined) return refuse();
  switch (word) {
    case 'boolean':
    case 'bytes':
    case 'date':
    case 'json':
      return a === undefined ? { kind: word } : refuse();
    case 'integer':
      return a === undefined ? { kind: 'integer', bits: 64, signed: true } : refuse();
    case 'text':
      if (b !== undefined || a === 0) return refuse();
      return a === undefined ? { kind: 'text' } : { kind: 'text', length: a };
    case 'decimal':
      if (a === undefined) return { kind: 'decimal' };
      if (a < 1 || (b ?? 0) > a) return refuse();
      return { kind: 'decimal', precision: a, scale: b ?? 0 };
    case 'time':
      return { kind: 'time', digits: digits() };
    case 'timestamp':
      return { kind: 'timestamp', zoned: false, digits: digits() };
    case 'timestamptz':
      return { kind: 'timestamp', zoned: true, digits: digits() };
    default:
      return refuse();
  }
}
