import type { Columnar } from './columnar.js';
import type { Json } from './json.js';
import type { StateStore } from './state-store.js';

export type Logger = Readonly<
  Record<'debug' | 'info' | 'warn' | 'error', (message: string, facts?: { readonly [name: string]: Json }) => void>
>;

/** What lives in the CLI and is lent to a connector. Several copies of the SDK may be in one process, so nothing of this is module state. */
export interface Context {
  readonly log: Logger;
  /** Every wait ends when it fires. */
  readonly signal: AbortSignal;
  /** Relative paths of etl.yaml start here. */
  readonly directory: string;
  /** A folder of this run for temporary files, mode 0700. */
  readonly temporary: string;
  /** For targets without transactions of their own. */
  readonly state: StateStore;
  readonly columnar: Columnar;
  /** Called at every change of state, so that a test can stop the process there. */
  failpoint(name: string): Promise<void>;
}
