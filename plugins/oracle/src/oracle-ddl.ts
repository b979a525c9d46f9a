import { ownPrefix, type ColumnPlan, type DdlSyntax, type TableName, type TablePlan } from '@etl/sql';
import { createHash } from 'node:crypto';
import { columnType, keyColumnType } from './column-type.js';
import { quoteName, wholeName } from './oracle-names.js';

/** `indexed`: columns by which rows are told apart. */
const definition = ({ field, nullable }: ColumnPlan, indexed: readonly string[]): string => {
  const type = indexed.includes(field.name) ? keyColumnType(field, indexed.length) : columnType(field);
  return `${quoteName(field.name)} ${type}${nullable ? '' : ' not null'}`;
};

const table = (name: TableName, parts: readonly string[]): string => `create table ${wholeName(name)} (${parts.join(', ')})`;

const keyOf = ({ key }: TablePlan): readonly string[] => (key.length === 0 ? [] : [`primary key (${key.map(quoteName).join(', ')})`]);

/** Names of constraints are shared by all tables of a schema. */
function checksOf(name: TableName, { checks }: TablePlan): readonly string[] {
  return checks.map(({ sql, columns: [column = '', second] }, at) => {
    const mark = createHash('sha256').update(`${name.schema}.${name.table}.${at}`).digest('hex').slice(0, 12);
    const label = second === undefined ? `${ownPrefix}check_${mark}:${column}` : `${ownPrefix}check_${mark}`;
    return `constraint ${quoteName(Buffer.byteLength(label) > 128 ? `${ownPrefix}check_${mark}` : label)} check (${sql})`;
  });
}

const alter = (name: TableName, what: string): readonly string[] => [`alter table ${wholeName(name)} ${what}`];

/** Tables of ours leave no remains in the recycle bin; those of others can be taken back from it. */
const purge = ({ table: name }: TableName): string => (name.startsWith(ownPrefix) ? ' purge' : '');

/** Each definition commits what is open, before and behind it. */
export const oracleDdl: DdlSyntax = {
  transactional: false,
  // A schema is a user, whom only an administrator makes
  createSchema: () => [],
  createTable(name, plan) {
    const indexed = [...new Set([...plan.key, ...(plan.keyed ?? [])])];
    return [table(name, [...plan.columns.map((column) => definition(column, indexed)), ...keyOf(plan), ...checksOf(name, plan)])];
  },
  createStaging(name, plan) {
    const ordinal = plan.ordinal === null ? [] : [`${quoteName(plan.ordinal)} NUMBER(20,0) not null`];
    return [table(name, [...plan.columns.map((column) => definition(column, plan.keyed ?? [])), ...ordinal, ...checksOf(name, plan)])];
  },
  // Private temporary tables are known from 18c on only, have no indexes, and by which rules of a table they judge rows nothing here proves
  createTemporary: null,
  uniqueKey: null,
  dropTable: (name) => [`drop table ${wholeName(name)} cascade constraints${purge(name)}`],
  addColumn: (name, column) => alter(name, `add (${definition(column, [])})`),
  dropColumn: (name, column) => alter(name, `drop (${quoteName(column)})`),
  widenColumn: (name, { field }) => alter(name, `modify (${quoteName(field.name)} ${columnType(field)})`),
  allowNull: (name, { field }) => alter(name, `modify (${quoteName(field.name)} null)`),
  rename: (from, to) => alter(from, `rename to ${quoteName(to)}`),
  analyze: () => [],
  stateTypes: { text: 'CLOB', key: 'VARCHAR2(1000 BYTE)', integer: 'NUMBER(19,0)' },
};
