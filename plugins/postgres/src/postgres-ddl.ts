import type { Field } from '@etl/sdk';
import type { CheckPlan, ColumnPlan, DdlSyntax, StagingPlan } from '@etl/sql';
import { checkPrefix } from './row-refusal.js';
import { postgresTypes } from './postgres-types.js';
import { quoteName, quoteTable } from './quote.js';

const declared = ({ field, nullable }: ColumnPlan): string =>
  `${quoteName(field.name)} ${postgresTypes.column(field)}${nullable ? '' : ' not null'}`;

/** The name of a check tells its column, where it has one and the name is not cut. */
function namedCheck({ sql, columns }: CheckPlan): string {
  const [only] = columns;
  const name = `${checkPrefix}${only ?? ''}`;
  const isTold = columns.length === 1 && Buffer.byteLength(name) <= 63;
  return `${isTold ? `constraint ${quoteName(name)} ` : ''}check (${sql})`;
}

/** One name can be given once. */
function checksOf({ checks }: StagingPlan): string[] {
  const seen = new Set<string>();
  return checks.map((check) => {
    const [only] = check.columns;
    const isFirst = only !== undefined && !seen.has(only);
    if (only !== undefined) seen.add(only);
    return isFirst ? namedCheck(check) : `check (${check.sql})`;
  });
}

/** Text to the byte, as the collation of a staging table has it too, without the time that words of a language take to be sorted. */
const indexed = ({ name, type, native }: Field): string =>
  `${quoteName(name)}${type.kind === 'text' && native === undefined ? ' collate "C"' : ''}`;

export const postgresDdl: DdlSyntax = {
  transactional: true,
  createSchema: (schema) => [`create schema if not exists ${quoteName(schema)}`],
  createTable: (name, { columns, key, checks }) => {
    const primary = key.length === 0 ? [] : [`primary key (${key.map(quoteName).join(', ')})`];
    const conditions = checks.map(({ sql }) => `check (${sql})`);
    return [`create table ${quoteTable(name)} (${[...columns.map(declared), ...primary, ...conditions].join(', ')})`];
  },
  createStaging: (name, plan) => {
    const ordinal = plan.ordinal === null ? [] : [`${quoteName(plan.ordinal)} bigint not null`];
    return [`create table ${quoteTable(name)} (${[...ordinal, ...plan.columns.map(declared), ...checksOf(plan)].join(', ')})`];
  },
  createTemporary: ({ table }, plan) => {
    // Tables in this schema are temporary ones of the session
    const name = { schema: 'pg_temp', table };
    return { name, statements: postgresDdl.createStaging(name, plan) };
  },
  uniqueKey: (name, key) => [`create unique index on ${quoteTable(name)} (${key.map(indexed).join(', ')})`],
  dropTable: (name) => [`drop table ${quoteTable(name)}`],
  addColumn: (name, column) => [`alter table ${quoteTable(name)} add column ${declared(column)}`],
  dropColumn: (name, column) => [`alter table ${quoteTable(name)} drop column ${quoteName(column)}`],
  widenColumn: (name, { field }) => [
    `alter table ${quoteTable(name)} alter column ${quoteName(field.name)} type ${postgresTypes.column(field)}`,
  ],
  allowNull: (name, { field }) => [`alter table ${quoteTable(name)} alter column ${quoteName(field.name)} drop not null`],
  rename: (from, to) => [`alter table ${quoteTable(from)} rename to ${quoteName(to)}`],
  analyze: (name) => [`analyze ${quoteTable(name)}`],
  stateTypes: { text: 'text', key: 'text', integer: 'bigint' },
};
