import { EtlError, type Field } from '@etl/sdk';
import type { ValueSyntax } from '@etl/sql';
import { columnType } from './column-type.js';
import { parseNativeType } from './native-type.js';

export const literal = (text: string): string => `'${text.replaceAll("'", "''")}'`;

const day = 'YYYY-MM-DD';
const second = `${day} HH24:MI:SS`;

/** How Oracle reads canonical text as a value of the column; missing parts of a time at the end are zero. A zoned time comes without its zone, which is UTC. */
export function readExpression(field: Field, placeholder: string): string {
  switch (parseNativeType(columnType(field)).base) {
    case 'DATE':
      return `to_date(${placeholder}, '${second}')`;
    case 'TIMESTAMP':
      return `to_timestamp(${placeholder}, '${second}.FF')`;
    case 'TIMESTAMP WITH TIME ZONE':
    case 'TIMESTAMP WITH LOCAL TIME ZONE':
      return `from_tz(to_timestamp(${placeholder}, '${second}.FF'), '+00:00')`;
    case 'INTERVAL DAY TO SECOND':
      return `to_dsinterval(${placeholder})`;
    case 'INTERVAL YEAR TO MONTH':
      return `to_yminterval(${placeholder})`;
    case 'RAW':
    case 'BLOB':
      return `hextoraw(${placeholder})`;
    default:
      return placeholder;
  }
}

/** As `readExpression`, of text that is canonical to the letter, for single values. */
function parameter(field: Field, placeholder: string): string {
  switch (field.type.kind) {
    case 'timestamp':
      return readExpression(field, field.type.zoned ? `replace(${placeholder}, '+00:00')` : placeholder);
    case 'bytes':
      return readExpression(field, `substr(${placeholder}, 3)`);
    case 'boolean':
      return `decode(${placeholder}, 'true', 1, 'false', 0)`;
    case 'float':
      return field.type.bits === 32 ? `to_binary_float(${placeholder})` : `to_binary_double(${placeholder})`;
    case 'integer':
    case 'decimal':
      return `to_number(${placeholder})`;
    default:
      return readExpression(field, placeholder);
  }
}

/** Types whose text nobody else could read. */
const opaque = /^(BFILE|VECTOR|SDO_|XMLTYPE|ANYDATA)|^[A-Z0-9_$#]+\./;

/** Times with their sign, so that years before the first are seen; the client takes away the blank of the others, and adds the zone. */
function canonical(field: Field, expression: string): string {
  const native = columnType(field);
  const { base, numbers } = parseNativeType(native);
  switch (base) {
    case 'DATE':
      return `to_char(${expression}, 'S${second}')`;
    case 'TIMESTAMP':
      return `to_char(${expression}, '${timeFormat(numbers[0])}')`;
    case 'TIMESTAMP WITH TIME ZONE':
    case 'TIMESTAMP WITH LOCAL TIME ZONE':
      return `to_char(sys_extract_utc(${expression}), '${timeFormat(numbers[0])}')`;
    case 'INTERVAL DAY TO SECOND':
    case 'INTERVAL YEAR TO MONTH':
      return `to_char(${expression})`;
    case 'ROWID':
    case 'UROWID':
      return `rowidtochar(${expression})`;
    case 'BOOLEAN':
      return `case ${expression} when true then 'true' when false then 'false' end`;
    case 'JSON':
      return `json_serialize(${expression} returning clob)`;
    default:
      if (opaque.test(base))
        throw new EtlError('CAPABILITY_MISSING', `Column ${field.name} is of type ${native}, which has no text that others read`, {
          hint: 'Leave it out with columns: [...], or turn it into text in a query',
        });
      return field.type.kind === 'boolean' ? `case ${expression} when 0 then 'false' when 1 then 'true' end` : expression;
  }
}

const timeFormat = (digits = 6): string => (digits === 0 ? `S${second}` : `S${second}.FF${digits}`);

/** A day of the years from 1 on. */
function held(field: Field, expression: string): string | null {
  if (field.type.kind !== 'timestamp' && field.type.kind !== 'date') return null;
  const { base } = parseNativeType(columnType(field));
  return base.endsWith('TIME ZONE')
    ? `(sys_extract_utc(${expression}) >= timestamp '0001-01-01 00:00:00')`
    : `(${expression} >= date '0001-01-01')`;
}

const interval = (milliseconds: number): string => `numtodsinterval(${milliseconds / 1000}, 'SECOND')`;

export const oracleValues: ValueSyntax = {
  placeholder: (n) => `:${n}`,
  parameter,
  backslashEscapes: false,
  literal,
  canonical,
  held,
  boolean: (value) => (value ? '1' : '0'),
  isTrue: (expression) => `${expression} = 1`,
  now: 'systimestamp',
  earlier: (_field, expression, milliseconds) => `(${expression} - ${interval(milliseconds)})`,
  nowLess(field, milliseconds) {
    const { base } = parseNativeType(columnType(field));
    const earlier = `(systimestamp - ${interval(milliseconds)})`;
    if (base.endsWith('TIME ZONE')) return earlier;
    return `cast(sys_extract_utc(${earlier}) as ${base === 'DATE' ? 'DATE' : columnType(field)})`;
  },
  least: (a, b) => `least(${a}, ${b})`,
  lateral: true,
  // Oracle 23 knows it
  valuesList: false,
  equalJoin: null,
  dual: ' from dual',
  limit: (select, rows) => `${select} fetch first ${rows} rows only`,
};
