import type { Batch } from './batch.js';
import type { Schema } from './schema.js';

/** Parquet through the CLI's DuckDB: plugins never bring a copy of their own. */
export interface Columnar {
  describeParquet(path: string): Promise<{ readonly schema: Schema; readonly rows: number }>;
  /** Rows in file order, from row `from` (0-based) on; canonical text cells. */
  readParquet(path: string, options?: { readonly columns?: readonly string[]; readonly from?: number }): AsyncIterable<Batch>;
  /** The file is complete, fsynced and closed when `finish` returns; `discard` removes it. */
  writeParquet(path: string, schema: Schema): Promise<ParquetWriter>;
}

export interface ParquetWriter {
  write(batch: Batch): Promise<void>;
  finish(): Promise<void>;
  discard(): Promise<void>;
}
