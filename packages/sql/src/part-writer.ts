import type { Batch, Mark, PartWriter, Reject } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import { LoadRecord, type StagedPart } from './load-state.js';
import type { SqlSession } from './sql-client.js';
import { StagingHelper } from './staging-helper.js';
import { StagingStream } from './staging-stream.js';

/** A save waits until all that was written is stored: rarely enough not to count, often enough to lose little. */
const saveBytes = 96 * 1024 * 1024;
/** So many refused rows are kept in memory, or a few more. */
const mostRefused = 2000;

/** Writes one part to the staging table, in one transaction from save to save. */
export class SqlPartWriter implements PartWriter {
  readonly #world: LoadWorld;
  readonly #session: SqlSession;
  readonly #stream: StagingStream;
  #part: StagedPart;
  #closed = false;

  constructor(world: LoadWorld, part: StagedPart, session: SqlSession) {
    this.#world = world;
    this.#part = part;
    this.#session = session;
    const { rows, next } = part;
    const { open, tag, parts } = world;
    const helper = parts.length === 1 && open.dialect.publish.writers === 2 ? new StagingHelper(open.pool, tag) : null;
    this.#stream = new StagingStream(session, world, { part: parts.findIndex((one) => one.part === part.part), rows, next, helper });
  }

  get saveBytes(): number {
    return this.#stream.refused > mostRefused ? 0 : saveBytes;
  }

  get after(): Mark | null {
    return this.#part.mark;
  }

  async write(batch: Batch, release?: () => void): Promise<void> {
    if (batch.length === 0) return;
    const isEnough = this.#stream.add(batch, release);
    await this.#world.failpoint('sql.written');
    if (isEnough) await this.#world.guard(() => this.#stream.cut());
  }

  async flush(): Promise<readonly Reject[]> {
    await this.#world.guard(() => this.#stream.settle());
    const rejects = this.#stream.takeRejects();
    await this.#world.failpoint('sql.flushed');
    return rejects;
  }

  async save(mark: Mark): Promise<void> {
    const { open, target, epoch, failpoint, guard } = this.#world;
    const part: StagedPart = await guard(async () => {
      await this.#stream.settle();
      await this.#stream.begin();
      const saved = { part: this.#part.part, mark, ...this.#stream.staged };
      await new LoadRecord(open, this.#session, target.id).savePart(epoch, saved);
      await failpoint('sql.saving');
      await this.#stream.commit();
      return saved;
    });
    this.#part = part;
    await failpoint('sql.saved');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    const spoiled = await this.#stream.abandon();
    await this.#world.open.pool.give(this.#session, { spoiled });
    this.#world.closed(this);
  }
}
