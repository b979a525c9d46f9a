import { quote, type Session } from '@etl/columnar';
import { EtlError, noCounts, type Commit, type LoadCounts } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import { deleteAll, deleteChildren, insertAbsent, insertAll, settleMissing, updateChanged } from './mode-statements.js';
import { publishHistory } from './publish-history.js';
import { rowsForTable, type Publishing } from './publishing.js';
import { changeTarget, createTarget, targetName, type TargetWorld } from './ready-target.js';
import { runStatements } from './run-statements.js';
import { count, dropWinners, stagedRows, stagingTable, type StagedRows } from './staged-rows.js';
import { refuseEmpty, refuseRepeatedKeys, type TableFacts } from '@etl/sql/rules';
import { isMadeAnew, targetTable } from './target-table.js';

/** Moves the staged rows into their table, in the transaction of the caller. */
export async function publishMode(session: Session, world: LoadWorld, { partial = false }: Pick<Commit, 'partial'>): Promise<LoadCounts> {
  const { mode } = world.target;
  const { pre, post, params } = world.options;
  await runStatements(session, { option: 'pre', statements: pre, params });
  const table = await targetTable(session, world.name);
  const staged = await stagedRows(session, world, mode === 'append' || mode === 'replace-by' ? [] : world.shape.key);
  const missing = partial ? 'keep' : world.options.missing;
  const publishing = { session, world, table, staged, missing } as const;
  const counts = await (takesPlace(world, table, staged) ? takePlace(publishing) : intoTable(publishing));
  if (staged.deduplicated > 0) await dropWinners(session);
  await runStatements(session, { option: 'post', statements: post, params });
  return { ...noCounts, in: staged.rows, deduplicated: staged.deduplicated, ...counts };
}

type Counts = Partial<LoadCounts>;

/** A plain replace, and the first append, are written once: staging becomes the table. */
export const takesPlace = (
  world: TargetWorld & Pick<LoadWorld, 'stagingSchema'>,
  table: TableFacts | null,
  { deduplicated }: Pick<StagedRows, 'deduplicated'>,
): boolean =>
  deduplicated === 0 &&
  world.stagingSchema === world.name.schema &&
  (world.target.mode === 'replace' || (world.target.mode === 'append' && table === null)) &&
  isMadeAnew(world.target, table);

async function takePlace({ session, world, table, staged }: Publishing): Promise<Counts> {
  const [first, ...others] = world.parts.map(({ staging }) => stagingTable(world, staging));
  if (first === undefined) throw new EtlError('INTERNAL', 'A load without parts is published');
  for (const other of others) await session.run(`insert into ${first} select * from ${other}`);
  const deleted = table === null ? 0 : await count(session, `select count(*) from ${targetName(world)}`);
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
      return { inserted: await insertEach(publishing) };
    case 'replace':
      return { deleted: before + (await session.run(deleteAll(world))), inserted: await insertEach(publishing) };
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
  const before = table === null ? 0 : await count(session, `select count(*) from ${targetName(world)}`);
  if (table !== null) await session.run(`drop table ${targetName(world)}`);
  await createTarget(session, world);
  return before;
}

async function insertEach({ session, world, staged }: Publishing): Promise<number> {
  return session.run(insertAll(world, staged));
}

async function replaceBy(publishing: Publishing): Promise<Counts> {
  const { session, world, staged } = publishing;
  const deleted = await session.run(deleteChildren(world, staged));
  return { deleted, inserted: await insertEach(publishing) };
}

async function insertNew({ session, world, staged }: Publishing): Promise<Counts> {
  const inserted = await session.run(insertAbsent(world, staged));
  return { inserted, skipped: staged.winnerRows - inserted };
}

async function merge(publishing: Publishing): Promise<Counts> {
  const { session, world, staged, missing } = publishing;
  await refuseRepeatedKeys(rowsForTable(session, { world, table: publishing.table, rows: staged.winners }), null);
  const update = updateChanged(world, staged);
  const updated = update === null ? 0 : await session.run(update);
  const inserted = await session.run(insertAbsent(world, staged));
  refuseEmpty({ ...world, missing, rows: staged.rows });
  const settle = settleMissing(world, staged, missing);
  const deleted = settle === null ? 0 : await session.run(settle);
  return { updated, inserted, unchanged: staged.winnerRows - updated - inserted, deleted };
}
