import type { Field } from '@etl/sdk';
import type { ValueSyntax } from '@etl/sql';
import { postgresTypes } from './postgres-types.js';
import { quoteText } from './quote.js';

const cast = (expression: string, field: Field): string => `cast(${expression} as ${postgresTypes.column(field)})`;
const interval = (milliseconds: number): string => `interval '${milliseconds} milliseconds'`;

export const postgresValues: ValueSyntax = {
  placeholder: (n) => `$${n}`,
  parameter: (field, placeholder) => cast(placeholder, field),
  backslashEscapes: false,
  literal: quoteText,
  canonical(field, expression) {
    // t and f are not canonical; the client leaves booleans alone
    if (field.type.kind === 'boolean') return `cast(${expression} as text)`;
    if (field.native?.type === 'money' && field.type.kind === 'decimal') return `cast(${expression} as numeric(19,2))`;
    return expression;
  },
  held,
  boolean: (value) => (value ? 'true' : 'false'),
  isTrue: (expression) => expression,
  now: 'now()',
  earlier: (field, expression, milliseconds) => cast(`(${asMoment(field, expression)} - ${interval(milliseconds)})`, field),
  nowLess: (field, milliseconds) =>
    cast(
      `(${field.type.kind === 'timestamp' && field.type.zoned ? 'now()' : `(now() at time zone 'UTC')`} - ${interval(milliseconds)})`,
      field,
    ),
  least: (a, b) => `least(${a}, ${b})`,
  lateral: true,
  valuesList: true,
  equalJoin: null,
  dual: '',
  limit: (select, rows) => `${select} limit ${rows}`,
};

/** Neither infinite nor NaN, of the years 1 to 9999, a time before 24:00:00. */
function held({ type }: Field, expression: string): string | null {
  switch (type.kind) {
    case 'date':
      return `(${expression} between date '0001-01-01' and date '9999-12-31')`;
    case 'timestamp':
      // Sessions are in UTC
      return `(${expression} >= ${base(type.zoned)} '0001-01-01' and ${expression} < ${base(type.zoned)} '10000-01-01')`;
    case 'time':
      return `(${expression} < time '24:00:00')`;
    case 'decimal':
      // Numeric knows infinities from PostgreSQL 14 on: older servers do not read the word as a number
      return `(cast(${expression} as text) not in ('NaN', 'Infinity', '-Infinity'))`;
    default:
      return null;
  }
}

const base = (zoned: boolean): string => (zoned ? 'timestamptz' : 'timestamp');

const asMoment = (field: Field, expression: string): string =>
  field.type.kind === 'date' ? `cast(${expression} as timestamp)` : expression;
