import type { Batch, Schema } from '@etl/sdk';

/** Values that can be bound to a statement. */
export type Bindable = null | boolean | number | bigint | string;

/** One connection to a DuckDB database. Not to be used by two callers at once. */
export interface Session {
  /** Runs one or more statements; answers the rows changed by the last. Throws EtlError, translated once. */
  run(sql: string, values?: readonly Bindable[]): Promise<number>;
  /** A small result: bigint for integers of 64 bits and more, text for decimals and times. */
  rows(sql: string, values?: readonly Bindable[]): Promise<readonly { readonly [column: string]: Bindable }[]>;
  /** The columns that a SELECT would have. */
  describe(select: string): Promise<Schema>;
  transaction<T>(work: () => Promise<T>): Promise<T>;
  /** Rows of a SELECT as canonical text cells; `schema` names its columns in order. Memory stays flat. */
  stream(select: string, schema: Schema, options?: { readonly batchRows?: number }): AsyncIterable<Batch>;
  /** Appends rows to a table through CSV segments; columns by position, or the named ones. A value that the table refuses throws DATA_INVALID and nothing of the call is stored. */
  append(table: string, schema: Schema, batches: readonly Batch[]): Promise<number>;
  /** Writes a SELECT as a Parquet file; answers its rows. */
  exportParquet(select: string, path: string): Promise<number>;
  interrupt(): void;
  close(): Promise<void>;
}
