import { EtlError, type Batch, type Field } from '@etl/sdk';
import type { Bind, BulkResult, BulkTarget, ReadTransaction, SqlRow, SqlSession, StreamBatch, StreamQuery } from '@etl/sql';
import { createHash } from 'node:crypto';
import { connect } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';
import { copyRows } from './copy/copy-rows.js';
import { describedFields } from './described-fields.js';
import { postgresError } from './postgres-errors.js';
import { quoteText } from './quote.js';
import type { SignedIn } from './sign-in.js';
import { affectedRows, untilReady, type TransactionStatus } from './wire/exchange.js';
import { bind, cancelRequest, describeStatement, execute, parse, query, sync, terminate } from './wire/frontend-messages.js';
import { cellForm } from './wire/cell-form.js';
import { RowBatches } from './wire/row-batches.js';
import { rowDescription, rowTexts, type DescribedColumn } from './wire/row-description.js';
import { ServerError } from './wire/server-error.js';
import { Wire, type Message } from './wire/wire.js';

/** One session with a PostgreSQL server. */
export class PostgresSession implements SqlSession {
  readonly #place: string;
  readonly #signedIn: SignedIn;
  readonly #wire: Wire;
  /** Something was broken off: the state of the session is not known any more. */
  #spoiled = false;
  #status: TransactionStatus = 'I';

  constructor(signedIn: SignedIn, place: string) {
    this.#signedIn = signedIn;
    this.#place = place;
    this.#wire = new Wire(signedIn.socket, signedIn.direct);
  }

  get usable(): boolean {
    return !this.#spoiled && this.#wire.open;
  }

  /** Statements as one text, where there are no values; else one statement. */
  async #exchange(sql: string, binds: readonly Bind[], visit: (message: Message) => void): Promise<void> {
    try {
      if (binds.length === 0) await this.#wire.send(query(sql));
      else await this.#wire.send(parse(sql), bind(binds, []), execute, sync);
      this.#status = await untilReady(this.#wire, visit);
    } catch (error) {
      throw this.#told(error, sql);
    }
  }

  /** The error in words of ours; one that is none of the server's leaves the session in an unknown state. */
  #told(error: unknown, statement?: string): EtlError {
    if (error instanceof ServerError) {
      this.#status = error.status ?? this.#status;
      if (error.severity === 'FATAL' || error.severity === 'PANIC') this.#spoiled = true;
    } else this.#spoiled = true;
    return postgresError(error, { place: this.#place, ...(statement === undefined ? {} : { statement }) });
  }

  async run(sql: string, binds: readonly Bind[] = []): Promise<number> {
    let affected = 0;
    await this.#exchange(sql, binds, ({ type, body }) => {
      if (type === 'C') affected = affectedRows(body);
    });
    return affected;
  }

  async retag(tag: string): Promise<void> {
    await this.run(`set application_name = ${quoteText(tag)}`);
  }

  async rows(sql: string, binds: readonly Bind[] = []): Promise<readonly SqlRow[]> {
    const rows: SqlRow[] = [];
    await this.#exchange(sql, binds, ({ type, body }) => {
      if (type === 'D') rows.push(rowTexts(body));
    });
    return rows;
  }

  async describe(sql: string): Promise<readonly Field[]> {
    const seen: { columns: readonly DescribedColumn[] | null } = { columns: null };
    try {
      await this.#wire.send(parse(sql), describeStatement, sync);
      this.#status = await untilReady(this.#wire, ({ type, body }) => {
        if (type === 'T') seen.columns = rowDescription(body);
      });
    } catch (error) {
      throw this.#told(error, sql);
    }
    if (seen.columns === null) throw new EtlError('CONFIG_INVALID', 'A query of an extract is one SELECT, and this one gives no columns');
    return describedFields(this, seen.columns);
  }

  async *stream({ sql, binds, schema }: StreamQuery): AsyncGenerator<StreamBatch> {
    const forms = schema.fields.map(cellForm);
    const rows = new RowBatches(this.#wire, schema, forms);
    let complete = false;
    try {
      await this.#wire.send(parse(sql), bind(binds, forms.map(({ binary }) => binary)), execute, sync); // prettier-ignore
      yield* rows;
      complete = true;
    } catch (error) {
      complete = error instanceof ServerError && rows.status !== null;
      throw this.#told(error, sql);
    } finally {
      if (rows.status !== null) this.#status = rows.status;
      if (!complete) {
        this.#spoiled = true;
        this.cancel();
      }
    }
  }

  async bulk(target: BulkTarget, batches: readonly Batch[]): Promise<BulkResult> {
    try {
      const result = await copyRows(this.#wire, target, batches);
      if (!result.stored) this.#status = 'E';
      return result;
    } catch (error) {
      throw this.#told(error);
    }
  }

  async begin(transaction?: ReadTransaction): Promise<void> {
    if (transaction === undefined) {
      await this.run('begin isolation level read committed');
      return;
    }
    const { exported } = transaction;
    const at = exported === null ? '' : `; set transaction snapshot ${quoteText(exported)}`;
    await this.run(`begin isolation level repeatable read${at}`);
  }

  async commit(): Promise<void> {
    // The server answers a commit of a failed transaction by rolling back, without an error
    if (this.#status === 'E') throw new EtlError('INTERNAL', 'A transaction that failed was to be committed');
    await this.run('commit');
  }

  async rollback(): Promise<void> {
    if (this.usable && this.#status !== 'I') await this.run('rollback').catch(() => undefined);
  }

  async exportSnapshot(): Promise<string | null> {
    const [row] = await this.rows('select pg_export_snapshot()');
    return row?.[0] ?? null;
  }

  async lock(name: string): Promise<boolean> {
    const [row] = await this.rows(`select pg_try_advisory_lock(${lockKey(name)})`);
    return row?.[0] === 't';
  }

  async unlock(name: string): Promise<void> {
    await this.rows(`select pg_advisory_unlock(${lockKey(name)})`);
  }

  async endOthers(tag: string): Promise<void> {
    const others = `from pg_stat_activity where application_name = $1 and datname = current_database() and pid <> pg_backend_pid()`;
    await this.rows(`select pg_terminate_backend(pid) ${others}`, [tag]);
    for (let tries = 0; tries < 100; tries++) {
      const [row] = await this.rows(`select count(*) ${others}`, [tag]);
      if (row?.[0] === '0') return;
      await sleep(50);
    }
  }

  cancel(): void {
    if (!this.#wire.open) return;
    const { socket, process, secret } = this.#signedIn;
    const path = socket.remoteAddress;
    this.#wire.destroy();
    if (path === undefined || socket.remotePort === undefined) return;
    // The server sees a closed socket only when it writes again: a word of ours ends what it computes
    const request = connect({ host: path, port: socket.remotePort });
    request.on('error', () => undefined);
    request.end(cancelRequest(process, secret));
  }

  close(): Promise<void> {
    return this.#wire.close(terminate);
  }
}

/** 64 bits of a name, as the number that advisory locks go by. */
const lockKey = (name: string): string => String(createHash('sha256').update(`etl lock ${name}`).digest().readBigInt64BE());
