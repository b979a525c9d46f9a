import type { LoadPlan, PlanTarget } from '@etl/sdk';
import { raw } from './fragment.js';
import { judgeLoad, targetTable } from './judge-load.js';
import type { SqlLoadOptions } from './load-options.js';
import type { LoadShape } from './load-shape.js';
import type { LoadWorld } from './load-world.js';
import type { OpenDatabase } from './open-database.js';
import { plannedColumns } from './planned-columns.js';
import { plannedWorld } from './planned-world.js';
import { leftoverOf, prepareTarget } from './prepare-target.js';
import { publishMode } from './publish-mode.js';
import { RecordingSession } from './recording-session.js';
import type { SqlSession } from './sql-client.js';
import type { TableFacts } from './table-facts.js';
import type { TableName } from './table-name.js';

/** A table up to so many rows is counted; a larger one would be slow. */
const counted = 1_000_000;

/** What the load would change, and all that keeps it from fitting. Reads, and nothing more. */
export function planLoad(open: OpenDatabase, options: SqlLoadOptions, target: PlanTarget): Promise<LoadPlan> {
  return open.pool.with({ access: 'read', tag: 'etl plan', abortable: true }, async (session) => {
    const { name, found } = await targetTable(open, session, options);
    const judged = judgeLoad(open, { target, options, name, found });
    const planned = { open, options, target, name, found };
    return {
      target: `${name.schema}.${name.table}`,
      ...(await rowsNow(session, planned)),
      columns: plannedColumns(judged, planned),
      statements: judged.problems.length > 0 ? [] : await plannedStatements(session, { ...planned, shape: judged.shape }),
      problems: judged.problems,
    };
  });
}

interface Planned {
  readonly open: OpenDatabase;
  readonly options: SqlLoadOptions;
  readonly target: PlanTarget;
  readonly name: TableName;
  readonly found: TableFacts | null;
}

async function rowsNow(session: SqlSession, { open, name, found }: Planned): Promise<{ readonly rows?: number | null }> {
  if (found === null) return { rows: null };
  if (found.estimate !== null && found.estimate > counted) return {};
  return { rows: await open.count(session, raw(`select count(*) from ${open.quote(name)}`)) };
}

/** What a publish would run, in order: it is run, on a session that writes its statements down. */
async function plannedStatements(session: SqlSession, planned: Planned & { readonly shape: LoadShape }): Promise<readonly string[]> {
  const { open, options, target, name, shape } = planned;
  const recording = new RecordingSession(session);
  const world = plannedWorld(open, { target, options, name, shape });
  const { transactional } = open.dialect.ddl;
  if (transactional) recording.statements.push(...options.pre);
  const prepared = await prepareTarget(recording, world);
  if (!transactional) recording.statements.push(...options.pre);
  await publishMode(recording, world, { prepared, commit: { run: '', rows: 1, cursors: {}, summary: null }, rows: 1 });
  recording.statements.push(...options.post);
  const leftover = leftoverOf(world, prepared);
  for (const column of leftover?.columns ?? []) await open.define(recording, open.dialect.ddl.dropColumn(world.name, column));
  if (prepared.takesPlace && !transactional) recording.statements.push(...swapStatements(world, prepared.table));
  return recording.statements;
}

function swapStatements({ open, name, staging }: LoadWorld, table: TableFacts | null): readonly string[] {
  const old = { schema: name.schema, table: `${staging.table}_old` };
  const pairs = [...(table === null ? [] : [{ from: name, to: old }]), { from: staging, to: name }];
  const rename = open.dialect.publish.renameAll?.(pairs);
  return [...(rename === undefined ? [] : [rename]), ...(table === null ? [] : open.dialect.ddl.dropTable(old))];
}
