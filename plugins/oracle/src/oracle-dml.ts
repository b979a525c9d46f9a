import type { Comparison, DmlSyntax } from '@etl/sql';
import { columnType } from './column-type.js';
import { lobBases, parseNativeType } from './native-type.js';

const baseOf = (field: Parameters<typeof columnType>[0]): string => parseNativeType(columnType(field)).base;

/** Keys are no LOBs: a definition of ours makes none of them, and Oracle lets none be one. */
const same: Comparison = (_field, left, right) => `${left} = ${right}`;

/** LOBs and JSON know no comparison but their own. */
const differs: Comparison = (field, left, right) => {
  const base = baseOf(field);
  if (base === 'JSON') return `not json_equal(${left}, ${right})`;
  const unlike = lobBases.has(base) ? `dbms_lob.compare(${left}, ${right}) <> 0` : `${left} <> ${right}`;
  return `(${unlike} or (${left} is null and ${right} is not null) or (${left} is not null and ${right} is null))`;
};

export const oracleDml: DmlSyntax = {
  same,
  differs,
  updateJoined: ({ table, rows, set, on, where }) =>
    `merge into ${table} t using ${rows} w on (${on}) when matched then update set ${set.map(({ column, to }) => `t.${column} = ${to}`).join(', ')}${where === null ? '' : ` where ${where}`}`,
  upsert: null,
  deleteWhere: (table, condition) => `delete from ${table} t where ${condition}`,
  releaseSavepoint: null,
};
