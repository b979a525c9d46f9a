import { quote, type Session } from '@etl/columnar';
import { EtlError, noCounts, type LoadCounts } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import { emptyLoad, refuseRepeatedKeys, type Publishing } from './publishing.js';
import { publishHistory } from './publish-history.js';
import { changeTarget, createTarget, targetName } from './ready-target.js';
import { matchKeys, differ } from './row-conditions.js';
import { count, dropWinners, stagedRows, stagingTable } from './staged-rows.js';
import { isMadeAnew, targetTable } from './target-table.js';

/** Moves the staged rows into their table, in the transaction of the caller. */
export async function publishMode(session: Session, world: LoadWorld): Promise<LoadCounts> {
  const { mode } = world.target;
  const table = await targetTable(session, world.name);
  const staged = await stagedRows(session, world, mode === 'append' || mode === 'replace-by' ? [] : world.shape.key);
  const publishing = { session, world, table, staged };
  const counts = await (takesPlace(publishing) ? takePlace(publishing) : intoTable(publishing));
  if (staged.deduplicated > 0) await dropWinners(session);
  return { ...noCounts, in: staged.rows, deduplicated: staged.deduplicated, ...counts };
}

type Counts = Partial<LoadCounts>;

/** A plain replace, and the first append, are written once: staging becomes the table. */
const takesPlace = ({ world, table, staged }: Publishing): boolean =>
  staged.deduplicated === 0 &&
  world.stagingSchema === world.name.schema &&
  (world.target.mode === 'replace' || (world.target.mode === 'append' && table === null)) &&
  isMadeAnew(world.target, table);

async function takePlace({ session, world, table, staged }: Publishing): Promise<Counts> {
  const [first, ...others] = world.parts.map(({ staging }) => stagingTable(world, staging));
  if (first === undefined) throw new EtlError('INTERNAL', 'A load without parts is published');
  for (const other of others) await session.run(`insert into ${first} select * from ${other}`);
  const deleted = table === null ? 0 : await count(session, `select count(*) as n from ${targetName(world)}`);
  if (table !== null) await session.run(`drop table ${targetName(world)}`);
  // Staging refuses rows without a key; the table itself takes any
  for (const { name, nullable } of world.shape.columns)
    if (!nullable) await session.run(`alter table ${first} alter column ${quote(name)} drop not null`);
  await session.run(`alter table ${first} rename to ${quote(world.name.table)}`);
  return { inserted: staged.rows, deleted };
}

async function intoTable(publishing: Publishing): Promise<Counts> {
  const { session, world } = publishing;
  const before = await makeReady(publishing);
  switch (world.target.mode) {
    case 'append':
      return { inserted: await insertAll(publishing) };
    case 'replace':
      return { deleted: before + (await session.run(`delete from ${targetName(world)}`)), inserted: await insertAll(publishing) };
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

/** Makes or changes the table; answers the rows that went with one that was made anew. */
async function makeReady({ session, world, table }: Publishing): Promise<number> {
  if (table !== null && !isMadeAnew(world.target, table)) {
    await changeTarget(session, world, table);
    return 0;
  }
  const before = table === null ? 0 : await count(session, `select count(*) as n from ${targetName(world)}`);
  if (table !== null) await session.run(`drop table ${targetName(world)}`);
  await createTarget(session, world);
  return before;
}

const insertAll = ({ session, world, staged }: Publishing): Promise<number> =>
  session.run(`insert into ${targetName(world)} (${staged.columns}) select ${staged.columns} from ${staged.winners}`);

async function replaceBy(publishing: Publishing): Promise<Counts> {
  const { session, world, staged } = publishing;
  const deleted = await session.run(
    `delete from ${targetName(world)} as t where exists (select 1 from ${staged.all} as w where ${matchKeys(world.shape.key)})`,
  );
  return { deleted, inserted: await insertAll(publishing) };
}

async function insertNew(publishing: Publishing): Promise<Counts> {
  const inserted = await insertAbsent(publishing);
  return { inserted, skipped: publishing.staged.winnerRows - inserted };
}

const insertAbsent = ({ session, world, staged }: Publishing): Promise<number> =>
  session.run(
    `insert into ${targetName(world)} (${staged.columns}) select ${staged.columns} from ${staged.winners} as w where not exists (select 1 from ${targetName(world)} as t where ${matchKeys(world.shape.key)})`,
  );

async function merge(publishing: Publishing): Promise<Counts> {
  const { session, world, staged } = publishing;
  const { shape, options } = world;
  await refuseRepeatedKeys(publishing, 'true');
  const values = shape.columns.map(({ name }) => name).filter((name) => !shape.key.includes(name));
  const mark = options.missing === 'mark' ? [quote(options.marked)] : [];
  const changes = [...values.map((name) => `${quote(name)} = w.${quote(name)}`), ...mark.map((name) => `${name} = null`)];
  const differences = [...differ(values), ...mark.map((name) => `t.${name} is not null`)];
  const updated =
    changes.length === 0
      ? 0
      : await session.run(
          `update ${targetName(world)} as t set ${changes.join(', ')} from ${staged.winners} as w where ${matchKeys(shape.key)} and (${differences.join(' or ')})`,
        );
  const inserted = await insertAbsent(publishing);
  return { updated, inserted, unchanged: staged.winnerRows - updated - inserted, deleted: await missingRows(publishing) };
}

/** Rows that left the source. */
async function missingRows({ session, world, staged }: Publishing): Promise<number> {
  const { missing, marked, allow_empty } = world.options;
  if (missing === 'keep') return 0;
  if (staged.rows === 0 && !allow_empty) throw emptyLoad(world);
  const absent = `not exists (select 1 from ${staged.winners} as w where ${matchKeys(world.shape.key)})`;
  if (missing === 'delete') return session.run(`delete from ${targetName(world)} as t where ${absent}`);
  return session.run(`update ${targetName(world)} as t set ${quote(marked)} = now() where ${quote(marked)} is null and ${absent}`);
}
