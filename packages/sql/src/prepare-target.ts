import { isEtlError, EtlError, type Field } from '@etl/sdk';
import { raw } from './fragment.js';
import { columnPlan, findColumn } from './load-shape.js';
import type { Leftover } from './load-state.js';
import type { LoadWorld } from './load-world.js';
import { isMadeAnew, takesColumns } from './made-anew.js';
import { ownColumns } from './own-columns.js';
import type { SqlSession } from './sql-client.js';
import { needsOrdinal } from './staging.js';
import type { TableFacts } from './table-facts.js';

/** The table as a publish finds it, made ready for the rows. */
export interface PreparedTarget {
  /** As it was; null: there was none. */
  readonly table: TableFacts | null;
  /** The staging table becomes the table. */
  readonly takesPlace: boolean;
  /** Rows that went with a table that was made anew. */
  readonly deleted: number;
}

export const targetName = ({ open, name }: Pick<LoadWorld, 'open' | 'name'>): string => open.quote(name);

/** Makes or changes the table: in the transaction of the publish, or before it where definitions commit by themselves. */
export async function prepareTarget(session: SqlSession, world: LoadWorld): Promise<PreparedTarget> {
  const { open, name, target } = world;
  const { ddl } = open.dialect;
  const table = await open.database.introspection.table(session, name);
  const takesPlace = isSwapped(world, table);
  if (takesPlace) {
    for (const column of world.shape.columns.filter(({ nullable }) => !nullable))
      await open.define(session, ddl.allowNull(world.staging, columnPlan({ ...column, nullable: true })));
    return { table, takesPlace, deleted: 0 };
  }
  if (!isMadeAnew(open.dialect, target, table)) {
    if (table !== null) await changeTarget(session, world, table);
    return { table, takesPlace, deleted: 0 };
  }
  const deleted = table === null ? 0 : await open.count(session, raw(`select count(*) from ${targetName(world)}`));
  if (table !== null) await open.define(session, ddl.dropTable(name));
  await createTarget(session, world);
  return { table, takesPlace, deleted };
}

/** A plain replace, and the first append, are written once: staging becomes the table. */
const isSwapped = ({ open, target, shape, staging, name }: LoadWorld, table: TableFacts | null): boolean =>
  open.dialect.publish.swap !== 'never' &&
  staging.schema === name.schema &&
  !needsOrdinal(target, shape) &&
  (target.mode === 'replace' || (target.mode === 'append' && table === null)) &&
  isMadeAnew(open.dialect, target, table);

/** The columns that a replace does not bring, where they could not go with the table; null: there are none. */
export function leftoverOf(
  { open, target, shape, name }: Pick<LoadWorld, 'open' | 'target' | 'shape' | 'name'>,
  { table, takesPlace }: PreparedTarget,
): Leftover | null {
  if (open.dialect.ddl.transactional || takesPlace || table === null) return null;
  if (target.mode !== 'replace' || !takesColumns(target, table)) return null;
  const columns = table.fields.flatMap((field) => (shape.columns.some((column) => column.name === field.name) ? [] : [field.name]));
  return columns.length === 0 ? null : { table: name, columns };
}

/** Makes the table with a primary key where rows are told apart by one. */
async function createTarget(session: SqlSession, world: LoadWorld): Promise<void> {
  const { open, target, shape, options, name } = world;
  const unique = target.mode === 'merge' || target.mode === 'insert-new';
  const columns = [
    ...shape.columns.map((field) => (unique ? field : { ...field, nullable: true })),
    ...ownColumns(target, options).map((field) => ({ ...field, name: open.dialect.names.spell(field.name) })),
  ];
  const plan = {
    columns: columns.map(columnPlan),
    key: unique ? shape.key : [],
    keyed: target.mode === 'append' ? [] : shape.key,
    checks: [],
  };
  try {
    await open.define(session, open.dialect.ddl.createTable(name, plan));
  } catch (cause) {
    if (!isEtlError(cause) || cause.code !== 'PERMISSION_DENIED') throw cause;
    throw new EtlError('PERMISSION_DENIED', `This login may not make the table ${name.schema}.${name.table}`, {
      hint: `Give it the right to make tables in ${name.schema}, or make the table yourself`,
      cause,
    });
  }
}

/** Adds and widens columns as the shape says, less what another load has done since. */
async function changeTarget(session: SqlSession, world: LoadWorld, table: TableFacts): Promise<void> {
  const { open, target, shape, options, name } = world;
  const { ddl, types, names } = open.dialect;
  const own = ownColumns(target, options).map((field) => ({ ...field, name: names.spell(field.name) }));
  const added = [...shape.changes.flatMap((change) => ('add' in change ? [change.add] : [])), ...own];
  for (const field of added)
    if (findColumn(table.fields, field.name, open.dialect) === undefined)
      await open.define(session, ddl.addColumn(name, columnPlan({ ...field, nullable: true })));
  for (const change of shape.changes) {
    if (!('widen' in change)) continue;
    const found = findColumn(table.fields, change.widen.name, open.dialect);
    if (found === undefined || types.column(found) !== types.column(change.widen)) await widen(session, world, change.widen);
  }
}

async function widen(session: SqlSession, { open, name }: LoadWorld, field: Field): Promise<void> {
  try {
    await open.define(session, open.dialect.ddl.widenColumn(name, columnPlan(field)));
  } catch (cause) {
    throw new EtlError('SCHEMA_MISMATCH', `Column ${field.name} of ${name.table} cannot become ${open.dialect.types.column(field)}`, {
      hint: 'A view, index or key depends on it, or the login does not own the table: change it there, or add a cast before the load',
      cause,
    });
  }
}
