import { EtlError, typeName, type Field, type FieldType } from '@etl/sdk';
import { integerDigits } from '@etl/sql';

const maxDigits = 38;
/** Characters of the longest VARCHAR2 that is made: 4000 bytes hold them, whatever they are. Longer texts are CLOB. */
export const longestVarchar = 1000;

/** The type of a column as DDL; a native type of Oracle stays as it is. Throws CAPABILITY_MISSING. */
export function columnType({ name, type, native }: Field): string {
  return native?.dialect === 'oracle' ? native.type : plainType(name, type);
}

function plainType(name: string, type: FieldType): string {
  switch (type.kind) {
    case 'boolean':
      return 'NUMBER(1,0)';
    case 'bytes':
      return 'BLOB';
    case 'date':
      return 'DATE';
    case 'json':
      return 'CLOB';
    case 'integer':
      return type.bits === 128 ? 'NUMBER' : `NUMBER(${type.bits === 64 && type.signed ? 19 : integerDigits[type.bits]},0)`;
    case 'float':
      return type.bits === 32 ? 'BINARY_FLOAT' : 'BINARY_DOUBLE';
    case 'text':
      return type.length === undefined || type.length > longestVarchar ? 'CLOB' : `VARCHAR2(${type.length} CHAR)`;
    case 'decimal':
      return decimalType(name, type);
    case 'time':
      // Oracle has no time of day; its text sorts and compares as the time does
      return `VARCHAR2(${type.digits === 0 ? 8 : 9 + type.digits} CHAR)`;
    case 'timestamp':
      return `TIMESTAMP(${type.digits})${type.zoned ? ' WITH TIME ZONE' : ''}`;
  }
}

function decimalType(name: string, type: FieldType & { kind: 'decimal' }): string {
  const { precision, scale = 0 } = type;
  if (precision === undefined) return 'NUMBER';
  if (precision <= maxDigits) return `NUMBER(${precision},${scale})`;
  throw new EtlError(
    'CAPABILITY_MISSING',
    `Oracle cannot hold ${name}, which is ${typeName(type)}: a NUMBER has at most ${maxDigits} digits`,
    {
      hint: `Cast it before the load: cast: { ${name}: text }`,
    },
  );
}

/** Bytes that an index of a database with the usual blocks of 8 KB has room for. */
const indexBytes = 6000;

/**
 * The type of a column by which rows are looked up or told apart: a CLOB cannot be compared, so text without a length is a VARCHAR2, and a longer text is refused. `keys` columns
 * share an index.
 */
export function keyColumnType(field: Field, keys: number): string {
  const type = columnType(field);
  if (type !== 'CLOB' || field.native?.dialect === 'oracle') return type;
  return `VARCHAR2(${Math.min(4000, Math.floor(indexBytes / keys))} BYTE)`;
}
