import type { SessionPool } from './session-pool.js';
import type { SqlSession } from './sql-client.js';

/**
 * A second session for one stream of rows. It is opened when it is first asked for, beside the work of the first one; a load goes on without it where none is
 * to be had.
 */
export class StagingHelper {
  readonly #pool: SessionPool;
  readonly #tag: string;
  #session: SqlSession | null = null;
  #opening: Promise<void> | null = null;
  #asked = false;

  constructor(pool: SessionPool, tag: string) {
    this.#pool = pool;
    this.#tag = tag;
  }

  /** Settles when the session that is being opened is there, or is not to be had; null: none is being opened. */
  get opening(): Promise<void> | null {
    return this.#opening;
  }

  /** The session, once it is there. */
  join(): SqlSession | null {
    if (!this.#asked) {
      this.#asked = true;
      this.#opening = this.#open().finally(() => {
        this.#opening = null;
      });
    }
    return this.#session;
  }

  async #open(): Promise<void> {
    try {
      this.#session = await this.#pool.take({ access: 'write', tag: this.#tag });
    } catch {
      // A server that lets no further session in is no reason to end the load
      this.#session = null;
    }
  }

  /** Gives the session back. */
  async leave({ spoiled }: { readonly spoiled: boolean }): Promise<void> {
    await this.#opening;
    const session = this.#session;
    this.#session = null;
    if (session !== null) await this.#pool.give(session, { spoiled });
  }
}
