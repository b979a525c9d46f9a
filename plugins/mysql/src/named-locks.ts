import { EtlError } from '@etl/sdk';
import { createHash } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Bind, SqlRow } from '@etl/sql';

/** What locks need of their session. */
interface LockSession {
  rows(sql: string, binds?: readonly Bind[]): Promise<readonly SqlRow[]>;
}

/** Sessions of one tag that can be told apart. */
const slots = 64;
/** Milliseconds that ended sessions may take until they are gone: they roll back first. */
const patience = 60_000;

/** Nothing that SQL would have to quote, whatever it is made of. */
const digest = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 40);

/** SQL of the name of a lock, in at most 64 characters. The server has one set of names for all of its databases, and loads of two databases are strangers. */
const nameOf = (key: string): string => `concat('etl_', sha1(concat_ws('/', database(), '${key}')))`;

/**
 * Locks of a database that the server frees when a session ends. A tag is such a lock too, one of a row of names: any session can ask the server who holds it, without
 * the right to see the sessions of others.
 */
export class NamedLocks {
  readonly #session: LockSession;
  /** Names by key. */
  readonly #held = new Map<string, string>();
  #slot: string | null = null;

  constructor(session: LockSession) {
    this.#session = session;
  }

  take(name: string): Promise<boolean> {
    return this.#take(digest(name));
  }

  async release(name: string): Promise<void> {
    await this.#release(digest(name));
  }

  async releaseAll(): Promise<void> {
    for (const key of [...this.#held.keys()]) await this.#release(key);
  }

  /** Takes a place in the row of this tag, and leaves the one before. */
  async tag(tag: string): Promise<void> {
    const before = this.#slot;
    this.#slot = null;
    if (before !== null) await this.#release(before);
    for (const key of slotsOf(tag)) {
      if (!(await this.#take(key))) continue;
      this.#slot = key;
      return;
    }
    throw new EtlError('THROTTLED', `More than ${slots} sessions of one load are open`, { hint: 'Lower parallel in the job' });
  }

  /** Ends all other sessions of the tag and waits until they are gone. */
  async endOthers(tag: string, own: number): Promise<void> {
    const until = Date.now() + patience;
    let ended = new Set<string>();
    for (;;) {
      const holders = await this.#holders(tag, own);
      if (holders.size === 0) return;
      if (Date.now() > until)
        throw new EtlError('LOCKED', 'The sessions of an older run do not end', { hint: 'End them on the server: KILL' });
      for (const holder of holders) if (!ended.has(holder)) await this.#kill(holder);
      ended = holders;
      await sleep(20);
    }
  }

  async #holders(tag: string, own: number): Promise<Set<string>> {
    const [row = []] = await this.#session.rows(
      `select ${slotsOf(tag)
        .map((key) => `is_used_lock(${nameOf(key)})`)
        .join(', ')}`,
    );
    return new Set(row.filter((holder): holder is string => holder !== null && holder !== String(own)));
  }

  async #kill(thread: string): Promise<void> {
    try {
      await this.#session.rows(`kill ${BigInt(thread)}`);
    } catch (error) {
      // Gone by itself in the meantime
      if (!(error instanceof EtlError) || !isUnknownThread(error)) throw error;
    }
  }

  async #take(key: string): Promise<boolean> {
    if (this.#held.has(key)) return true;
    const [row] = await this.#session.rows(`select get_lock(name, 0), name from (select ${nameOf(key)} as name) lock_name`);
    const [taken, name] = row ?? [];
    if (taken !== '1' || name === null || name === undefined) return false;
    this.#held.set(key, name);
    return true;
  }

  async #release(key: string): Promise<void> {
    const name = this.#held.get(key);
    if (name === undefined) return;
    this.#held.delete(key);
    await this.#session.rows(`select release_lock('${name}')`);
  }
}

const slotsOf = (tag: string): string[] => Array.from({ length: slots }, (_, slot) => `${digest(tag)}_${slot}`);

const isUnknownThread = ({ details }: EtlError): boolean =>
  details !== null && typeof details === 'object' && !Array.isArray(details) && 'native' in details && details.native === '1094';
