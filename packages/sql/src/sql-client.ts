import type { Batch, Field, LayerResult, Schema } from '@etl/sdk';
import type { TableName } from './table-name.js';
import type { TableFacts } from './table-facts.js';

/** A value of a statement, as canonical text: the dialect's `parameter` says how the server reads it. */
export type Bind = string | null;

/** A row of a small answer, in the order of its select: texts as the driver reads them. */
export type SqlRow = readonly (string | null)[];

export interface ConnectOptions {
  /** A session of an extractor is told by the server that it may only read. */
  readonly access: 'read' | 'write';
  /** Shown by the server beside the session (application name, module), so that the sessions of one load can be told and ended. At most 60 characters of ASCII. */
  readonly tag: string;
}

/**
 * A thin adapter over a driver: where the database is and how to sign in. It opens sessions, nothing else; pooling, retries and transactions are this
 * package's. Every error it throws is an `EtlError` by the dialect's error table, with the native one as its cause, and without values of rows.
 */
export interface SqlClient {
  /** For messages, without secrets: `db.internal:5432/shop`. */
  readonly place: string;
  /**
   * Signs in and brings the session to the state that canonical cells need: UTC, ISO dates, shortest floats, UTF-8, no silent cuts. Throws UNREACHABLE, TIMEOUT,
   * AUTH_FAILED, PERMISSION_DENIED, NOT_FOUND.
   */
  connect(options: ConnectOptions): Promise<SqlSession>;
  /** name, port, TLS, login, database, permission: ends behind the first layer that fails, each failure with what to do. */
  check(): AsyncIterable<LayerResult>;
  /** Closes what sessions share (tunnel); sessions are closed by those who opened them. */
  close(): Promise<void>;
}

/** How a transaction of a read sees the database. */
export interface ReadTransaction {
  /** All statements see one moment. */
  readonly kind: 'snapshot';
  /** The moment that another session exported; null: now. */
  readonly exported: string | null;
}

/**
 * One session with the server. Calls follow each other; only `cancel` and `close` may come while another is under way. A session that broke says so by
 * `usable` and is not used again.
 */
export interface SqlSession {
  /** False once its connection is gone, or its state is not known any more. */
  readonly usable: boolean;
  /** Gives the session another tag, where the server lets it: spares a sign-in. */
  retag?(tag: string): Promise<void>;
  /** One statement; the number of rows that it inserted, deleted, or that an update matched. */
  run(sql: string, binds?: readonly Bind[]): Promise<number>;
  /** An `upsert` of the dialect, with what became of each row that it brings. Only where the dialect has one. */
  upsert?(sql: string): Promise<Upserted>;
  /** A small answer, whole. */
  rows(sql: string, binds?: readonly Bind[]): Promise<readonly SqlRow[]>;
  /** The columns of a query without running it, with native types. Throws SQL_FAILED with `details: { line }` where the server tells the place. */
  describe(sql: string, binds?: readonly Bind[]): Promise<readonly Field[]>;
  /**
   * The answer as batches of canonical text cells, one cell for each field of the schema in that order, without JavaScript values on the way. Pulled: the next bytes are
   * taken from the socket when the next batch is asked for. Breaking off the loop ends the statement on the server before it returns.
   * Batches stay valid after the next one is asked for. A stream that ended before the server said that it was complete throws.
   * A value that no canonical text of its type can say (a zero date, an infinite one, NaN among decimals) ends nothing: its cell holds what the server gave,
   * and `refused` names it. Its row is never handed on as a good one.
   */
  stream(query: StreamQuery): AsyncIterable<StreamBatch>;
  /**
   * Writes rows by the fastest way the server has, inside the open transaction. The batches have cells (`batch.text`). `savepoint` stands right before them, for a
   * session that takes back what it wrote to write it in another way; it is still there afterwards.
   */
  bulk(target: BulkTarget, batches: readonly Batch[], savepoint: string): Promise<BulkResult>;
  begin(transaction?: ReadTransaction): Promise<void>;
  /** Begins a transaction again where a statement has ended the one that was open, as a definition does in MySQL. Absent: the server never leaves it open. */
  reopen?(): Promise<void>;
  commit(): Promise<void>;
  /** Never throws for a transaction that is gone already. */
  rollback(): Promise<void>;
  /** Lends the moment that the open snapshot transaction sees to other sessions; null: the server cannot. It ends with the transaction. */
  exportSnapshot(): Promise<string | null>;
  /** Takes the named lock until the session ends or `unlock`; false: another session has it. Names are any text. */
  lock(name: string): Promise<boolean>;
  unlock(name: string): Promise<void>;
  /** Ends all other sessions of this tag that the login may end, and waits until the server has let go of what they held. */
  endOthers(tag: string): Promise<void>;
  /** Ends what is under way, from outside; the call that waits for it throws. Never throws itself. */
  cancel(): void;
  /** Closes the connection; the server rolls back what is open. Harmless when repeated. */
  close(): Promise<void>;
}

/** Rows of an upsert: their sum is that of the rows it brings. */
export interface Upserted {
  readonly inserted: number;
  readonly updated: number;
  /** Their key was taken by a row with the same values. */
  readonly unchanged: number;
}

/** A cell whose value no canonical text of its type can say. */
export interface RefusedCell {
  /** Position in the batch. */
  readonly row: number;
  /** Position in the schema of the query. */
  readonly column: number;
  /** A sentence that names the column, and what to do to read such values; without the value. */
  readonly reason: string;
}

/** Rows of an answer, those with refused cells among them. */
export interface StreamBatch extends Batch {
  /** Every such cell of the batch; absent or empty: there is none. */
  readonly refused?: readonly RefusedCell[];
  /** Gives its memory back to the session, see `Chunk`. */
  readonly release?: () => void;
}

export interface StreamQuery {
  readonly sql: string;
  readonly binds: readonly Bind[];
  /** What the select gives, column by column: its expressions are those of `dialect.values.canonical`. */
  readonly schema: Schema;
}

/** Where bulk rows go. */
export interface BulkTarget {
  readonly table: TableName;
  /** Columns in the order in which they are written. */
  readonly columns: readonly BulkColumn[];
  /** A column that takes ascending numbers, beginning with `first`; null: there is none. */
  readonly ordinal: { readonly column: string; readonly first: bigint } | null;
}

export interface BulkColumn {
  /** Name and type of the column as the table has it. */
  readonly field: Field;
  /** The field of the batches from which its cells come, and its place among the cells of a row. */
  readonly given: Field;
  readonly at: number;
}

/** What became of the rows of one bulk write. They are counted from 0 over all its batches. */
export interface BulkResult {
  /**
   * true: every row that is not among `refused` is stored. false: the statement failed because of rows and nothing of it may stay, `refused` names those that are
   * known so far, none where the server does not say; the caller rolls back to its savepoint, sets them apart, and writes the rest again, in halves where
   * none is known.
   */
  readonly stored: boolean;
  readonly refused: readonly RefusedRow[];
  /** With `stored: false` and nobody named: what the server said, for the row that stands alone in the end. */
  readonly reason?: Refusal;
}

/** Why a row is refused: a sentence that names column and rule, without values of the row. */
export interface Refusal {
  readonly reason: string;
  readonly code: 'DATA_INVALID' | 'CONFLICT';
  /** Name of the column in the table. */
  readonly field?: string;
}

export interface RefusedRow extends Refusal {
  readonly row: number;
}

/** What is in a database, read through a session: the statements differ, what comes of them does not. */
export interface Introspection {
  /** Schema of tables that are named without one, as this session sees it. */
  defaultSchema(session: SqlSession): Promise<string>;
  /** Whether a schema is there. Absent: definitions that make one are run in any case. */
  hasSchema?(session: SqlSession, schema: string): Promise<boolean>;
  /** Tables and views that this login can read, sorted; those of the system and of `ownPrefix` left out. */
  tables(session: SqlSession): Promise<readonly TableName[]>;
  /** null: there is no such table. Names are taken to the letter first; a dialect may then look for another spelling. */
  table(session: SqlSession, name: TableName): Promise<(TableFacts & { readonly name: TableName }) | null>;
  /** Values that split a column of a table into about equal ranges, ascending, at most `count - 1`, as canonical text; null: not known without reading it all. */
  quantiles?(session: SqlSession, name: TableName, field: Field, count: number): Promise<readonly string[] | null>;
}

/** Names of tables that belong to this package begin so. */
export const ownPrefix = '_etl_';
