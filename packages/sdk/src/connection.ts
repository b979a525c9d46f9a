import type { LoadCounts } from './balance.js';
import type { ErrorCode } from './error.js';
import type { Extractor } from './extractor.js';
import type { Commit, Load, Loader } from './loader.js';
import type { Schema } from './schema.js';

/** One layer of a connection test: name, port, TLS, login, database, permission. */
export interface LayerResult {
  readonly layer: string;
  readonly ok: boolean;
  readonly detail?: string;
  readonly hint?: string;
  /** Why a layer failed, for the exit code; without it the name of the layer decides: login and permission are refused credentials, all else is out of reach. */
  readonly code?: ErrorCode;
}

/** What is there to be read: shown by `etl connections show --tables | --columns`, offered by `etl init`. */
export interface Catalog {
  /** Names of the tables, views or files that can be read, sorted; each can be given to `describe` and, as `table` or `file`, to an extract. Tables of the loader itself are left out. */
  tables(): Promise<readonly string[]>;
  /** Columns with their native types and the primary key. Throws NOT_FOUND with the nearest name as hint. */
  describe(table: string): Promise<Schema>;
}

/** One per name and process: it owns the pool, tunnel, token or database. */
export interface Connection {
  /** Tests the layers in order and stops behind the first that fails. */
  check(): AsyncIterable<LayerResult>;
  readonly catalog?: Catalog;
  extractor?(options: unknown): Promise<Extractor>;
  loader?(options: unknown): Promise<Loader>;
  /**
   * A loader without rows: a load that is only `statements`, run behind the loads that it names under `after` (landing to mart). `begin` gets no parts, a
   * schema without columns and mode append; `publish` runs the statements in order, once for a run, in the transaction that also sets the state of the load,
   * and answers `noCounts`. In a group given to `Connection.publish` they run in their place and see the loads before them. Options of SQL connectors:
   * `statements` (a list of SQL texts) and `params` (supplied by the job, bound as `:name`). Where DDL commits by itself that is said in the connector's docs.
   */
  statements?(options: unknown): Promise<Loader>;
  /** Publishes several loads in one transaction, where the target has one. */
  publish?(loads: readonly { readonly load: Load; readonly commit: Commit }[]): Promise<readonly LoadCounts[]>;
  close(): Promise<void>;
}
