import { EtlError, type Columnar, type Context, type Logger, type StateStore } from '@etl/sdk';

export interface TestContextOptions {
  /** Folder for everything that the connector writes beside its target. */
  readonly directory: string;
  readonly temporary: string;
  readonly state: StateStore;
  readonly signal: AbortSignal;
  /** Parquet; connectors that ask for it without being lent one fail by CAPABILITY_MISSING. */
  readonly columnar?: Columnar;
  readonly failpoint?: (name: string) => Promise<void>;
}

/** What the CLI lends to a connector, for tests: no log, no failpoints. */
export function testContext({ directory, temporary, state, signal, columnar, failpoint }: TestContextOptions): Context {
  return {
    log: silent,
    signal,
    directory,
    temporary,
    state,
    columnar: columnar ?? noColumnar,
    failpoint: failpoint ?? (async () => undefined),
  };
}

const silent: Logger = { debug: () => undefined, info: () => undefined, warn: () => undefined, error: () => undefined };

const missing = (): never => {
  throw new EtlError('CAPABILITY_MISSING', 'This test lends no Parquet', { hint: 'Give the harness a `columnar`' });
};

const noColumnar: Columnar = { describeParquet: async () => missing(), readParquet: () => missing(), writeParquet: async () => missing() };
