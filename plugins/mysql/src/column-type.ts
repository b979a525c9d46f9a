import { EtlError, typeName, type Field, type FieldType } from '@etl/sdk';
import { utcMark } from './native-type.js';

/** Characters of the longest VARCHAR that is made: longer texts are LONGTEXT, since all of a row's VARCHARs together have 65,535 bytes. */
export const longestVarchar = 1024;
const maxDigits = 65;
const maxScale = 30;
const maxFraction = 6;

/** The type of a column as DDL; a native type of MySQL stays as it is. Throws CAPABILITY_MISSING. */
export function columnType({ name, type, native }: Field): string {
  if (native?.dialect === 'mysql' && native.type !== 'json') return native.type;
  return plainType(name, type);
}

/**
 * LONGTEXT that refuses what is no JSON. A JSON column of MySQL itself would store something else than it was given: it sorts the keys of objects, drops
 * all but one of equal ones and rounds numbers to floats.
 */
const jsonText = 'longtext character set utf8mb4 collate utf8mb4_bin';

/** What stands behind the type and NULL of a column. */
export const columnCheck = ({ name, type, native }: Field): string =>
  type.kind === 'json' && (native?.dialect !== 'mysql' || native.type === 'json') ? ` check (json_valid(${quoteName(name)}))` : '';

/** A name of a table or column. Throws SCHEMA_MISMATCH where MySQL keeps no such name: it knows the first 65,536 characters alone, and would write ? for others. */
export function quoteName(name: string): string {
  if (/[\u{10000}-\u{10ffff}\0]/u.test(name))
    throw new EtlError('SCHEMA_MISMATCH', `MySQL keeps no name with such a character: '${name.replaceAll('\0', '')}'`, {
      hint: 'Rename it before the load: emoji and other characters beyond U+FFFF are no part of names in MySQL',
    });
  return `\`${name.replaceAll('`', '``')}\``;
}

const sizes = { 8: 'tinyint', 16: 'smallint', 32: 'int', 64: 'bigint' } as const;

function plainType(name: string, type: FieldType): string {
  switch (type.kind) {
    case 'boolean':
      return 'tinyint(1)';
    case 'bytes':
      return 'longblob';
    case 'date':
      return 'date';
    case 'json':
      return jsonText;
    case 'integer':
      return type.bits === 128 ? 'decimal(39,0)' : `${sizes[type.bits]}${type.signed ? '' : ' unsigned'}`;
    case 'float':
      return type.bits === 32 ? 'float' : 'double';
    case 'text':
      return type.length === undefined || type.length > longestVarchar ? 'longtext' : `varchar(${type.length})`;
    case 'decimal':
      return decimalType(name, type);
    case 'time':
      return `time(${fraction(name, type)})`;
    case 'timestamp':
      return `datetime(${fraction(name, type)})${type.zoned ? ` ${utcMark}` : ''}`;
  }
}

function decimalType(name: string, type: FieldType & { kind: 'decimal' }): string {
  const { precision, scale = 0 } = type;
  // Each value has its own scale, which only text keeps
  if (precision === undefined) return 'longtext';
  if (precision <= maxDigits && scale <= maxScale) return `decimal(${precision},${scale})`;
  throw cannotHold(name, type, `A DECIMAL of MySQL has at most ${maxDigits} digits, ${maxScale} of them behind the point`, 'text');
}

function fraction(name: string, type: FieldType & { kind: 'time' | 'timestamp' }): number {
  if (type.digits <= maxFraction) return type.digits;
  throw cannotHold(name, type, `MySQL keeps ${maxFraction} digits of a second`, typeName({ ...type, digits: maxFraction }));
}

const cannotHold = (name: string, type: FieldType, why: string, cast: string): EtlError =>
  new EtlError('CAPABILITY_MISSING', `MySQL cannot hold ${name}, which is ${typeName(type)}: ${why}`, {
    hint: `Cast it before the load: cast: { ${name}: "${cast}" }`,
  });
