import { EtlError, type Batch, type Field } from '@etl/sdk';
import type { Bind, BulkResult, BulkTarget, ReadTransaction, SqlRow, SqlSession, StreamBatch, StreamQuery, Upserted } from '@etl/sql';
import type { Connection, ResultSetHeader } from 'mysql2';
import { ArrayWriter } from './array-load.js';
import { sendArrays, takesArrays, type ArrayAnswer } from './array-protocol.js';
import { bulkLoad } from './bulk-load.js';
import { fieldOfNative, type Reading } from './field-of-native.js';
import { literal } from './mysql-values.js';
import { mysqlError } from './mysql-errors.js';
import { NamedLocks } from './named-locks.js';
import { hangUp } from './hang-up.js';
import { collectRows } from './collect-rows.js';
import { prepareStatement } from './prepare-statement.js';
import { runUpsert } from './run-upsert.js';
import { streamRows } from './stream-rows.js';
import { nativeOfWire } from './native-of-wire.js';

export interface SessionOptions {
  readonly connection: Connection;
  /** Whether row packets can be taken as they are. */
  readonly raw: boolean;
  readonly reading: Reading;
  readonly bulk: 'auto' | 'load' | 'insert';
  /** Tells once that the server forbids LOAD DATA LOCAL. */
  readonly warn: (message: string) => void;
  /** Ends a session, or what it is doing, by its number, through a connection of its own. */
  readonly kill: (thread: number) => Promise<void>;
}

/** SERVER_STATUS_IN_TRANS of an OK packet. */
const statusInTransaction = 1;

/** One session with MySQL. */
export class MysqlSession implements SqlSession {
  readonly #options: SessionOptions;
  readonly #connection: Connection;
  readonly #locks: NamedLocks;
  /** null: rows are not written as arrays. */
  arrays: ArrayWriter | null = null;
  #broken: EtlError | null = null;
  #breaks: ((error: EtlError) => void) | null = null;
  #ending: Promise<void> = Promise.resolve();
  #busy = false;
  #open = false;
  /** What the server said with its last answer: a definition ends the transaction that is open. */
  #inTransaction = false;
  #closed = false;
  #tagged = false;

  constructor(options: SessionOptions) {
    this.#options = options;
    this.#connection = options.connection;
    this.#locks = new NamedLocks(this);
    this.#connection.on('error', (error) => this.#fail(mysqlError('The connection to MySQL broke', error)));
    this.#connection.on('end', () =>
      this.#fail(new EtlError('UNREACHABLE', 'The server closed the connection', { hint: 'Look into the log of the server' })),
    );
  }

  get usable(): boolean {
    return this.#broken === null && !this.#closed;
  }

  /** Number of the session on the server. */
  get thread(): number {
    return this.#connection.threadId;
  }

  async run(sql: string, binds: readonly Bind[] = []): Promise<number> {
    const { affectedRows } = await this.header(sql, binds);
    return affectedRows;
  }

  upsert(sql: string): Promise<Upserted> {
    return runUpsert(this, sql);
  }

  /** Runs a statement without rows; `files` gives what LOAD DATA LOCAL reads. */
  header(sql: string, binds: readonly Bind[] = [], files?: () => unknown): Promise<ResultSetHeader> {
    return this.#call(
      'A statement failed',
      () =>
        new Promise<ResultSetHeader>((resolve, reject) => {
          const done = (error: Error | null, result: unknown): void => {
            if (error !== null) {
              reject(error);
              return;
            }
            // An answer of rows has none
            const { serverStatus } = result as Partial<ResultSetHeader>;
            if (serverStatus !== undefined) this.#inTransaction = (serverStatus & statusInTransaction) !== 0;
            resolve(result as ResultSetHeader);
          };
          if (binds.length > 0) this.#connection.execute(sql, [...binds], done);
          else this.#connection.query({ sql, ...(files === undefined ? {} : { infileStreamFactory: files as () => never }) }, done);
        }),
    );
  }

  async rows(sql: string, binds: readonly Bind[] = []): Promise<readonly SqlRow[]> {
    const { connection, raw } = this.#options;
    return this.#bound(sql, binds, (statement) => this.#call('A query failed', () => collectRows(connection, { sql: statement, raw })));
  }

  describe(sql: string): Promise<readonly Field[]> {
    return this.#call('The query fails', async () => {
      const { columns, close } = await prepareStatement(this.#connection, sql);
      close();
      return columns.map((column) => fieldOfNative({ ...nativeOfWire(column), name: column.name }, this.#options.reading));
    });
  }

  async *stream({ sql, binds, schema }: StreamQuery): AsyncGenerator<StreamBatch> {
    const statement = await this.#prepare(sql, binds);
    this.#start();
    const { connection, raw } = this.#options;
    let whole = false;
    try {
      yield* streamRows({ connection, sql: statement, schema, raw }, (fail) => {
        this.#breaks = fail;
      });
      whole = true;
    } catch (error) {
      // The answer of a statement that failed on the server is over; any other failure leaves one that goes on
      whole = isServerError(error);
      throw this.#told('A query failed', error);
    } finally {
      this.#breaks = null;
      this.#busy = false;
      if (!whole) await this.#abandon();
    }
    if (binds.length > 0) await this.header('deallocate prepare etl_query');
  }

  bulk(target: BulkTarget, batches: readonly Batch[], savepoint: string): Promise<BulkResult> {
    return bulkLoad(this, { target, batches, savepoint, how: this.#options.bulk, warn: this.#options.warn });
  }

  /** Prepares a statement, once for each text; answers its number. */
  prepare(sql: string): Promise<number> {
    return this.#call('A statement failed', async () => (await prepareStatement(this.#connection, sql)).id);
  }

  sendArrays(next: () => Buffer | null): Promise<ArrayAnswer> {
    return this.#call('Rows cannot be written', () => sendArrays(this.#connection, next));
  }

  /** Lets rows be written as arrays where the server takes them. */
  useArrays(longestPacket: number): void {
    if (takesArrays(this.#connection)) this.arrays = new ArrayWriter(this, longestPacket);
  }

  async begin(transaction?: ReadTransaction): Promise<void> {
    await this.header(transaction === undefined ? 'start transaction' : 'start transaction with consistent snapshot, read only');
    this.#open = true;
  }

  async reopen(): Promise<void> {
    if (this.#open && !this.#inTransaction) await this.header('start transaction');
  }

  async commit(): Promise<void> {
    await this.header('commit');
    this.#open = false;
  }

  async rollback(): Promise<void> {
    if (!this.usable) return;
    this.#open = false;
    await this.header('rollback').catch((error: unknown) => this.#fail(mysqlError('A rollback failed', error)));
  }

  /** A consistent snapshot is that of its session alone. */
  exportSnapshot(): Promise<null> {
    return Promise.resolve(null);
  }

  lock(name: string): Promise<boolean> {
    return this.#locks.take(name);
  }

  unlock(name: string): Promise<void> {
    return this.#locks.release(name);
  }

  /** Marks the session as one of this tag, so that it can be found and ended. */
  async tag(tag: string): Promise<void> {
    await this.#locks.tag(tag);
    this.#tagged = true;
  }

  /** Those of readers bear none. */
  async retag(tag: string): Promise<void> {
    if (this.#tagged) await this.tag(tag);
  }

  endOthers(tag: string): Promise<void> {
    return this.#locks.endOthers(tag, this.thread);
  }

  cancel(): void {
    const running = this.#busy;
    this.#fail(new EtlError('CANCELLED', 'The run was interrupted'));
    if (running) this.#end();
  }

  async close(): Promise<void> {
    if (this.#closed) return this.#ending;
    if (this.usable && !this.#busy) await this.#letGo();
    this.#closed = true;
    this.#ending = Promise.all([this.#ending, hangUp(this.#connection)]).then(() => undefined);
    return this.#ending;
  }

  /** Frees at once what the server would free a little after the end of the session. */
  async #letGo(): Promise<void> {
    try {
      if (this.#open) await this.rollback();
      await this.#locks.releaseAll();
    } catch (error) {
      // The session ends anyway, and with it what it held
      this.#fail(mysqlError('The session ended', error));
    }
  }

  #start(): void {
    if (this.#broken !== null) throw this.#broken;
    if (this.#closed) throw new EtlError('INTERNAL', 'A session was used after it was closed');
    if (this.#busy) throw new EtlError('INTERNAL', 'A session was asked for two things at once');
    this.#busy = true;
  }

  /** One exchange with the server; it also ends when the session breaks, which the driver does not always tell. */
  async #call<T>(what: string, work: () => Promise<T>): Promise<T> {
    this.#start();
    try {
      return await new Promise<T>((resolve, reject) => {
        this.#breaks = reject;
        work().then(resolve, reject);
      });
    } catch (error) {
      throw this.#told(what, error);
    } finally {
      this.#breaks = null;
      this.#busy = false;
    }
  }

  /** A native error as ours; one that ends the session marks it so. */
  #told(what: string, error: unknown): unknown {
    if (this.#broken !== null) return this.#broken;
    if (error instanceof EtlError) return error;
    const told = mysqlError(what, error);
    if ((error as { readonly fatal?: unknown }).fatal === true) this.#fail(told);
    return told;
  }

  #fail(error: EtlError): void {
    this.#broken ??= error;
    this.#breaks?.(this.#broken);
  }

  /** Leaves an answer that nobody reads to the end. */
  async #abandon(): Promise<void> {
    this.#fail(new EtlError('CANCELLED', 'A read was broken off'));
    this.#end();
    await this.#ending;
  }

  #end(): void {
    const { kill } = this.#options;
    this.#connection.destroy();
    this.#ending = Promise.all([this.#ending, kill(this.thread)]).then(() => undefined);
  }

  async #bound<T>(sql: string, binds: readonly Bind[], work: (statement: string) => Promise<T>): Promise<T> {
    const statement = await this.#prepare(sql, binds);
    try {
      return await work(statement);
    } finally {
      if (binds.length > 0 && this.usable) await this.header('deallocate prepare etl_query');
    }
  }

  /** Values bound by the server itself, in a statement that answers in text: the driver's own prepared statements answer in binary. */
  async #prepare(sql: string, binds: readonly Bind[]): Promise<string> {
    if (binds.length === 0) return sql;
    const values = binds.map((bind, at) => `@etl_bind_${at} = ${bind === null ? 'null' : literal(bind)}`);
    await this.header(`set @etl_query = ${literal(sql)}, ${values.join(', ')}`);
    await this.header('prepare etl_query from @etl_query');
    return `execute etl_query using ${binds.map((_, at) => `@etl_bind_${at}`).join(', ')}`;
  }
}

/** Whether the server itself ended the statement and waits for the next. */
const isServerError = (error: unknown): boolean =>
  error instanceof Error && 'errno' in error && 'sqlState' in error && !('fatal' in error && error.fatal === true);
