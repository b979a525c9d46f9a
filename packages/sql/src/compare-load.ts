import { isEtlError, EtlError, noCounts, type Batch, type Commit, type Comparison, type LoadCounts, type PlanTarget } from '@etl/sdk';
import { comparedCounts, currentVersion } from './compared-counts.js';
import { comparedTables, type ComparedTables } from './compared-tables.js';
import { decideShape, targetTable } from './judge-load.js';
import type { SqlLoadOptions } from './load-options.js';
import type { LoadWorld } from './load-world.js';
import { isMadeAnew } from './made-anew.js';
import type { OpenDatabase } from './open-database.js';
import type { SqlSession } from './sql-client.js';
import { StagingStream } from './staging-stream.js';
import { refuseEmpty, refuseRepeatedKeys } from './table-conflicts.js';
import type { TableFacts } from './table-facts.js';
import { refuseUniqueConflicts } from './unique-conflicts.js';
import { plannedWorld } from './planned-world.js';

/** Rows after which those that were refused are counted and let go of. */
const settled = 100_000;

/**
 * Stages the rows as a load would, in temporary tables of a session of its own, and counts with SELECTs what a publish would change. It takes no lock and
 * touches neither the table nor the state; the session ends with the comparison, and with it what it staged.
 */
export async function compareLoad(open: OpenDatabase, options: SqlLoadOptions, target: PlanTarget): Promise<Comparison> {
  const session = await open.pool.take({ access: 'write', tag: 'etl plan', abortable: true });
  try {
    const { name, found } = await targetTable(open, session, options);
    const shape = decideShape(open, { target, options, name, found });
    const tables = await comparedTables(open, session, { target, shape, options, name, isThere: found !== null }).catch(
      (error: unknown) => {
        throw refused(error);
      },
    );
    const world = { ...plannedWorld(open, { target, options, name, shape }), staging: tables.all };
    return new SqlComparison(session, { world, found, tables });
  } catch (error) {
    await open.pool.give(session, { spoiled: true });
    throw error;
  }
}

const refused = (cause: unknown): unknown =>
  isEtlError(cause) && cause.code === 'PERMISSION_DENIED'
    ? new EtlError('PERMISSION_DENIED', 'This login may not make the temporary table that rows are compared in', {
        hint: 'Give it the right to make temporary tables, or plan without rows: --no-rows',
        cause,
      })
    : cause;

interface Comparing {
  readonly world: LoadWorld;
  readonly found: TableFacts | null;
  readonly tables: ComparedTables;
}

class SqlComparison implements Comparison {
  readonly #session: SqlSession;
  readonly #comparing: Comparing;
  readonly #stream: StagingStream;
  #given = 0;
  #unsettled = 0;
  #rejected = 0;

  constructor(session: SqlSession, comparing: Comparing) {
    this.#session = session;
    this.#comparing = comparing;
    this.#stream = new StagingStream(session, comparing.world, { part: 0, rows: 0, next: 0 });
  }

  async write(batch: Batch): Promise<void> {
    if (batch.length === 0) return;
    this.#given += batch.length;
    this.#unsettled += batch.length;
    if (this.#stream.add(batch)) await this.#stream.cut();
    if (this.#unsettled >= settled) await this.#settle();
  }

  async #settle(): Promise<void> {
    await this.#stream.settle();
    this.#rejected += this.#stream.takeRejects().length;
    this.#unsettled = 0;
  }

  async end({ partial = false }: Pick<Commit, 'partial'>): Promise<LoadCounts> {
    await this.#settle();
    const { world, found, tables } = this.#comparing;
    const { open, target, options, name, shape } = world;
    const { rows } = this.#stream.staged;
    const session = this.#session;
    const count = open.counting(session);
    if (target.mode !== 'append' && shape.key.length > 0) await open.define(session, open.dialect.ddl.analyze(tables.all));
    await refuseUniqueConflicts(session, world);
    const last = await tables.keepLast(rows);
    const winners = open.quote(last.table);
    const table = isMadeAnew(open.dialect, target, found) ? null : found;
    const matches = target.mode === 'merge' || target.mode === 'history';
    const missing = partial || this.#rejected > 0 || !matches ? 'keep' : options.missing;
    refuseEmpty({ ...world, missing, rows });
    if (matches && table !== null) {
      const condition = target.mode === 'history' ? currentVersion(world, table) : null;
      await refuseRepeatedKeys({ ...world, table, rows: winners, count }, condition);
    }
    const counts = await comparedCounts({
      ...world,
      found: found === null ? null : open.quote(name),
      table,
      missing,
      all: open.quote(tables.all),
      winners,
      rows,
      winnerRows: last.rows,
      count,
    });
    return { ...noCounts, ...counts, in: this.#given, rejected: this.#rejected };
  }

  /** The session is not lent again: its temporary tables would go with it. */
  async close(): Promise<void> {
    const { world, tables } = this.#comparing;
    try {
      if (tables.areOrdinary && this.#session.usable) {
        await this.#stream.settle().catch(() => undefined);
        await this.#session.rollback();
        await tables.drop();
      } else await this.#stream.abandon();
    } finally {
      await world.open.pool.give(this.#session, { spoiled: true });
    }
  }
}
