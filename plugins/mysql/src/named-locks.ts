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

/** Names of at most 64 characters, whatever they are made of. */
const short = (text: string): string => `etl_${createHash('sha256').update(text).digest('hex').slice(0, 40)}`;

/**
 * Locks that the server frees when a session ends. A tag is such a lock too, one of a row of names: any session can ask the server who holds it, without
 * the right to see the sessions of others.
 */
export class NamedLocks {
  readonly #session: LockSession;
  readonly #held = new Set<string>();
  #slot: string | null = null;

  constructor(session: LockSession) {
    this.#session = session;
  }

  take(name: string): Promise<boolean> {
    return this.#take(short(name));
  }

  async release(name: string): Promise<void> {
    await this.#release(short(name));
  }

  async releaseAll(): Promise<void> {
    for (const name of [...this.#held]) await this.#release(name);
  }

  /** Takes a place in the row of this tag, and leaves the one before. */
  async tag(tag: string): Promise<void> {
    const before = this.#slot;
    this.#slot = null;
    if (before !== null) await this.#release(before);
    for (const name of slotNames(tag)) {
      if (!(await this.#take(name))) continue;
      this.#slot = name;
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
      `select ${slotNames(tag)
        .map((name) => `is_used_lock('${name}')`)
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

  async #take(name: string): Promise<boolean> {
    if (this.#held.has(name)) return true;
    const [row] = await this.#session.rows(`select get_lock('${name}', 0)`);
    if (row?.[0] !== '1') return false;
    this.#held.add(name);
    return true;
  }

  async #release(name: string): Promise<void> {
    if (!this.#held.delete(name)) return;
    await this.#session.rows(`select release_lock('${name}')`);
  }
}

const slotNames = (tag: string): string[] => Array.from({ length: slots }, (_, slot) => `${short(tag)}_${slot}`);

const isUnknownThread = ({ details }: EtlError): boolean =>
  details !== null && typeof details === 'object' && !Array.isArray(details) && 'native' in details && details.native === '1094';
