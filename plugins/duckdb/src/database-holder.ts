import { openDatabase, type Database, type Session } from '@etl/columnar';
import { EtlError, type Context } from '@etl/sdk';
import { stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import type { ConnectionOptions } from './connection-options.js';

/** The database of a connection, opened when it is first needed. */
export class DatabaseHolder {
  readonly path: string;
  readonly options: ConnectionOptions;
  readonly context: Context;
  /** Folder for segments and what DuckDB spills. */
  readonly temporary: string;
  #database: Promise<Database> | undefined;
  #closed = false;

  constructor(options: ConnectionOptions, context: Context) {
    this.options = options;
    this.context = context;
    this.path = resolve(context.directory, options.path);
    this.temporary = join(context.temporary, 'duckdb');
  }

  async exists(): Promise<boolean> {
    return (await stat(this.path).catch(() => undefined)) !== undefined;
  }

  /** A session of its own; the caller closes it. */
  async connect(): Promise<Session> {
    if (this.#closed) throw new EtlError('INTERNAL', `The connection to ${this.path} is closed`);
    this.#database ??= this.#open();
    return (await this.#database).connect();
  }

  /** A session for one piece of work. */
  async with<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const session = await this.connect();
    try {
      return await work(session);
    } finally {
      await session.close();
    }
  }

  /** A transaction that may change tables, alone among those of this process, in a session of its own. */
  async changing<T>(work: (session: Session) => Promise<T>): Promise<T> {
    return this.with(async (session) => {
      const database = await this.#database;
      if (database === undefined) throw new EtlError('INTERNAL', `The connection to ${this.path} is closed`);
      return database.exclusive(() => session.transaction(() => work(session)));
    });
  }

  async #open(): Promise<Database> {
    try {
      return await openDatabase(this.path, {
        readOnly: this.options.read_only,
        memoryLimit: this.options.memory_limit,
        temporary: this.temporary,
        allowed: [this.context.temporary],
      });
    } catch (error) {
      this.#database = undefined;
      throw error;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    const database = this.#database;
    this.#database = undefined;
    // One that failed to open has nothing to close
    await (await database?.catch(() => undefined))?.close();
  }
}
