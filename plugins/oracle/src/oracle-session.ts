import { EtlError, type Batch, type Field } from '@etl/sdk';
import type { Bind, BulkResult, BulkTarget, ReadTransaction, SqlRow, SqlSession, StreamBatch, StreamQuery } from '@etl/sql';
import { bulkInsert } from './bulk-insert.js';
import type { Connection, Driver } from './driver.js';
import { fetchAsTexts } from './fetch-types.js';
import { fieldOfNative } from './field-of-native.js';
import { nativeOfMetadata } from './native-of-metadata.js';
import { endsSession, oracleError } from './oracle-errors.js';
import { quoteName } from './oracle-names.js';
import { endOtherSessions } from './other-sessions.js';
import { RowLocks } from './row-locks.js';
import { bindValues, streamRows } from './stream-rows.js';

export interface SessionOptions {
  readonly connection: Connection;
  readonly driver: Driver;
  /** A further connection of the same login and tag. */
  readonly another: () => Promise<Connection>;
}

/** One session with Oracle. A transaction begins with its first change; there is no statement for it. */
export class OracleSession implements SqlSession {
  readonly #connection: Connection;
  readonly #driver: Driver;
  readonly #locks: RowLocks;
  #broken: EtlError | null = null;
  #busy = false;
  #closing: Promise<void> | null = null;

  constructor({ connection, driver, another }: SessionOptions) {
    this.#connection = connection;
    this.#driver = driver;
    this.#locks = new RowLocks(another);
  }

  get usable(): boolean {
    return this.#broken === null && this.#closing === null && this.#connection.isHealthy() && this.#locks.healthy;
  }

  async run(sql: string, binds: readonly Bind[] = []): Promise<number> {
    const statement = withQuotedSavepoint(sql);
    const { rowsAffected = 0 } = await this.#call('A statement failed', sql, () =>
      this.#connection.execute(statement, bindValues(this.#driver, binds)),
    );
    return rowsAffected;
  }

  async rows(sql: string, binds: readonly Bind[] = []): Promise<readonly SqlRow[]> {
    const { rows = [] } = await this.#call('A query failed', sql, () =>
      this.#connection.execute<unknown[]>(sql, bindValues(this.#driver, binds), {
        outFormat: this.#driver.OUT_FORMAT_ARRAY,
        fetchTypeHandler: fetchAsTexts(this.#driver),
      }),
    );
    return rows.map((row) => row.map((value) => textOf(value)));
  }

  async describe(sql: string): Promise<readonly Field[]> {
    const { metaData = [] } = await this.#call('The query fails', sql, () => this.#connection.getStatementInfo(sql));
    return metaData.map((column) =>
      fieldOfNative({ name: column.name, type: nativeOfMetadata(column), nullable: column.nullable !== false }),
    );
  }

  async *stream(query: StreamQuery): AsyncGenerator<StreamBatch> {
    this.#start();
    try {
      yield* streamRows({ connection: this.#connection, driver: this.#driver, query });
    } catch (cause) {
      throw this.#told('A query failed', query.sql, cause);
    } finally {
      this.#busy = false;
    }
  }

  bulk(target: BulkTarget, batches: readonly Batch[]): Promise<BulkResult> {
    return this.#call(`Rows cannot be written to ${target.table.table}`, '', () =>
      bulkInsert({ connection: this.#connection, driver: this.#driver, target }, batches),
    );
  }

  async begin(transaction?: ReadTransaction): Promise<void> {
    if (transaction !== undefined) await this.run('set transaction read only');
  }

  commit(): Promise<void> {
    return this.#call('A commit failed', '', () => this.#connection.commit());
  }

  async rollback(): Promise<void> {
    if (!this.usable) return;
    await this.#call('A rollback failed', '', () => this.#connection.rollback()).catch((error: unknown) => {
      this.#broken ??= error instanceof EtlError ? error : oracleError('A rollback failed', error);
    });
  }

  /** Sessions of Oracle share no moment without flashback, which needs rights that few users have. */
  exportSnapshot(): Promise<null> {
    return Promise.resolve(null);
  }

  lock(name: string): Promise<boolean> {
    return this.#locks.take(name);
  }

  unlock(name: string): Promise<void> {
    return this.#locks.release(name);
  }

  endOthers(tag: string): Promise<void> {
    return this.#call('Older sessions cannot be ended', '', () => endOtherSessions(this.#connection, tag));
  }

  cancel(): void {
    this.#broken ??= new EtlError('CANCELLED', 'The run was interrupted');
    // What waits for the answer gets ORA-01013; a connection that is gone has nothing to break off
    if (this.#busy) void this.#connection.break().catch(() => undefined);
  }

  close(): Promise<void> {
    this.#closing ??= this.#end();
    return this.#closing;
  }

  /** The driver rolls back what is open; a connection that is gone is closed already. */
  async #end(): Promise<void> {
    await this.#locks.releaseAll().catch(() => undefined);
    await this.#connection.close().catch(() => undefined);
  }

  #start(): void {
    if (this.#broken !== null) throw this.#broken;
    if (this.#closing !== null) throw new EtlError('INTERNAL', 'A session was used after it was closed');
    if (this.#busy) throw new EtlError('INTERNAL', 'A session was asked for two things at once');
    this.#busy = true;
  }

  async #call<T>(what: string, sql: string, work: () => Promise<T>): Promise<T> {
    this.#start();
    try {
      return await work();
    } catch (cause) {
      throw this.#told(what, sql, cause);
    } finally {
      this.#busy = false;
    }
  }

  /** A native error as ours; one that ends the session marks it so. */
  #told(what: string, sql: string, cause: unknown): unknown {
    if (this.#broken !== null) return this.#broken;
    if (cause instanceof EtlError) return cause;
    const told = oracleError(what, cause, lineOf(sql, cause));
    if (endsSession(cause)) this.#broken = told;
    return told;
  }
}

/** Numbers come as texts already; a float, a date of the driver's own or a flag is what JavaScript writes. */
function textOf(value: unknown): string | null {
  if (value === null || typeof value === 'string') return value;
  if (Buffer.isBuffer(value)) return value.toString('hex');
  return value instanceof Date ? value.toISOString() : JSON.stringify(value);
}

/** Oracle takes a name that begins with `_` in quotes alone. */
const withQuotedSavepoint = (sql: string): string =>
  sql.replace(/^(savepoint|rollback to savepoint) (\w+)$/, (_, words: string, name: string) => `${words} ${quoteName(name)}`);

/** The line of a statement where the server found the error. */
function lineOf(sql: string, cause: unknown): { readonly line?: number } {
  const { offset } = (typeof cause === 'object' && cause !== null ? cause : {}) as { readonly offset?: unknown };
  return typeof offset === 'number' && offset > 0 ? { line: sql.slice(0, offset).split('\n').length } : {};
}
