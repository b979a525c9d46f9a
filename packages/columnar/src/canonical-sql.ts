import type { Field } from '@etl/sdk';
import { isNested } from './field-type-of.js';
import { literal } from './quote.js';

/**
 * SQL whose VARCHAR result is the canonical cell of an expression of this field (bytes: hexadecimal digits). `native` tells the DuckDB type
 * where the field type does not. A value that has no canonical form (infinite dates, years before 1 or after 9999, 24:00:00) fails with a
 * message that names the column.
 */
export function canonicalSql(field: Field, expression: string): string {
  const { type } = field;
  const text = `cast(${expression} as varchar)`;
  switch (type.kind) {
    case 'bytes':
      return `lower(hex(${expression}))`;
    case 'float':
      return canonicalFloat(floatText(type.bits, expression));
    case 'decimal':
      return type.precision !== undefined && type.precision === type.scale ? leadingZero(text) : text;
    case 'json':
      return field.native?.dialect === 'duckdb' && isNested(field.native.type) ? `cast(to_json(${expression}) as varchar)` : text;
    case 'date':
      return within(field, expression, text, `${expression} between date '0001-01-01' and date '9999-12-31'`);
    case 'time':
      return within(field, expression, text, `not starts_with(${text}, '24')`);
    case 'timestamp':
      // Zoned times finer than a microsecond are text in DuckDB
      if (type.zoned && type.digits > 6) return text;
      return timestampSql(field, expression, type);
    default:
      return text;
  }
}

/** The canonical form of a text with the fewest digits. DuckDB writes 1e+16 and 1e-07 where the shortest form of JavaScript is 10000000000000000 and 1e-7. */
export function canonicalFloat(text: string): string {
  const mantissa = `split_part(${text}, 'e', 1)`;
  const exponent = `try_cast(split_part(${text}, 'e', 2) as integer)`;
  const digits = `regexp_replace(replace(replace(${mantissa}, '-', ''), '.', ''), '0+$', '')`;
  const sign = `case when starts_with(${text}, '-') then '-' else '' end`;
  const scientific =
    `case when ${exponent} between 0 and 20 then ${sign} || rpad(${digits}, ${exponent} + 1, '0') ` +
    `when ${exponent} between -6 and -1 then ${sign} || '0.' || repeat('0', -${exponent} - 1) || ${digits} ` +
    `else regexp_replace(${mantissa}, '\\.0$', '') || 'e' || case when ${exponent} < 0 then '' else '+' end || cast(${exponent} as varchar) end`;
  return (
    `case when contains(${text}, 'e') then ${scientific} when ends_with(${text}, '.0') then left(${text}, -2) ` +
    `when ${text} = 'nan' then 'NaN' when ${text} = 'inf' then 'Infinity' when ${text} = '-inf' then '-Infinity' else ${text} end`
  );
}

/**
 * DuckDB writes FLOAT with more digits than needed: the fewest that read back as the same number. Below the smallest normal float fewer
 * than six may do, above it six digits are always exact. The nudge rounds a tie away from zero, as JavaScript does.
 */
/** A float with the fewest digits that read back as the same number, in DuckDB's notation. */
export const floatText = (bits: 32 | 64, expression: string): string =>
  bits === 32 ? float32Text(expression) : `cast(${expression} as varchar)`;

function float32Text(expression: string): string {
  const digits = (count: number): string => `format('{:.${count}g}', cast(${expression} as double) * (1 + 1e-15))`;
  const same = (count: number): string => `cast(${digits(count)} as float) = ${expression}`;
  const attempts = [
    ...[1, 2, 3, 4, 5].map((count) => `when abs(${expression}) < 1.1754944e-38 and ${same(count)} then ${digits(count)}`),
    ...[6, 7, 8].map((count) => `when ${same(count)} then ${digits(count)}`),
  ];
  return `case ${attempts.join(' ')} when ${expression} is null then null else ${digits(9)} end`;
}

/** Where all digits are behind the point DuckDB leaves the zero before it out. */
const leadingZero = (text: string): string =>
  `case when starts_with(${text}, '.') then '0' || ${text} when starts_with(${text}, '-.') then '-0' || ${text}[2:] else ${text} end`;

function timestampSql(field: Field, expression: string, { zoned, digits }: { readonly zoned: boolean; readonly digits: number }): string {
  const plain = zoned ? `(${expression} at time zone 'UTC')` : expression;
  // TIMESTAMP_NS ends in 2262, where no comparison with a later time is possible
  const range =
    digits > 6 ? `isfinite(${plain})` : `${plain} >= timestamp '0001-01-01 00:00:00' and ${plain} < timestamp '10000-01-01 00:00:00'`;
  return within(field, expression, `cast(${plain} as varchar)${zoned ? ` || '+00:00'` : ''}`, range);
}

function within(field: Field, expression: string, text: string, condition: string): string {
  const message = `Column ${field.name} holds a value without a plain form (infinite, or outside the years 1 to 9999, or the time 24:00:00)`;
  return `case when ${condition} then ${text} when ${expression} is null then null else error(${literal(message)}) end`;
}
