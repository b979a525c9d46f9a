import type { Field } from '@etl/sdk';
import type { ColumnPlan } from './dialect.js';
import type { OpenDatabase } from './open-database.js';
import type { SqlSession } from './sql-client.js';
import type { TableName } from './table-name.js';

/** State lives in the target, so that it changes in the same transaction as the rows. */
export interface StateTables {
  /** One row for each load. */
  readonly loads: TableName;
  /** One row for each part of an unfinished load. */
  readonly parts: TableName;
}

export async function stateTables(open: OpenDatabase, session: SqlSession): Promise<StateTables> {
  const schema = await open.schema(session);
  return { loads: { schema, table: '_etl_state' }, parts: { schema, table: '_etl_part' } };
}

export async function haveStateTables(open: OpenDatabase, session: SqlSession): Promise<boolean> {
  if (open.hasState) return true;
  const { loads, parts } = await stateTables(open, session);
  const { introspection } = open.database;
  // The table of loads is made last
  open.hasState = (await introspection.table(session, loads)) !== null && (await introspection.table(session, parts)) !== null;
  return open.hasState;
}

/** Makes them where they are not there. Outside of a transaction. */
export async function createStateTables(open: OpenDatabase, session: SqlSession): Promise<void> {
  if (await haveStateTables(open, session)) return;
  const { loads, parts } = await stateTables(open, session);
  const { introspection } = open.database;
  const { createTable, stateTypes } = open.dialect.ddl;
  const column = (name: string, type: keyof typeof stateTypes, nullable = false): ColumnPlan => ({
    field: { name, type: { kind: 'text' }, nullable, native: { dialect: open.dialect.name, type: stateTypes[type] } },
    nullable,
  });
  const load = column('load', 'key');
  const epoch = column('epoch', 'integer');
  const plans = [
    { name: parts, columns: [load, column('part', 'key'), epoch, column('mark', 'text', true), column('rows', 'integer'), column('next', 'integer')], key: ['load', 'part'] },
    { name: loads, columns: [load, epoch, column('cursors', 'text'), column('published', 'text', true), column('unfinished', 'text', true), column('intent', 'text', true)], key: ['load'] },
  ]; // prettier-ignore
  for (const { name, columns, key } of plans) {
    const isThere = async (): Promise<boolean> => (await introspection.table(session, name)) !== null;
    await open.defineOnce(session, { isThere, statements: () => createTable(name, { columns, key, checks: [] }) });
  }
}

/** Columns of the state tables, for binds. */
export const stateColumns: { readonly [name in 'text' | 'number']: Field } = {
  text: { name: 'text', type: { kind: 'text' }, nullable: true },
  number: { name: 'number', type: { kind: 'integer', bits: 64, signed: true }, nullable: false },
};
