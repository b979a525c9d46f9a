import { EtlError } from '@etl/sdk';
import type { ConnectOptions, SqlClient, SqlSession } from './sql-client.js';

interface Lent {
  readonly options: ConnectOptions;
  /** Ends the session at once when the run is aborted. */
  readonly stop: (() => void) | null;
}

/**
 * Sessions of one connection, kept for the next who wants one of the same kind. It never makes anybody wait: a load that holds one session and waits for
 * another could wait for ever.
 */
export class SessionPool {
  readonly #client: SqlClient;
  readonly #kept: number;
  readonly #signal: AbortSignal;
  readonly #idle: { readonly options: ConnectOptions; readonly session: SqlSession }[] = [];
  readonly #lent = new Map<SqlSession, Lent>();
  #closed = false;

  constructor(client: SqlClient, { kept, signal }: { readonly kept: number; readonly signal: AbortSignal }) {
    this.#client = client;
    this.#kept = kept;
    this.#signal = signal;
  }

  /** `abortable`: what it does ends as CANCELLED when the run is aborted; without it the session outlives the signal, so that a load can be suspended. */
  async take(options: ConnectOptions & { readonly abortable?: boolean }): Promise<SqlSession> {
    if (this.#closed) throw new EtlError('INTERNAL', `The connection to ${this.#client.place} is closed`);
    if (options.abortable === true && this.#signal.aborted) throw new EtlError('CANCELLED', 'The run was interrupted');
    const session = this.#reuse(options) ?? (await this.#retagged(options)) ?? (await this.#client.connect(options));
    const stop = options.abortable === true ? (): void => session.cancel() : null;
    if (stop !== null) this.#signal.addEventListener('abort', stop, { once: true });
    this.#lent.set(session, { options, stop });
    return session;
  }

  #reuse({ access, tag }: ConnectOptions): SqlSession | undefined {
    for (;;) {
      const at = this.#idle.findIndex(({ options }) => options.access === access && options.tag === tag);
      if (at < 0) return undefined;
      const [found] = this.#idle.splice(at, 1);
      if (found?.session.usable === true) return found.session;
    }
  }

  /** An idle session of another tag under the one that is wanted. */
  async #retagged({ access, tag }: ConnectOptions): Promise<SqlSession | undefined> {
    const at = this.#idle.findIndex(({ options, session }) => options.access === access && session.usable && session.retag !== undefined);
    if (at < 0) return undefined;
    const [found] = this.#idle.splice(at, 1);
    try {
      await found?.session.retag?.(tag);
      return found?.session;
    } catch {
      // One that broke while it lay there is as good as none
      await found?.session.close();
      return undefined;
    }
  }

  /** Takes a session back that has nothing open; `spoiled` closes it. */
  async give(session: SqlSession, { spoiled = false }: { readonly spoiled?: boolean } = {}): Promise<void> {
    const lent = this.#lent.get(session);
    this.#lent.delete(session);
    if (lent?.stop) this.#signal.removeEventListener('abort', lent.stop);
    if (lent === undefined || spoiled || !session.usable || this.#closed || this.#idle.length >= this.#kept) return session.close();
    this.#idle.push({ options: { access: lent.options.access, tag: lent.options.tag }, session });
  }

  /** A session for one piece of work; what fails spoils it. */
  async with<T>(options: ConnectOptions & { readonly abortable?: boolean }, work: (session: SqlSession) => Promise<T>): Promise<T> {
    const session = await this.take(options);
    let spoiled = true;
    try {
      const result = await work(session);
      spoiled = false;
      return result;
    } finally {
      await this.give(session, { spoiled });
    }
  }

  /** Closes all sessions, also those that are lent. */
  async close(): Promise<void> {
    this.#closed = true;
    const open = [...this.#idle.map(({ session }) => session), ...this.#lent.keys()];
    this.#idle.length = 0;
    for (const session of open) await session.close();
  }
}
