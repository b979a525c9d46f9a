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
  dual: '',
  limit: (select, rows) => `${select} limit ${rows}`,
};

const asMoment = (field: Field, expression: string): string =>
  field.type.kind === 'date' ? `cast(${expression} as timestamp)` : expression;
