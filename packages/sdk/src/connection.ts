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

export interface Catalog {
  /** Names of the tables or files that can be read, sorted. */
  tables(): Promise<readonly string[]>;
  describe(table: string): Promise<Schema>;
}

/** One per name and process: it owns the pool, tunnel, token or database. */
export interface Connection {
  /** Tests the layers in order and stops behind the first that fails. */
  check(): AsyncIterable<LayerResult>;
  readonly catalog?: Catalog;
  extractor?(options: unknown): Promise<Extractor>;
  loader?(options: unknown): Promise<Loader>;
  /** Publishes several loads in one transaction, where the target has one. */
  publish?(loads: readonly { readonly load: Load; readonly commit: Commit }[]): Promise<readonly LoadCounts[]>;
  close(): Promise<void>;
}
