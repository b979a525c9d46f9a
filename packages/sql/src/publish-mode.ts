import { noCounts, type Commit, type LoadCounts } from '@etl/sdk';
import { raw } from './fragment.js';
import { insertAbsent, insertAll } from './insert-staged.js';
import { keepLast } from './keep-last.js';
import type { LoadWorld } from './load-world.js';
import { publishHistory } from './publish-history.js';
import { publishMerge } from './publish-merge.js';
import type { Counts, Publishing } from './publishing.js';
import { targetName, type PreparedTarget } from './prepare-target.js';
import { matchKeys } from './row-conditions.js';
import type { SqlSession } from './sql-client.js';
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
      return publishMerge(publishing);
    case 'insert-new':
      return insertNew(publishing);
    case 'history':
      return publishHistory(publishing);
  }
}

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
