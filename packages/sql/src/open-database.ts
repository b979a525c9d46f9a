import { isEtlError, type Field } from '@etl/sdk';
import type { Count } from './compared-counts.js';
import { raw, render, type Fragment } from './fragment.js';
import { readCells } from './read-cells.js';
import { SessionPool } from './session-pool.js';
import type { SqlRow, SqlSession } from './sql-client.js';
import type { SqlDatabase } from './sql-database.js';
import type { TableName } from './table-name.js';

/** A database with its pool of sessions: what the shared extractor and loader work on. */
export class OpenDatabase {
  readonly database: SqlDatabase;
  readonly pool: SessionPool;
  #schema: Promise<string> | undefined;
  /** Whether the tables of state were seen: they are looked for once. */
  hasState = false;

  constructor(database: SqlDatabase) {
    this.database = database;
    this.pool = new SessionPool(database.client, { kept: database.sessions, signal: database.context.signal });
  }

  get dialect(): SqlDatabase['dialect'] {
    return this.database.dialect;
  }

  quote(name: TableName): string {
    const { quote } = this.dialect.names;
    return `${quote(name.schema)}.${quote(name.table)}`;
  }

  /** Schema of tables that are named without one. */
  schema(session: SqlSession): Promise<string> {
    const { schema, introspection } = this.database;
    if (schema !== null) return Promise.resolve(schema);
    this.#schema ??= introspection.defaultSchema(session).catch((error: unknown) => {
      this.#schema = undefined;
      throw error;
    });
    return this.#schema;
  }

  /** The same where no session is at hand. */
  ownSchema(): Promise<string> {
    const { schema } = this.database;
    if (schema !== null) return Promise.resolve(schema);
    return this.#schema ?? this.pool.with({ access: 'write', tag: 'etl state' }, (session) => this.schema(session));
  }

  run(session: SqlSession, fragment: Fragment): Promise<number> {
    const { sql, binds } = render(fragment, this.dialect);
    return session.run(sql, binds);
  }

  /** A small answer as the driver reads it: for texts and integers. */
  rows(session: SqlSession, fragment: Fragment): Promise<readonly SqlRow[]> {
    const { sql, binds } = render(fragment, this.dialect);
    return session.rows(sql, binds);
  }

  /** A small answer as canonical texts of these fields. */
  cells(session: SqlSession, fields: readonly Field[], fragment: Fragment): Promise<readonly SqlRow[]> {
    const { sql, binds } = render(fragment, this.dialect);
    return readCells(session, { sql, binds, schema: { fields, key: [] } });
  }

  /** The one number that a select gives. */
  async count(session: SqlSession, fragment: Fragment): Promise<number> {
    const [row] = await this.rows(session, fragment);
    return Number(row?.[0] ?? 0);
  }

  /** Asks a session for numbers. */
  counting(session: SqlSession): Count {
    return (select) => this.count(session, raw(select));
  }

  /** Runs definitions, one after the other. */
  async define(session: SqlSession, statements: readonly string[]): Promise<void> {
    for (const statement of statements) await session.run(statement);
  }

  /** Makes what is not there; another process may do the same at the same moment. Outside of a transaction, which the failure of the second would end. */
  async defineOnce(
    session: SqlSession,
    { isThere, statements }: { isThere: () => Promise<boolean>; statements: () => readonly string[] },
  ): Promise<void> {
    if (await isThere()) return;
    try {
      await this.define(session, statements());
    } catch (error) {
      if (!isEtlError(error) || !(await isThere())) throw error;
    }
  }

  /** Work in one transaction of a session of the pool. */
  transaction<T>(tag: string, work: (session: SqlSession) => Promise<T>): Promise<T> {
    return this.pool.with({ access: 'write', tag }, (session) => inTransaction(session, () => work(session)));
  }

  /** The quoted columns, joined. */
  columns(names: readonly string[], alias?: string): string {
    const { quote } = this.dialect.names;
    return names.map((name) => (alias === undefined ? quote(name) : `${alias}.${quote(name)}`)).join(', ');
  }

  async close(): Promise<void> {
    await this.pool.close();
    await this.database.client.close();
  }
}

/** Commits, or rolls back and throws what failed first. */
export async function inTransaction<T>(session: SqlSession, work: () => Promise<T>): Promise<T> {
  await session.begin();
  try {
    const result = await work();
    await session.commit();
    return result;
  } catch (error) {
    if (session.usable) await session.rollback();
    throw error;
  }
}
