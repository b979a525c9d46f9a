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
  /** The database does not outlive its run: closing it leaves its log as it is, instead of moving it into the file. */
  readonly passing?: boolean;
}

/** One database file, or `:memory:`. A process holds one instance per path, however often it is opened. */
export interface Database {
  readonly path: string;
  connect(): Promise<Session>;
  /**
   * Runs work alone among all that ask so for this database in this process. Transactions that create, change or drop tables need it: of
   * two at once DuckDB fails one with a conflict. Not to be nested.
   */
  exclusive<T>(work: () => Promise<T>): Promise<T>;
  /** Ends this opening; the instance ends with the last one. */
  close(): Promise<void>;
}
