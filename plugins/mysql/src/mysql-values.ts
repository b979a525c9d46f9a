import { EtlError, type Field } from '@etl/sdk';
import type { ValueSyntax } from '@etl/sql';
import type { Reading } from './field-of-native.js';
import { equalJoin } from './equal-join.js';
import { geometryBases, parseNativeType, type NativeType } from './native-type.js';

export const literal = (text: string): string => `'${text.replaceAll('\\', '\\\\').replaceAll(`'`, `''`).replaceAll('\0', '\\0')}'`;

export const mysqlValues = ({ zeroDates }: Pick<Reading, 'zeroDates'>): ValueSyntax => ({
  placeholder: () => '?',
  parameter,
  backslashEscapes: true,
  literal,
  canonical: (field, expression) => canonical(field, zeroDates === 'null' && hasMonths(field) ? withoutZero(expression) : expression),
  held: (field, expression) => (zeroDates === 'null' ? null : held(field, expression)),
  boolean: (value) => (value ? '1' : '0'),
  isTrue: (expression) => `${expression} = 1`,
  now: 'utc_timestamp(6)',
  earlier: (field, expression, milliseconds) => inTypeOf(field, `${expression} - interval ${Math.round(milliseconds * 1000)} microsecond`),
  nowLess: (field, milliseconds) => inTypeOf(field, `${clock(field)} - interval ${Math.round(milliseconds * 1000)} microsecond`),
  least: (a, b) => `least(${a}, ${b})`,
  // MariaDB does not know it
  lateral: false,
  // MariaDB alone names their columns, MySQL alone writes row() in front of each
  valuesList: false,
  equalJoin,
  dual: ' from dual',
  limit: (select, rows) => `${select} limit ${rows}`,
});

const hasMonths = ({ type }: Field): boolean => type.kind === 'date' || type.kind === 'timestamp';

/** Months and days of 0 are those of no calendar. */
const withoutZero = (expression: string): string =>
  `case when month(${expression}) = 0 or dayofmonth(${expression}) = 0 then null else ${expression} end`;

/** A day of the calendar, a time of day, 0 or 1. */
function held(field: Field, x: string): string | null {
  if (hasMonths(field))
    return `(year(${x}) > 0 and month(${x}) > 0 and dayofmonth(${x}) > 0 and dayofmonth(${x}) <= coalesce(dayofmonth(last_day(${x})), 0))`;
  if (field.type.kind === 'time') return `(${x} >= cast('00:00:00' as time) and ${x} < cast('24:00:00' as time))`;
  return field.type.kind === 'boolean' ? `(${x} + 0 in (0, 1))` : null;
}

/** Canonical text as a value of the field's type: compared as text, '10' would stand before '9'. */
function parameter({ type }: Field, placeholder: string): string {
  switch (type.kind) {
    case 'boolean':
      return `(${placeholder} = 'true')`;
    case 'integer':
      if (type.bits === 128) return `cast(${placeholder} as decimal(39,0))`;
      return `cast(${placeholder} as ${type.signed ? 'signed' : 'unsigned'})`;
    case 'decimal':
      return type.precision === undefined ? placeholder : `cast(${placeholder} as decimal(${type.precision},${type.scale ?? 0}))`;
    case 'float':
      // A FLOAT is another number than the double of its text
      return type.bits === 32 ? `cast(${placeholder} as float)` : `(${placeholder} + 0e0)`;
    case 'date':
      return `cast(${placeholder} as date)`;
    case 'time':
      return `cast(${placeholder} as time(${type.digits}))`;
    case 'timestamp':
      // The zone is always UTC, as the session is
      return `cast(${type.zoned ? `replace(${placeholder}, '+00:00', '')` : placeholder} as datetime(${Math.min(type.digits, 6)}))`;
    case 'bytes':
      // As `cellTexts` writes bytes: \x and hexadecimal digits
      return `unhex(substr(${placeholder}, 3))`;
    default:
      return placeholder;
  }
}

/**
 * What the server prints otherwise it prints anew; floats, times and dates that no calendar has are looked at by the client. Throws CAPABILITY_MISSING for
 * geometries.
 */
function canonical(field: Field, expression: string): string {
  const native = field.native?.dialect === 'mysql' ? parseNativeType(field.native.type) : null;
  if (native !== null && geometryBases.has(native.base))
    throw new EtlError('CAPABILITY_MISSING', `Column ${field.name} is a geometry, which has no canonical text`, {
      hint: `Leave it out with columns, or read it in a query: st_astext(${field.name})`,
    });
  switch (field.type.kind) {
    case 'boolean':
      // A bit is bytes and a number at once; any other number than 0 and 1 is told by the client
      return `case ${expression} + 0 when 1 then 'true' when 0 then 'false' else cast(${expression} + 0 as char) end`;
    case 'integer':
      return isPrintedOtherwise(native) ? `cast(${expression} as unsigned)` : expression;
    case 'decimal':
      return native?.zerofill === true ? `(${expression} + 0)` : expression;
    case 'float':
      // FLOAT is printed with six digits, FLOAT(m,d) with d: as a double it is printed whole
      return isWholeDouble(field, native) ? expression : `(${expression} + 0e0)`;
    case 'timestamp':
      return field.type.zoned ? `concat(${expression}, '+00:00')` : expression;
    default:
      return expression;
  }
}

const isPrintedOtherwise = (native: NativeType | null): boolean =>
  native !== null && (native.zerofill || native.base === 'bit' || native.base === 'year');

const isWholeDouble = ({ type }: Field, native: NativeType | null): boolean =>
  type.kind === 'float' &&
  type.bits === 64 &&
  (native === null || (native.base === 'double' && native.arguments === '' && !native.zerofill));

/** The clock in the zone of the field: without one it is that of the server or UTC, whichever is behind, so that a lag never holds back too little. */
const clock = ({ type }: Field): string =>
  type.kind === 'timestamp' && type.zoned
    ? 'utc_timestamp(6)'
    : `least(utc_timestamp(6), coalesce(convert_tz(utc_timestamp(6), '+00:00', @@global.time_zone), utc_timestamp(6)))`;

function inTypeOf({ name, type }: Field, expression: string): string {
  if (type.kind === 'date') return `cast(${expression} as date)`;
  if (type.kind === 'timestamp') return `cast(${expression} as datetime(${Math.min(type.digits, 6)}))`;
  throw new EtlError('CONFIG_INVALID', `Column ${name} is no time, so rows cannot be held back by a lag`, {
    hint: 'Use a cursor that is a date or timestamp, or write settled: true where rows are committed in the order of this column',
  });
}
