import type { Batch, Reject } from '@etl/sdk';
import { RowRun, sizeOf, withCells } from './row-run.js';
import type { SqlSession } from './sql-client.js';
import { stageRows, type StagingWorld } from './stage-rows.js';

/** Bytes of one bulk statement: enough for its round trip not to count, little enough to hold two and to bisect. */
const bulkBytes = 4 * 1024 * 1024;

/** Where a stream of rows goes on. */
export interface StreamStart {
  /** Position of the part in source order. */
  readonly part: number;
  /** Rows of it that are staged already, and the number of the next one: refused rows leave holes. */
  readonly rows: number;
  readonly next: number;
}

/**
 * Writes rows to a staging table in one open transaction of a session. While the server takes one bulk statement the next one fills; each has a
 * savepoint of its own, so that a refused row costs no more than its own statement.
 */
export class StagingStream {
  readonly #session: SqlSession;
  readonly #world: StagingWorld;
  readonly #part: number;
  #rows: number;
  #next: number;
  #waiting: Batch[] = [];
  #waitingBytes = 0;
  #rejects: Reject[] = [];
  #writing: Promise<void> = Promise.resolve();
  #failure: { readonly error: unknown } | null = null;
  #inTransaction = false;

  constructor(session: SqlSession, world: StagingWorld, start: StreamStart) {
    this.#session = session;
    this.#world = world;
    this.#part = start.part;
    this.#rows = start.rows;
    this.#next = start.next;
  }

  /** Known once all that was written is settled. */
  get staged(): { readonly rows: number; readonly next: number } {
    return { rows: this.#rows, next: this.#next };
  }

  /** Whether the session is left with something open, or in a state that nobody knows. */
  get isOpen(): boolean {
    return this.#inTransaction || this.#failure !== null;
  }

  /** Takes a batch with cells; true: enough waits for a bulk statement. */
  add(batch: Batch): boolean {
    this.#waiting.push(withCells(this.#world.target.schema, batch));
    this.#waitingBytes += sizeOf(batch);
    return this.#waitingBytes >= bulkBytes;
  }

  /** Has the server take what waits, while the next rows are gathered. */
  async cut(): Promise<void> {
    await this.#settle();
    if (this.#waiting.length === 0) return;
    const run = new RowRun(this.#world.target.schema, this.#waiting);
    this.#waiting = [];
    this.#waitingBytes = 0;
    await this.begin();
    this.#writing = this.#write(run).catch((error: unknown) => {
      this.#failure = { error };
    });
  }

  /** Has the server take all that waits, and waits for it. */
  async settle(): Promise<void> {
    await this.cut();
    await this.#settle();
  }

  /** Refused rows since the last call, of those that are settled. */
  takeRejects(): readonly Reject[] {
    const rejects = this.#rejects;
    this.#rejects = [];
    return rejects;
  }

  async begin(): Promise<void> {
    if (this.#inTransaction) return;
    await this.#session.begin();
    this.#inTransaction = true;
  }

  async commit(): Promise<void> {
    await this.#session.commit();
    this.#inTransaction = false;
  }

  /** Gives up what was not committed; closing the connection rolls back faster than waiting for it. Answers whether the session is spoiled by that. */
  async abandon(): Promise<boolean> {
    this.#waiting = [];
    const spoiled = this.isOpen;
    if (spoiled) this.#session.cancel();
    await this.#writing.catch(() => undefined);
    return spoiled;
  }

  async #write(run: RowRun): Promise<void> {
    const first = this.#next;
    this.#next += run.length;
    const { rows, rejects } = await stageRows(this.#session, this.#world, { run, part: this.#part, first });
    this.#rows += rows;
    this.#rejects.push(...rejects);
  }

  /** Waits for the statement that is under way and throws what it threw. */
  async #settle(): Promise<void> {
    await this.#writing;
    if (this.#failure !== null) throw this.#failure.error;
  }
}
