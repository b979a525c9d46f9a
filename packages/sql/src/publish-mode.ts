import { noCounts, type Commit, type LoadCounts } from '@etl/sdk';
import { bound, raw, sql } from './fragment.js';
import { keepLast } from './keep-last.js';
import type { LoadWorld } from './load-world.js';
import { timeField } from './own-columns.js';
import { publishHistory } from './publish-history.js';
import { publishTime, rowsForTable, type Counts, type Publishing } from './publishing.js';
import { targetName, type PreparedTarget } from './prepare-target.js';
import { differ, matchKeys, valueColumns } from './row-conditions.js';
import type { SqlSession } from './sql-client.js';
import { refuseEmpty, refuseRepeatedKeys } from './table-conflicts.js';
import { needsOrdinal } from './staging.js';

/** Moves the staged rows into their table; `rows` are those that were saved, which the seal has counted. */
export async function publishMode(
  session: SqlSession,
  world: LoadWorld,
  { prepared, commit, rows }: { readonly prepared: PreparedTarget; readonly commit: Commit; readonly rows: number },
): Promise<LoadCounts> {
  const { target, shape, options } = world;
  const winners = needsOrdinal(target, shape) ? await keepLast(session, world, rows) : rows;
  const missing = commit.partial === true ? 'keep' : options.missing;
  const publishing: Publishing = { session, world, prepared, rows, winners, missing };
  const counts = prepared.takesPlace ? await takePlace(publishing) : await intoTable(publishing);
  return { ...noCounts, in: rows, deduplicated: rows - winners, ...counts };
}

async function takePlace({ session, world, prepared, rows }: Publishing): Promise<Counts> {
  const { open, staging, name } = world;
  const { ddl } = open.dialect;
  const deleted = prepared.table === null ? 0 : await open.count(session, raw(`select count(*) from ${targetName(world)}`));
  if (ddl.transactional) {
    if (prepared.table !== null) await open.define(session, ddl.dropTable(name));
    await open.define(session, ddl.rename(staging, name.table));
  }
  return { inserted: rows, deleted };
}

async function intoTable(publishing: Publishing): Promise<Counts> {
  const { session, world, prepared } = publishing;
  switch (world.target.mode) {
    case 'append':
      return { inserted: await insertAll(publishing) };
    case 'replace': {
      const gone = prepared.table === null || prepared.deleted > 0 ? 0 : await session.run(`delete from ${targetName(world)}`);
      return { deleted: prepared.deleted + gone, inserted: await insertAll(publishing) };
    }
    case 'replace-by':
      return replaceBy(publishing);
    case 'merge':
      return merge(publishing);
    case 'insert-new':
      return insertNew(publishing);
    case 'history':
      return publishHistory(publishing);
  }
}

const columnsOf = ({ open, shape }: LoadWorld, alias?: string): string =>
  open.columns(
    shape.columns.map(({ name }) => name),
    alias,
  );

const insertAll = ({ session, world }: Publishing): Promise<number> =>
  session.run(
    `insert into ${targetName(world)} (${columnsOf(world)}) select ${columnsOf(world, 'w')} from ${world.open.quote(world.staging)} w`,
  );

async function replaceBy(publishing: Publishing): Promise<Counts> {
  const { session, world } = publishing;
  const { open, staging } = world;
  const seen = `exists (select 1 from ${open.quote(staging)} w where ${matchKeys(world)})`;
  const deleted = await session.run(open.dialect.dml.deleteWhere(targetName(world), seen));
  return { deleted, inserted: await insertAll(publishing) };
}

async function insertNew(publishing: Publishing): Promise<Counts> {
  const inserted = await insertAbsent(publishing);
  return { inserted, skipped: publishing.winners - inserted };
}

const insertAbsent = ({ session, world }: Publishing): Promise<number> =>
  session.run(
    `insert into ${targetName(world)} (${columnsOf(world)}) select ${columnsOf(world, 'w')} from ${world.open.quote(world.staging)} w where not exists (select 1 from ${targetName(world)} t where ${matchKeys(world)})`,
  );

async function merge(publishing: Publishing): Promise<Counts> {
  const { session, world, winners, missing } = publishing;
  const { open, options, staging } = world;
  const { names, dml } = open.dialect;
  await refuseRepeatedKeys(rowsForTable(publishing), null);
  const values = valueColumns(world);
  const mark = options.missing === 'mark' ? [names.quote(names.spell(options.marked))] : [];
  const set = [
    ...values.map((name) => ({ column: names.quote(name), to: `w.${names.quote(name)}` })),
    ...mark.map((column) => ({ column, to: 'null' })),
  ];
  const differences = [...differ(world, values), ...mark.map((name) => `t.${name} is not null`)];
  const updated =
    set.length === 0
      ? 0
      : await session.run(
          dml.updateJoined({
            table: targetName(world), rows: open.quote(staging), set, on: matchKeys(world), where: `(${differences.join(' or ')})`, many: isGoodPart(publishing),
          }), // prettier-ignore
        );
  const inserted = await insertAbsent(publishing);
  const deleted = missing === 'keep' ? 0 : await missingRows(publishing);
  return { updated, inserted, unchanged: winners - updated - inserted, deleted };
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
