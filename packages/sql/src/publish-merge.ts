import { EtlError } from '@etl/sdk';
import type { Upsert, UpdateJoined } from './dialect.js';
import { bound, sql } from './fragment.js';
import { insertAbsent } from './insert-staged.js';
import type { LoadWorld } from './load-world.js';
import { timeField } from './own-columns.js';
import { targetName } from './prepare-target.js';
import { publishTime, rowsForTable, type Counts, type Publishing } from './publishing.js';
import { differ, matchKeys, valueColumns } from './row-conditions.js';
import { refuseEmpty, refuseRepeatedKeys } from './table-conflicts.js';
import type { TableFacts } from './table-facts.js';
import { takesUpsert } from './takes-upsert.js';

/** Changes the rows whose key is there, inserts the others, and does with those that the load does not bring what it says. */
export async function publishMerge(publishing: Publishing): Promise<Counts> {
  const { world, missing } = publishing;
  await refuseRepeatedKeys(rowsForTable(publishing), null);
  const set = settings(world);
  const { upsert } = world.open.dialect.dml;
  const merged =
    upsert !== null && set.length > 0 && takesUpsert(world, await heldTable(publishing))
      ? await atOnce(publishing, upsert, set)
      : await inTurn(publishing, set);
  const deleted = missing === 'keep' ? 0 : await missingRows(publishing);
  return { ...merged, deleted };
}

/** The table as it is now, behind the statements before the load, and stays until the transaction ends: one that was read in it may not be changed by others. */
async function heldTable({ session, world, prepared }: Publishing): Promise<TableFacts | null> {
  if (prepared.table === null) return null;
  await session.rows(`select 1 from ${targetName(world)} where 1 = 0`);
  return world.open.database.introspection.table(session, world.name);
}

type Setting = UpdateJoined['set'][number];

/** The column that marks rows which left the source, quoted: one that comes back loses its mark. */
const markColumn = ({ open, options }: LoadWorld): readonly string[] => {
  const { names } = open.dialect;
  return options.missing === 'mark' ? [names.quote(names.spell(options.marked))] : [];
};

/** What a changed row gets. */
const settings = (world: LoadWorld): readonly Setting[] => [
  ...valueColumns(world).map((name) => {
    const column = world.open.dialect.names.quote(name);
    return { column, to: `w.${column}` };
  }),
  ...markColumn(world).map((column) => ({ column, to: 'null' })),
];

/** One statement finds each row once, where an update and an insert look for all of them twice. */
async function atOnce(
  { session, world, winners }: Publishing,
  upsert: (upsert: Upsert) => string,
  set: readonly Setting[],
): Promise<Counts> {
  const { open, shape, staging } = world;
  const { quote } = open.dialect.names;
  const columns = shape.columns.map(({ name }) => quote(name));
  const statement = upsert({ table: targetName(world), rows: open.quote(staging), columns, key: shape.key.map(quote), set });
  if (session.upsert === undefined) throw new EtlError('INTERNAL', `Sessions of ${open.dialect.name} run no upserts`);
  const { inserted, updated, unchanged } = await session.upsert(statement);
  if (inserted + updated + unchanged !== winners)
    throw new EtlError('UNBALANCED', `The server counts ${inserted + updated + unchanged} merged rows of ${winners}`);
  return { inserted, updated, unchanged };
}

async function inTurn(publishing: Publishing, set: readonly Setting[]): Promise<Counts> {
  const { session, world, winners } = publishing;
  const { open, staging } = world;
  const differences = [...differ(world, valueColumns(world)), ...markColumn(world).map((column) => `t.${column} is not null`)];
  const updated =
    set.length === 0
      ? 0
      : await session.run(
          open.dialect.dml.updateJoined({
            table: targetName(world), rows: open.quote(staging), set, on: matchKeys(world), where: `(${differences.join(' or ')})`, many: isGoodPart(publishing),
          }), // prettier-ignore
        );
  const inserted = await insertAbsent(publishing);
  return { updated, inserted, unchanged: winners - updated - inserted };
}

/** By what the server takes its table to hold; where it does not say, no. */
const isGoodPart = ({ rows, prepared: { table } }: Publishing): boolean => table?.estimate != null && rows * 4 >= table.estimate;

/** Rows that left the source. */
async function missingRows({ session, world, rows, missing }: Publishing): Promise<number> {
  const { open, options, staging } = world;
  const { names, dml } = open.dialect;
  refuseEmpty({ ...world, missing, rows });
  const absent = `not exists (select 1 from ${open.quote(staging)} w where ${matchKeys(world)})`;
  if (missing === 'delete') return session.run(dml.deleteWhere(targetName(world), absent));
  const marked = names.quote(names.spell(options.marked));
  const now = bound(timeField(options.marked), await publishTime(session, world));
  return open.run(session, sql`update ${targetName(world)} t set ${marked} = ${now} where t.${marked} is null and ${absent}`);
}
