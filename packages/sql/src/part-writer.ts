import type { Batch, Mark, PartWriter, Reject } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import { LoadRecord, type StagedPart } from './load-state.js';
import { RowRun, sizeOf, withCells } from './row-run.js';
import type { SqlSession } from './sql-client.js';
import { stageRows } from './stage-rows.js';

/** Bytes of one bulk statement: enough for its round trip not to count, little enough to hold two and to bisect. */
const bulkBytes = 4 * 1024 * 1024;

/**
 * Writes one part to the staging table, in one transaction from save to save. While the server takes one bulk statement the next one fills; each has a
 * savepoint of its own, so that a refused row costs no more than its own statement.
 */
export class SqlPartWriter implements PartWriter {
  readonly #world: LoadWorld;
  readonly #number: number;
  readonly #session: SqlSession;
  #part: StagedPart;
  /** Rows written since the last save, and the number of the next one. */
  #rows: number;
  #next: number;
  #waiting: Batch[] = [];
  #waitingBytes = 0;
  #rejects: Reject[] = [];
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;
  #inTransaction = false;
  #closed = false;

  constructor(world: LoadWorld, part: StagedPart, session: SqlSession) {
    this.#world = world;
    this.#part = part;
    this.#number = world.parts.findIndex((one) => one.part === part.part);
    this.#session = session;
    this.#rows = part.rows;
    this.#next = part.next;
  }

  get after(): Mark | null {
    return this.#part.mark;
  }

  async write(batch: Batch): Promise<void> {
    if (batch.length === 0) return;
    this.#waiting.push(withCells(this.#world.target.schema, batch));
    this.#waitingBytes += sizeOf(batch);
    await this.#world.failpoint('sql.written');
    if (this.#waitingBytes >= bulkBytes) await this.#world.guard(() => this.#cut());
  }

  async flush(): Promise<readonly Reject[]> {
    await this.#world.guard(async () => {
      await this.#cut();
      await this.#settle();
    });
    const rejects = this.#rejects;
    this.#rejects = [];
    await this.#world.failpoint('sql.flushed');
    return rejects;
  }

  async save(mark: Mark): Promise<void> {
    const { open, target, epoch, failpoint, guard } = this.#world;
    const part: StagedPart = await guard(async () => {
      await this.#cut();
      await this.#settle();
      await this.#begin();
      const saved = { part: this.#part.part, mark, rows: this.#rows, next: this.#next };
      await new LoadRecord(open, this.#session, target.id).savePart(epoch, saved);
      await failpoint('sql.saving');
      await this.#session.commit();
      this.#inTransaction = false;
      return saved;
    });
    this.#part = part;
    await failpoint('sql.saved');
  }

  async close(): Promise<void> {
    if (this.#closed) return;
    this.#closed = true;
    this.#waiting = [];
    // What was not saved is given up, and with it the transaction: closing the connection rolls back faster than waiting for it
    const spoiled = this.#inTransaction || this.#failure !== null;
    if (spoiled) this.#session.cancel();
    await this.#writing.catch(() => undefined);
    await this.#world.open.pool.give(this.#session, { spoiled });
    this.#world.closed(this);
  }

  /** Has the server take what waits, while the next rows are gathered. */
  async #cut(): Promise<void> {
    await this.#settle();
    if (this.#waiting.length === 0) return;
    const run = new RowRun(this.#world.target.schema, this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.#begin();
    this.#writing = this.#write(run).catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  async #write(run: RowRun): Promise<void> {
    const first = this.#next;
    this.#next += run.length;
    const { rows, rejects } = await stageRows(this.#session, this.#world, { run, part: this.#number, first });
    this.#rows += rows;
    this.#rejects.push(...rejects);
  }

  /** Waits for the statement that is under way and throws what it threw. */
  async #settle(): Promise<void> {
    await this.#writing;
    if (this.#failure !== null) throw this.#failure.error;
  }

  async #begin(): Promise<void> {
    if (this.#inTransaction) return;
    await this.#session.begin();
    this.#inTransaction = true;
  }
}
