import type { Session } from '@etl/columnar';
import { assertBalanced, EtlError, type Commit, type Load, type LoadCounts, type PartWriter } from '@etl/sdk';
import type { DatabaseHolder } from './database-holder.js';
import { fenced, lost } from '@etl/sql/rules';
import { advanceEpoch, dropParts, readState, setPublished, setUnfinished } from './load-state.js';
import type { LoadWorld } from './load-world.js';
import { DuckDbPartWriter } from './part-writer.js';
import { publishMode } from './publish-mode.js';
import { dropStaging } from './staging.js';
import { count, stagingTable } from './staged-rows.js';
import { refuseConflicts } from './refuse-conflicts.js';

/** A load that is published in a transaction of its database, alone or with others. */
export interface Publishable extends Load {
  readonly holder: DatabaseHolder;
  publishIn(session: Session, commit: Commit): Promise<LoadCounts>;
}

/** One open load: its parts are staged in tables of the target until publish moves them. */
export class DuckDbLoad implements Publishable {
  readonly world: LoadWorld;
  readonly holder: DatabaseHolder;
  readonly #writers: Set<PartWriter>;

  constructor(holder: DatabaseHolder, world: LoadWorld, writers: Set<PartWriter>) {
    this.holder = holder;
    this.world = world;
    this.#writers = writers;
  }

  async part(id: string): Promise<PartWriter> {
    const part = this.world.parts.find((one) => one.part === id);
    if (part === undefined) throw new EtlError('INTERNAL', `Load ${this.world.target.id} was begun without part ${id}`);
    return this.holder.with(async (session) => {
      const { epoch, parts } = await readState(session, this.world.target.id);
      if (epoch !== this.world.epoch) throw fenced(this.world.target.id);
      const saved = parts.find((one) => one.part === id) ?? part;
      const writer = new DuckDbPartWriter(this.world, saved, await this.holder.connect());
      this.#writers.add(writer);
      return writer;
    });
  }

  async seal(): Promise<{ readonly rows: number }> {
    const { world, holder } = this;
    const rows = await world.guard(() =>
      holder.with(async (session) => {
        const { epoch, parts } = await readState(session, world.target.id);
        if (epoch !== world.epoch) throw fenced(world.target.id);
        let sum = 0;
        for (const { staging, rows: saved, part } of parts) {
          const found = await count(session, `select count(*) from ${stagingTable(world, staging)}`);
          if (found !== saved) throw lost(world.target.id, `part ${part} holds ${found} rows where ${saved} were saved`);
          sum += found;
        }
        await refuseConflicts(session, world);
        return sum;
      }),
    );
    await world.failpoint('duckdb.sealed');
    return { rows };
  }

  async publish(commit: Commit): Promise<LoadCounts> {
    const [counts] = await publishTogether(this.holder, [{ load: this, commit }]);
    if (counts === undefined) throw new EtlError('INTERNAL', 'A publish gave no answer');
    return counts;
  }

  publishIn(session: Session, commit: Commit): Promise<LoadCounts> {
    return this.world.guard(() => publishOne(session, this.world, commit));
  }

  async suspend(): Promise<void> {
    for (const writer of [...this.#writers]) await writer.close();
  }

  async discard(): Promise<void> {
    await this.suspend();
    const { world, holder } = this;
    await world.guard(() =>
      holder.changing(async (session) => {
        await advanceEpoch(session, world.target.id, world.epoch);
        await dropStaging(session, world.stagingSchema, world.parts);
        await dropParts(session, world.target.id);
        await setUnfinished(session, world.target.id, null);
        await world.failpoint('duckdb.discarding');
      }),
    );
    await world.failpoint('duckdb.discarded');
  }
}

/** Publishes loads of one database in one transaction: all of them become visible, or none. */
export async function publishTogether(
  holder: DatabaseHolder,
  loads: readonly { readonly load: Publishable; readonly commit: Commit }[],
): Promise<readonly LoadCounts[]> {
  if (loads.length === 0) return [];
  const { failpoint } = holder.context;
  for (const { load } of loads) await load.suspend();
  const counts = await holder.changing(async (session) => {
    const answers: LoadCounts[] = [];
    for (const { load, commit } of loads) answers.push(await load.publishIn(session, commit));
    await failpoint('duckdb.publishing');
    return answers;
  });
  await failpoint('duckdb.published');
  return counts;
}

async function publishOne(session: Session, world: LoadWorld, commit: Commit): Promise<LoadCounts> {
  const { id } = world.target;
  const { published } = await readState(session, id);
  if (published?.run === commit.run) return published.counts;
  await advanceEpoch(session, id, world.epoch);
  const counts = await publishMode(session, world, commit);
  assertBalanced(commit.rows, counts);
  await world.failpoint('duckdb.applied');
  await dropStaging(session, world.stagingSchema, world.parts);
  await dropParts(session, id);
  await setPublished(session, id, { published: { run: commit.run, counts, summary: commit.summary }, cursors: commit.cursors });
  return counts;
}
