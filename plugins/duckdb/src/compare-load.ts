import { openDatabase, quote, type Session } from '@etl/columnar';
import { noCounts, type Batch, type Commit, type Comparison, type LoadCounts } from '@etl/sdk';
import { randomUUID } from 'node:crypto';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { comparedCounts, currentVersion, refuseEmpty, refuseRepeatedKeys } from '@etl/sql/rules';
import { duckdbDialect } from './duckdb-dialect.js';
import { judgeLoad } from './judge-load.js';
import { loadNames, type PlannedLoad } from './plan-load.js';
import { rowsForTable } from './publishing.js';
import { targetName } from './ready-target.js';
import { refuseConflicts } from './refuse-conflicts.js';
import { findRefused, isRefusal } from './refused-rows.js';
import { growCsvSegment, type GrowingSegment } from './segment-file.js';
import { count, stagedRows } from './staged-rows.js';
import { stagingColumns } from './staging.js';
import { isMadeAnew, targetTable } from './target-table.js';

/** Temporary tables of a session live in a catalog of their own. */
const temporarySchema = 'temp';
const kept = '_etl_compared';

/** Cells of a segment, in bytes. */
const segmentBytes = 16 * 1024 * 1024;

/** Keeps the rows in a temporary table, typed and constrained as staging would be, and counts with SELECTs what a publish would change. */
export async function compareLoad({ holder, options, target }: PlannedLoad): Promise<Comparison> {
  const { name } = loadNames(holder, options);
  const opened = await openSession(holder);
  const { session } = opened;
  const { shape, found } = await judgeLoad(session, { target, name, options });
  const parts = [{ part: '', staging: kept, mark: null, rows: 0 }];
  const world = { target, name, options, shape, stagingSchema: temporarySchema, parts };
  await session.run(`create temp table ${kept} (${stagingColumns(shape)})`);
  const columns = shape.columns.map((column) => quote(column.name)).join(', ');
  const { schema } = target;
  let growing: GrowingSegment | null = null;
  let given = 0;
  let rejected = 0;

  const cut = async (): Promise<void> => {
    if (growing === null) return;
    const segment = await growing.finish();
    growing = null;
    const insert = (relation: string): Promise<number> =>
      session.run(`insert into temp.${kept} (${columns}) select ${columns} from ${relation}`);
    try {
      await insert(segment.relation);
    } catch (cause) {
      if (!isRefusal(cause)) throw cause;
      const refused = await findRefused(session, { segment, schema, shape, table: '_etl_refused', cause });
      await insert(refused.accepted);
      rejected += refused.rejects.length;
    } finally {
      await segment.remove();
    }
  };

  return {
    async write(batch: Batch) {
      if (batch.length === 0) return;
      await mkdir(holder.temporary, { recursive: true, mode: 0o700 });
      growing ??= await growCsvSegment(join(holder.temporary, `compare-${randomUUID()}.csv`), { schema, shape });
      await growing.append(batch);
      given += batch.length;
      if (growing.bytes >= segmentBytes) await cut();
    },
    async end({ partial = false }: Pick<Commit, 'partial'>): Promise<LoadCounts> {
      await cut();
      const table = isMadeAnew(target, found) ? null : await targetTable(session, name);
      const { mode } = target;
      await refuseConflicts(session, world);
      const staged = await stagedRows(session, world, mode === 'append' || mode === 'replace-by' ? [] : shape.key);
      const matches = mode === 'merge' || mode === 'history';
      const missing = partial || rejected > 0 || !matches ? 'keep' : options.missing;
      const open = { dialect: duckdbDialect };
      refuseEmpty({ target, options, missing, rows: staged.rows });
      const current = mode === 'history' && table !== null ? currentVersion({ options, open }, table) : null;
      if (matches) await refuseRepeatedKeys(rowsForTable(session, { world, table, rows: staged.winners }), current);
      const there = found === null ? null : targetName(world);
      const counts = await comparedCounts({
        ...staged, target, options, shape, open, table, missing, found: there, count: (select) => count(session, select),
      }); // prettier-ignore
      return { ...noCounts, ...counts, in: given, rejected };
    },
    async close() {
      await growing?.remove();
      await opened.close();
    },
  };
}

/** A session of the database, or of an empty one in memory where there is none yet. */
async function openSession(holder: PlannedLoad['holder']): Promise<{ readonly session: Session; close(): Promise<void> }> {
  if (await holder.exists()) {
    const session = await holder.connect();
    return { session, close: () => session.close() };
  }
  const database = await openDatabase(':memory:', { temporary: holder.temporary });
  const session = await database.connect();
  return {
    session,
    async close() {
      await session.close();
      await database.close();
    },
  };
}
