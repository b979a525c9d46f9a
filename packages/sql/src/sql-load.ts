import { EtlError, type Commit, type Load, type LoadCounts, type PartWriter } from '@etl/sdk';
import { fenced } from './load-error.js';
import { LoadRecord } from './load-state.js';
import type { LoadWorld } from './load-world.js';
import { inTransaction } from './open-database.js';
import { SqlPartWriter } from './part-writer.js';
import { publishableLoad, publishTogether, type Publishable } from './publish-loads.js';
import type { SqlSession } from './sql-client.js';
import { assertStaged, dropStaging } from './staging.js';
import type { OpenDatabase } from './open-database.js';
import { refuseUniqueConflicts } from './unique-conflicts.js';

/** One open load: its parts are staged in a table of the target until publish moves them. */
export class SqlLoad implements Load {
  readonly world: LoadWorld;
  readonly open: OpenDatabase;
  readonly publishable: Publishable;
  /** The session that holds the lock of the load, until it ends. */
  #holder: SqlSession | null;
  readonly #writers: Set<PartWriter>;

  constructor(world: LoadWorld, holder: SqlSession, writers: Set<PartWriter>) {
    this.world = world;
    this.open = world.open;
    this.#holder = holder;
    this.#writers = writers;
    this.publishable = publishableLoad(world, { closeWriters: () => this.#closeWriters(), release: () => this.#release() });
  }

  async part(id: string): Promise<PartWriter> {
    const { world } = this;
    const { open, target, tag } = world;
    const part = world.parts.find((one) => one.part === id);
    if (part === undefined) throw new EtlError('INTERNAL', `Load ${target.id} was begun without part ${id}`);
    return world.guard(async () => {
      const session = await open.pool.take({ access: 'write', tag });
      try {
        const { epoch, parts } = await new LoadRecord(open, session, target.id).read();
        if (epoch !== world.epoch) throw fenced(target.id);
        const writer = new SqlPartWriter(world, parts.find((one) => one.part === id) ?? part, session);
        this.#writers.add(writer);
        return writer;
      } catch (error) {
        await open.pool.give(session, { spoiled: true });
        throw error;
      }
    });
  }

  async seal(): Promise<{ readonly rows: number }> {
    const { world } = this;
    const { open, target, tag, staging } = world;
    const rows = await world.guard(() =>
      open.pool.with({ access: 'write', tag }, async (session) => {
        const { epoch, parts } = await new LoadRecord(open, session, target.id).read();
        if (epoch !== world.epoch) throw fenced(target.id);
        const staged = await assertStaged(open, session, { id: target.id, staging, parts });
        if (target.mode !== 'append' && target.key.length > 0) await open.define(session, open.dialect.ddl.analyze(staging));
        await refuseUniqueConflicts(session, world);
        return staged;
      }),
    );
    await world.failpoint('sql.sealed');
    return { rows };
  }

  async publish(commit: Commit): Promise<LoadCounts> {
    const [counts] = await publishTogether(this.world.open, [{ load: this.publishable, commit }]);
    if (counts === undefined) throw new EtlError('INTERNAL', 'A publish gave no answer');
    return counts;
  }

  async suspend(): Promise<void> {
    await this.#closeWriters();
    await this.#release();
  }

  async #closeWriters(): Promise<void> {
    for (const writer of [...this.#writers]) await writer.close();
  }

  /** Lets another run begin; this one goes on to exist by its epoch alone. */
  async #release(): Promise<void> {
    const holder = this.#holder;
    this.#holder = null;
    if (holder === null) return;
    const { pool } = this.world.open;
    if (!holder.usable) return pool.give(holder, { spoiled: true });
    const freed = await holder.unlock(this.world.tag).then(
      () => true,
      () => false,
    );
    await pool.give(holder, { spoiled: !freed });
  }

  async discard(): Promise<void> {
    await this.#closeWriters();
    const { world } = this;
    const { open, target, tag, staging } = world;
    try {
      await world.guard(() =>
        open.pool.with({ access: 'write', tag }, async (session) => {
          const record = new LoadRecord(open, session, target.id);
          await inTransaction(session, async () => {
            await record.advance(world.epoch);
            await record.dropParts();
            await record.setUnsealed(null);
            if (open.dialect.ddl.transactional) await dropStaging(open, session, staging);
            await world.failpoint('sql.discarding');
          });
          if (!open.dialect.ddl.transactional) await dropStaging(open, session, staging);
        }),
      );
    } finally {
      await this.#release();
    }
    await world.failpoint('sql.discarded');
  }
}
