import type { Session } from './session.js';

export interface DatabaseOptions {
  readonly readOnly?: boolean;
  /** As DuckDB writes it; default 512MB. */
  readonly memoryLimit?: string;
  /** Folder for what does not fit in memory, and for segments; mode 0700. */
  readonly temporary: string;
  /** Folders that SQL may read and write; absent: the folder of the database and the temporary one. */
  readonly allowed?: readonly string[];
  /** Threads that DuckDB uses; default: the cores. */
  readonly threads?: number;
}

/** One database file, or `:memory:`. A process holds one instance per path, however often it is opened. */
export interface Database {
  readonly path: string;
  connect(): Promise<Session>;
  /** Ends this opening; the instance ends with the last one. */
  close(): Promise<void>;
}
