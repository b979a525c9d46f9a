import type { Field } from '@etl/sdk';
import type { DmlSyntax } from '@etl/sql';

/** Types without equality (json, xml, point …) are compared as they are written. */
const compared = ({ type, native }: Field, expression: string): string =>
  type.kind === 'json' || native?.dialect === 'postgres' ? `cast(${expression} as text)` : expression;

export const postgresDml: DmlSyntax = {
  same: (field, left, right) => `${compared(field, left)} = ${compared(field, right)}`,
  differs: (field, left, right) => `${compared(field, left)} is distinct from ${compared(field, right)}`,
  updateJoined: ({ table, rows, set, on, where }) =>
    `update ${table} t set ${set.map(({ column, to }) => `${column} = ${to}`).join(', ')} from ${rows} w where ${on}${where === null ? '' : ` and ${where}`}`,
  upsert: null,
  deleteWhere: (table, condition) => `delete from ${table} t where ${condition}`,
  releaseSavepoint: (name) => `release savepoint ${name}`,
};
