import { isEtlError, type LoadTarget, type PartWriter } from '@etl/sdk';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { busy, fenced } from './load-error.js';
import type { SqlLoadOptions } from './load-options.js';
import { decideShape, targetTable } from './judge-load.js';
import type { LoadShape } from './load-shape.js';
import { LoadRecord, type StagedPart } from './load-state.js';
import type { LoadWorld } from './load-world.js';
import { nameProblems } from './name-problems.js';
import { inTransaction, type OpenDatabase } from './open-database.js';
import { settleIntent } from './settle-intent.js';
import type { SqlSession } from './sql-client.js';
import { SqlLoad } from './sql-load.js';
import { isSameRun, readyStaging, shapeDigest, stagingName } from './staging.js';
import { createStateTables } from './state-tables.js';
import type { TableName } from './table-name.js';

/** The tag of the sessions of a load, and the name of its lock. Loads of one name into two schemas have states of their own: they are strangers. */
export async function loadTag(open: OpenDatabase, id: string): Promise<string> {
  const place = JSON.stringify([await open.ownSchema(), id]);
  return `etl ${createHash('sha256').update(place).digest('hex').slice(0, 20)}`;
}

/** How long a load that is held is asked for again: a server needs a moment to see that a process was killed. */
const busyWait = { tries: 20, milliseconds: 100 };

interface Begin {
  readonly open: OpenDatabase;
  readonly options: SqlLoadOptions;
  readonly target: LoadTarget;
}

/** Takes the lock of the load, fences older runs, and makes or continues its staging. */
export async function beginLoad({ open, options, target }: Begin): Promise<SqlLoad> {
  const tag = await loadTag(open, target.id);
  const holder = await open.pool.take({ access: 'write', tag });
  try {
    await takeLock(holder, target, tag);
    const begun = await guardOf(open, target)(target.epoch, () => prepare(holder, { open, options, target }));
    await open.database.context.failpoint('sql.begun');
    const writers = new Set<PartWriter>();
    const world: LoadWorld = {
      open,
      target,
      options,
      ...begun,
      epoch: target.epoch + 1,
      tag,
      failpoint: (point) => open.database.context.failpoint(point),
      guard: (work) => guardOf(open, target, holder)(target.epoch + 1, work),
      closed: (writer) => void writers.delete(writer),
    };
    return new SqlLoad(world, holder, writers);
  } catch (error) {
    await open.pool.give(holder, { spoiled: true });
    throw error;
  }
}

/** Takes the lock of a load, or throws BUSY. */
export async function takeLock(holder: SqlSession, { id, takeOver }: Pick<LoadTarget, 'id' | 'takeOver'>, tag: string): Promise<void> {
  if (takeOver) await holder.endOthers(tag);
  for (let tries = 0; !(await holder.lock(tag)); tries++) {
    if (tries >= busyWait.tries) throw busy(id);
    await sleep(busyWait.milliseconds);
  }
}

interface Prepared {
  readonly name: TableName;
  readonly shape: LoadShape;
  readonly staging: TableName;
  readonly parts: readonly StagedPart[];
}

async function prepare(session: SqlSession, { open, options, target }: Begin): Promise<Prepared> {
  let named = await targetTable(open, session, options);
  await readySchemas(open, session, { name: named.name, options });
  await createStateTables(open, session);
  const record = new LoadRecord(open, session, target.id);
  if (await settleIntent(open, session, target.id)) named = await targetTable(open, session, options);
  const state = await record.read();
  if (state.epoch !== target.epoch) throw fenced(target.id);
  const shape = decideShape(open, { target, options, ...named });
  const staging = stagingName(options.staging?.schema ?? named.name.schema, target.id);
  const make = (): Promise<readonly StagedPart[]> => readyStaging(open, session, { state, target, shape, staging });
  const mark = async (parts: readonly StagedPart[]): Promise<void> => {
    await record.advance(target.epoch);
    if (!isSameRun(state, target)) await record.setParts(target.epoch + 1, parts);
    const { run, fingerprint, plan } = target;
    await record.setUnsealed({ run, fingerprint, plan, shape: shapeDigest(open, target, shape), staging });
    await open.database.context.failpoint('sql.beginning');
  };
  const parts = open.dialect.ddl.transactional
    ? await inTransaction(session, async () => {
        const made = await make();
        await mark(made);
        return made;
      })
    : await make().then(async (made) => {
        await inTransaction(session, () => mark(made));
        return made;
      });
  return { name: named.name, shape, staging, parts };
}

async function readySchemas(
  open: OpenDatabase,
  session: SqlSession,
  { name, options }: { name: TableName; options: SqlLoadOptions },
): Promise<void> {
  const [wrong] = nameProblems(open.dialect, [name.table, name.schema]);
  if (wrong !== undefined) throw wrong;
  const { introspection, schema: named } = open.database;
  const own = await open.schema(session);
  const wanted = new Set([name.schema, options.staging?.schema ?? name.schema, ...(named === null ? [] : [named])]);
  for (const schema of wanted) {
    const isThere = async (): Promise<boolean> => introspection.hasSchema?.(session, schema) ?? schema === own;
    await open.defineOnce(session, { isThere, statements: () => open.dialect.ddl.createSchema(schema) });
  }
}

/**
 * Any error may be how a run learns that a newer one took its load: the epoch, read again in a session of its own, tells. Where the session that held the lock
 * is gone too, somebody who holds it now is that newer run, which has ended our sessions and is about to move the epoch.
 */
export function guardOf(
  open: OpenDatabase,
  { id }: Pick<LoadTarget, 'id'>,
  holder?: Pick<SqlSession, 'usable'>,
): <T>(epoch: number, work: () => Promise<T>) => Promise<T> {
  return async (epoch, work) => {
    try {
      return await work();
    } catch (error) {
      if (isEtlError(error) && error.code === 'BUSY') throw error;
      const isCut = isEtlError(error) && error.code === 'UNREACHABLE';
      if (await isTaken(open, { id, epoch, isCut, lockIsLost: () => holder?.usable === false })) throw fenced(id, error);
      throw error;
    }
  };
}

interface Holding {
  readonly id: string;
  readonly epoch: number;
  /** The session ended, perhaps by the hand of another run: the others of this load may follow. */
  readonly isCut: boolean;
  readonly lockIsLost: () => boolean;
}

/** false where nobody can say: the first error is then the one to tell. */
async function isTaken(open: OpenDatabase, { id, epoch, isCut, lockIsLost }: Holding): Promise<boolean> {
  try {
    return await open.pool.with({ access: 'write', tag: 'etl state' }, async (session) => {
      // Whoever ended our sessions to take over needs a moment to take the lock
      for (let tries = 0; ; tries++) {
        if ((await new LoadRecord(open, session, id).read()).epoch !== epoch) return true;
        if ((!isCut && !lockIsLost()) || tries === 10) return false;
        if (lockIsLost()) {
          const tag = await loadTag(open, id);
          if (!(await session.lock(tag))) return true;
          await session.unlock(tag);
        }
        await sleep(100);
      }
    });
  } catch {
    return false;
  }
}
