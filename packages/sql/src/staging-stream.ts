import type { Batch, Reject } from '@etl/sdk';
import { RowRun, sizeOf, withCells } from './row-run.js';
import type { SqlSession } from './sql-client.js';
import { stageRows, type StagingWorld } from './stage-rows.js';
import type { StagingHelper } from './staging-helper.js';

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

/** A session with the bulk statement that it has under way. */
interface Channel {
  readonly session: SqlSession;
  writing: Promise<void> | null;
  inTransaction: boolean;
}

/**
 * Writes rows to a staging table, each session in one open transaction. While the server takes one bulk statement the next one fills; each has a savepoint of
 * its own, so that a refused row costs no more than its own statement.
 */
export class StagingStream {
  readonly #world: StagingWorld;
  readonly #part: number;
  readonly #main: Channel;
  readonly #helper: StagingHelper | null;
  #second: Channel | null = null;
  #rows: number;
  #next: number;
  #waiting: Batch[] = [];
  #releases: (() => void)[] = [];
  #waitingBytes = 0;
  #rejects: { readonly first: number; readonly reject: Reject }[] = [];
  #failure: { readonly error: unknown } | null = null;

  /** `helper`: a second session that joins in once there is more to write than one statement; null: none ever does. */
  constructor(
    session: SqlSession,
    world: StagingWorld,
    { part, rows, next, helper = null }: StreamStart & { readonly helper?: StagingHelper | null },
  ) {
    this.#main = { session, writing: null, inTransaction: false };
    this.#helper = helper;
    this.#world = world;
    this.#part = part;
    this.#rows = rows;
    this.#next = next;
  }

  /** Known once all that was written is settled. */
  get staged(): { readonly rows: number; readonly next: number } {
    return { rows: this.#rows, next: this.#next };
  }

  /** Whether the session is left with something open, or in a state that nobody knows. */
  get isOpen(): boolean {
    return this.#main.inTransaction || this.#failure !== null;
  }

  /** Refused rows that wait to be taken. */
  get refused(): number {
    return this.#rejects.length;
  }

  /** Takes a batch, and calls `release` once it is stored; true: enough waits for a bulk statement. */
  add(batch: Batch, release?: () => void): boolean {
    this.#waiting.push(withCells(this.#world.target.schema, batch));
    if (release !== undefined) this.#releases.push(release);
    this.#waitingBytes += sizeOf(batch);
    return this.#waitingBytes >= bulkBytes;
  }

  /** Has the server take what waits, while the next rows are gathered. */
  async cut(): Promise<void> {
    if (this.#waiting.length === 0) return;
    const channel = await this.#idle();
    const run = new RowRun(this.#world.target.schema, this.#waiting);
    const first = this.#next;
    const releases = this.#releases;
    this.#waiting = [];
    this.#releases = [];
    this.#waitingBytes = 0;
    this.#next += run.length;
    channel.writing = this.#write(channel, { run, first })
      .then(() => {
        for (const release of releases) release();
      })
      .catch((error: unknown) => {
        this.#failure ??= { error };
      })
      .finally(() => {
        channel.writing = null;
      });
  }

  /** Has the server take all that waits, and waits for it. */
  async settle(): Promise<void> {
    await this.cut();
    await Promise.all([this.#main.writing, this.#second?.writing]);
    this.#assertWhole();
  }

  /** Refused rows since the last call, of those that are settled, in source order. */
  takeRejects(): readonly Reject[] {
    const rejects = this.#rejects.sort((a, b) => a.first - b.first).map(({ reject }) => reject);
    this.#rejects = [];
    return rejects;
  }

  /** Opens the transaction of the first session, where it is not open yet. */
  begin(): Promise<void> {
    return beginOn(this.#main);
  }

  /**
   * Commits what is settled. The first session, which saves the mark, comes last: rows of the second one without a mark are found when they are counted, a
   * mark without its rows could not be.
   */
  async commit(): Promise<void> {
    for (const channel of [this.#second, this.#main]) {
      if (channel?.inTransaction !== true) continue;
      await channel.session.commit();
      channel.inTransaction = false;
    }
  }

  /** Gives up what was not committed; closing the connection rolls back faster than waiting for it. Answers whether the session is spoiled by that. */
  async abandon(): Promise<boolean> {
    this.#waiting = [];
    const spoiled = this.isOpen;
    for (const channel of [this.#main, this.#second]) if (channel !== null && (spoiled || channel.inTransaction)) channel.session.cancel();
    await Promise.all([this.#main.writing, this.#second?.writing]);
    await this.#helper?.leave({ spoiled: spoiled || this.#second?.inTransaction === true });
    return spoiled;
  }

  /** A session without a statement under way; throws what one that ended threw. */
  async #idle(): Promise<Channel> {
    for (;;) {
      this.#assertWhole();
      if (this.#main.writing === null) return this.#main;
      if (this.#second === null) {
        const session = this.#helper?.join() ?? null;
        if (session !== null) this.#second = { session, writing: null, inTransaction: false };
      }
      if (this.#second !== null && this.#second.writing === null) return this.#second;
      await Promise.race([this.#main.writing, this.#second?.writing ?? this.#helper?.opening].filter((one) => one != null));
    }
  }

  async #write(channel: Channel, { run, first }: { readonly run: RowRun; readonly first: number }): Promise<void> {
    await beginOn(channel);
    const { rows, rejects } = await stageRows(channel.session, this.#world, { run, part: this.#part, first });
    this.#rows += rows;
    for (const reject of rejects) this.#rejects.push({ first, reject });
  }

  #assertWhole(): void {
    if (this.#failure !== null) throw this.#failure.error;
  }
}

async function beginOn(channel: Channel): Promise<void> {
  if (channel.inTransaction) return;
  await channel.session.begin();
  channel.inTransaction = true;
}
