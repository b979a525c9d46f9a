import type { Comparison, DmlSyntax } from '@etl/sql';

/** By the collation of the column, as its unique index does: staging has the same one. */
const same: Comparison = (_field, left, right) => `${left} = ${right}`;

/** Variable of the session that counts the rows which an upsert found there. */
export const metRows = '@_etl_met';

/** Text to the byte: to a collation `a` and `A` may be one, and a change between them would be lost. */
const differs: Comparison = ({ type }, left, right) =>
  type.kind === 'text' || type.kind === 'json' || (type.kind === 'decimal' && type.precision === undefined)
    ? `not (cast(${left} as binary) <=> cast(${right} as binary))`
    : `not (${left} <=> ${right})`;

export const mysqlDml: DmlSyntax = {
  same,
  differs,
  // The table first is changed row by row as it is read; second, the server first writes all new values to a table on its disk
  updateJoined: ({ table, rows, set, on, where, many = false }) =>
    `update ${table} t ${many ? 'straight_join' : 'join'} ${rows} w on ${on} set ${set.map(({ column, to }) => `t.${column} = ${to}`).join(', ')}${where === null ? '' : ` where ${where}`}`,
  // Also where a value stays as it was, the server says that it met the row: the key is set to itself to count that
  upsert: ({ table, rows, columns, key: [first = ''], set }) =>
    `insert into ${table} (${columns.join(', ')}) select ${columns.map((column) => `w.${column}`).join(', ')} from ${rows} w on duplicate key update ${[
      `${first} = if(${metRows} := ${metRows} + 1, ${table}.${first}, ${table}.${first})`,
      ...set.map(({ column, to }) => `${column} = ${to}`),
    ].join(', ')}`,
  deleteWhere: (table, condition) => `delete t from ${table} t where ${condition}`,
  // A new one takes the name of the old one
  releaseSavepoint: null,
};
