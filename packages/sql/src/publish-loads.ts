import { assertBalanced, EtlError, type Commit, type LoadCounts } from '@etl/sdk';
import { bindNames, namedValues, oneStatement } from './bind-names.js';
import { fenced } from './load-error.js';
import { LoadRecord, type Intent } from './load-state.js';
import type { LoadWorld } from './load-world.js';
import { inTransaction, type OpenDatabase } from './open-database.js';
import { publishMode } from './publish-mode.js';
import { leftoverOf, prepareTarget, type PreparedTarget } from './prepare-target.js';
import { dropLeftover, finishIntent } from './settle-intent.js';
import type { SqlSession } from './sql-client.js';
import { dropStaging, oldName } from './staging.js';

/** What takes part in a publish: a load of rows, or one of statements. */
export interface Publishable {
  readonly tag: string;
  readonly failpoint: (name: string) => Promise<void>;
  closeWriters(): Promise<void>;
  release(): Promise<void>;
  /** Before the transaction, what cannot be part of it. */
  prepare(session: SqlSession): Promise<void>;
  /** In the transaction. */
  apply(session: SqlSession, commit: Commit): Promise<Applied>;
  /** Behind the commit, what may as well be done by the next run. */
  tidy(session: SqlSession): Promise<void>;
}

export interface Applied {
  readonly counts: LoadCounts;
  /** Renames that follow the commit, in a database where they cannot be part of it. */
  readonly intent: Intent | null;
  readonly id: string;
}

/** Publishes loads of one database in one transaction: all of them become visible, or none. */
export async function publishTogether(
  open: OpenDatabase,
  loads: readonly { readonly load: Publishable; readonly commit: Commit }[],
): Promise<readonly LoadCounts[]> {
  const [first] = loads;
  if (first === undefined) return [];
  for (const { load } of loads) await load.closeWriters();
  const applied = await open.pool.with({ access: 'write', tag: first.load.tag }, async (session) => {
    for (const { load } of loads) await load.prepare(session);
    const answers = await inTransaction(session, async () => {
      const each: Applied[] = [];
      for (const { load, commit } of loads) each.push(await load.apply(session, commit));
      await first.load.failpoint('sql.publishing');
      return each;
    });
    await first.load.failpoint('sql.committed');
    await renameIntents(open, session, { answers, failpoint: first.load.failpoint });
    for (const { load } of loads) await load.tidy(session);
    return answers;
  });
  await first.load.failpoint('sql.published');
  for (const { load } of loads) await load.release();
  return applied.map(({ counts }) => counts);
}

interface Renames {
  readonly answers: readonly Applied[];
  readonly failpoint: (name: string) => Promise<void>;
}

/** One statement for all loads: a reader sees all of the old tables, or all of the new ones. */
async function renameIntents(open: OpenDatabase, session: SqlSession, { answers, failpoint }: Renames): Promise<void> {
  const pending = answers.flatMap(({ intent, id }) => (intent === null ? [] : [{ id, intent }]));
  if (pending.length === 0) return;
  const { renameAll } = open.dialect.publish;
  if (renameAll === undefined) throw new EtlError('INTERNAL', `The dialect ${open.dialect.name} says that it renames, but not how`);
  const pairs = pending.flatMap(({ intent: { table, old, staging } }) => [
    ...(old === null ? [] : [{ from: table, to: old }]),
    { from: staging, to: table },
  ]);
  await session.run(renameAll(pairs));
  await failpoint('sql.renamed');
  for (const { id, intent } of pending) await finishIntent(open, session, { load: id, intent });
}

/** A load of rows as a part of a publish. */
export function publishableLoad(world: LoadWorld, ends: Pick<Publishable, 'closeWriters' | 'release'>): Publishable {
  const { open, target, tag, failpoint, guard, staging } = world;
  let prepared: PreparedTarget | null = null;
  let done = false;
  return {
    ...ends,
    tag,
    failpoint,
    prepare: (session) =>
      guard(async () => {
        prepared = null;
        done = false;
        if (!open.dialect.ddl.transactional) prepared = await prepareTarget(session, world);
      }),
    apply: (session, commit) =>
      guard(async () => {
        const { id } = target;
        const record = new LoadRecord(open, session, id);
        const { published, parts, epoch } = await record.read();
        if (published?.run === commit.run) {
          done = true;
          return { id, counts: published.counts, intent: null };
        }
        if (epoch !== world.epoch) throw fenced(id);
        // A definition among them commits what was done before it: that must be nothing, and behind the load all of it
        await runStatements(open, session, { statements: world.options.pre, params: world.options.params });
        await record.advance(world.epoch);
        prepared ??= await prepareTarget(session, world);
        const counts = await publishMode(session, world, { prepared, commit, rows: parts.reduce((sum, { rows }) => sum + rows, 0) });
        assertBalanced(commit.rows, counts);
        await failpoint('sql.applied');
        const intent = await recordPublish(session, world, { record, prepared, commit, counts });
        await runStatements(open, session, { statements: world.options.post, params: world.options.params });
        return { id, counts, intent };
      }),
    async tidy(session) {
      if (done || prepared === null || open.dialect.ddl.transactional) return;
      const leftover = leftoverOf(world, prepared);
      if (leftover !== null) await dropLeftover(open, session, { load: target.id, leftover });
      if (!prepared.takesPlace) await dropStaging(open, session, staging);
    },
  };
}

interface Recorded {
  readonly record: LoadRecord;
  readonly prepared: PreparedTarget;
  readonly commit: Commit;
  readonly counts: LoadCounts;
}

/** Writes down that the rows are there, or the renames that are still to come. */
async function recordPublish(
  session: SqlSession,
  world: LoadWorld,
  { record, prepared, commit: { run, summary, cursors }, counts }: Recorded,
): Promise<Intent | null> {
  const { open, target, name, staging } = world;
  if (prepared.takesPlace && !open.dialect.ddl.transactional) {
    const old = prepared.table === null ? null : oldName(name.schema, target.id);
    const intent: Intent = { run, counts, summary, cursors, staging, table: name, old };
    await record.setIntent(intent);
    return intent;
  }
  await record.dropParts();
  await record.setPublished({ run, counts, summary }, cursors, leftoverOf(world, prepared));
  if (open.dialect.ddl.transactional && !prepared.takesPlace) await dropStaging(open, session, staging);
  return null;
}

/** Statements of a job, in order, in the open transaction. */
export async function runStatements(
  open: OpenDatabase,
  session: SqlSession,
  { statements, params }: { readonly statements: readonly string[]; readonly params: { readonly [name: string]: string | null } },
): Promise<void> {
  for (const statement of statements) {
    await open.run(session, bindNames(oneStatement(statement), open.dialect, namedValues(params)));
    await session.reopen?.();
  }
}
