import type { Field, FieldType, IntegerBits } from '@etl/sdk';
import { duckDbType } from './duckdb-type.js';

/** The field type that holds every value of a DuckDB type exactly, as text where nothing else does (INTERVAL, BIT, TIMETZ, ENUM, UUID). */
export function fieldTypeOf(duckDbTypeName: string): FieldType {
  const name = duckDbTypeName.trim();
  if (isNested(name)) return { kind: 'json' };
  const decimal = /^DECIMAL\((\d+),\s*(\d+)\)$/i.exec(name);
  if (decimal !== null) return { kind: 'decimal', precision: Number(decimal[1]), scale: Number(decimal[2]) };
  return simpleTypes.get(name.toUpperCase()) ?? { kind: 'text' };
}

/** A column of DuckDB as a field; `native` is there where the field type alone does not say the DuckDB type. */
export function fieldOf(name: string, duckDbTypeName: string, nullable: boolean): Field {
  const type = fieldTypeOf(duckDbTypeName);
  const native = duckDbType(type) === duckDbTypeName ? {} : { native: { dialect: 'duckdb', type: duckDbTypeName } };
  return { name, type, nullable, ...native };
}

/** Whether values of this DuckDB type are lists, structs, maps, unions or variants, which travel as JSON. */
export const isNested = (duckDbTypeName: string): boolean =>
  /\]$/.test(duckDbTypeName) || /^(STRUCT|MAP|UNION|LIST|ARRAY)\s*\(/i.test(duckDbTypeName) || /^VARIANT$/i.test(duckDbTypeName);

const integer = (bits: IntegerBits, signed: boolean): FieldType => ({ kind: 'integer', bits, signed });

const simpleTypes: ReadonlyMap<string, FieldType> = new Map<string, FieldType>([
  ['BOOLEAN', { kind: 'boolean' }],
  ['TINYINT', integer(8, true)],
  ['SMALLINT', integer(16, true)],
  ['INTEGER', integer(32, true)],
  ['BIGINT', integer(64, true)],
  ['HUGEINT', integer(128, true)],
  ['UTINYINT', integer(8, false)],
  ['USMALLINT', integer(16, false)],
  ['UINTEGER', integer(32, false)],
  ['UBIGINT', integer(64, false)],
  ['UHUGEINT', integer(128, false)],
  ['FLOAT', { kind: 'float', bits: 32 }],
  ['DOUBLE', { kind: 'float', bits: 64 }],
  ['BIGNUM', { kind: 'decimal' }],
  ['BLOB', { kind: 'bytes' }],
  ['DATE', { kind: 'date' }],
  ['JSON', { kind: 'json' }],
  ['TIME', { kind: 'time', digits: 6 }],
  ['TIME_NS', { kind: 'time', digits: 9 }],
  ['TIMESTAMP_S', { kind: 'timestamp', zoned: false, digits: 0 }],
  ['TIMESTAMP_MS', { kind: 'timestamp', zoned: false, digits: 3 }],
  ['TIMESTAMP', { kind: 'timestamp', zoned: false, digits: 6 }],
  ['TIMESTAMP_NS', { kind: 'timestamp', zoned: false, digits: 9 }],
  ['TIMESTAMP WITH TIME ZONE', { kind: 'timestamp', zoned: true, digits: 6 }],
]);
