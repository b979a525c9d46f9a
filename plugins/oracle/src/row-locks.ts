import { ownPrefix } from '@etl/sql';
import type { Connection } from './driver.js';
import { nativeKey, oracleError } from './oracle-errors.js';
import { quoteName } from './oracle-names.js';

const table = quoteName(`${ownPrefix}lock`);

/**
 * Locks that the database frees when their session ends: the row of a name, locked in a transaction that nobody ends. DBMS_LOCK would do it without a table, but few users are
 * granted it. Each lock has a connection of its own, since every commit would free it.
 */
export class RowLocks {
  readonly #another: () => Promise<Connection>;
  readonly #held = new Map<string, Connection>();

  constructor(another: () => Promise<Connection>) {
    this.#another = another;
  }

  async take(name: string): Promise<boolean> {
    if (this.#held.has(name)) return true;
    const connection = await this.#another();
    try {
      await readyRow(connection, name);
      await connection.execute(`select name from ${table} where name = :1 for update nowait`, [name]);
      this.#held.set(name, connection);
      return true;
    } catch (cause) {
      await connection.close().catch(() => undefined);
      if (nativeKey(cause) === 'ORA-00054') return false;
      throw oracleError('A lock cannot be taken', cause);
    }
  }

  async release(name: string): Promise<void> {
    const connection = this.#held.get(name);
    this.#held.delete(name);
    if (connection === undefined) return;
    try {
      await connection.close();
    } catch (cause) {
      throw oracleError('A lock cannot be released', cause);
    }
  }

  /** Whether all that is held is held still. */
  get healthy(): boolean {
    return [...this.#held.values()].every((connection) => connection.isHealthy());
  }

  async releaseAll(): Promise<void> {
    for (const name of [...this.#held.keys()]) await this.release(name);
  }
}

/** Somebody else may do the same at the same time. */
async function readyRow(connection: Connection, name: string): Promise<void> {
  const isThere = async (): Promise<boolean> => {
    const { rows } = await connection.execute<unknown[]>(`select name from ${table} where name = :1`, [name]);
    return (rows ?? []).length > 0;
  };
  const there = await isThere().catch((cause: unknown) => {
    if (nativeKey(cause) === 'ORA-00942') return null;
    throw cause;
  });
  if (there === true) return;
  if (there === null) await tolerating('ORA-00955', connection.execute(`create table ${table} (name VARCHAR2(200 BYTE) primary key)`));
  await tolerating('ORA-00001', connection.execute(`insert into ${table} (name) values (:1)`, [name], { autoCommit: true }));
}

async function tolerating(native: string, work: Promise<unknown>): Promise<void> {
  await work.catch((cause: unknown) => {
    if (nativeKey(cause) !== native) throw cause;
  });
}
