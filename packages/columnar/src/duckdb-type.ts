import type { FieldType } from '@etl/sdk';

/** The most digits that DuckDB's DECIMAL holds; longer ones travel as text, exactly. */
export const maxPrecision = 38;

/**
 * The DuckDB type that holds every value of a field type exactly. Decimals without precision or over 38 digits, and zoned timestamps finer
 * than a microsecond, are VARCHAR: DuckDB has no type for them and would round silently.
 */
export function duckDbType(type: FieldType): string {
  switch (type.kind) {
    case 'boolean':
      return 'BOOLEAN';
    case 'bytes':
      return 'BLOB';
    case 'date':
      return 'DATE';
    case 'json':
      return 'JSON';
    case 'integer':
      return `${type.signed ? '' : 'U'}${integerTypes[type.bits]}`;
    case 'float':
      return type.bits === 32 ? 'FLOAT' : 'DOUBLE';
    case 'text':
      return 'VARCHAR';
    case 'decimal':
      return type.precision === undefined || type.precision > maxPrecision ? 'VARCHAR' : `DECIMAL(${type.precision},${type.scale ?? 0})`;
    case 'time':
      return type.digits > 6 ? 'TIME_NS' : 'TIME';
    case 'timestamp':
      if (type.zoned) return type.digits > 6 ? 'VARCHAR' : 'TIMESTAMP WITH TIME ZONE';
      return type.digits > 6 ? 'TIMESTAMP_NS' : 'TIMESTAMP';
  }
}

const integerTypes = { 8: 'TINYINT', 16: 'SMALLINT', 32: 'INTEGER', 64: 'BIGINT', 128: 'HUGEINT' } as const;
