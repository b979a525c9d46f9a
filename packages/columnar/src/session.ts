import type { Batch, Field, Schema } from '@etl/sdk';

/** Values that can be bound to a statement. */
export type Bindable = null | boolean | number | bigint | string;

/** Values by position (`$1`, `?`) or by name (`$name`). */
export type Bindings = readonly Bindable[] | { readonly [name: string]: Bindable };

export interface StreamOptions {
  /** Most rows of a batch; default 16384. A batch ends earlier where its cells pass some megabytes. */
  readonly batchRows?: number;
  readonly values?: Bindings;
  /** Part and row number that the batches say they come from; default part 0, row 0. */
  readonly origin?: { readonly part: string; readonly first: number };
}

/** A batch, and the cells of its last row in the columns that only say where it is. */
export interface Placed {
  readonly batch: Batch;
  readonly last: readonly (string | null)[];
}

/** One connection to a DuckDB database. Not to be used by two callers at once: a call during a stream is refused, since it would end the stream. */
export interface Session {
  /** Runs one or more statements; answers the rows changed by the last. Throws EtlError, translated once. */
  run(sql: string, values?: Bindings): Promise<number>;
  /** A small result of the program's own: bigint for integers of 64 bits and more, text for decimals and times. Rows of people go through `stream`, which keeps every byte. */
  rows(sql: string, values?: Bindings): Promise<readonly { readonly [column: string]: Bindable }[]>;
  /** The columns that a SELECT would have. */
  describe(select: string, values?: Bindings): Promise<Schema>;
  /** Begin, work, commit; rolled back where the work throws. */
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Rows of a SELECT as canonical text cells; `schema` names its columns in order. Memory stays flat. Breaking off frees the result. */
  stream(select: string, schema: Schema, options?: StreamOptions): AsyncIterable<Batch>;
  /** Like `stream`, for a SELECT with more columns at its end than the schema: their cells in the last row of each batch tell where it ends. */
  streamPlaced(select: string, schema: Schema, places: readonly Field[], options?: StreamOptions): AsyncIterable<Placed>;
  /** Appends rows to a table (an SQL name, quoted where needed) through CSV segments; columns by position, or the named ones. A value that the table refuses throws DATA_INVALID or CONFLICT and nothing of the call is stored. */
  append(table: string, schema: Schema, batches: readonly Batch[], columns?: readonly string[]): Promise<number>;
  /** Writes a SELECT as a Parquet file; answers its rows. `passing`: for a file that is read once and removed, speed counts more than size. */
  exportParquet(select: string, path: string, options?: { readonly passing?: boolean }): Promise<number>;
  /** Ends the running statement, which throws CANCELLED. */
  interrupt(): void;
  close(): Promise<void>;
}
