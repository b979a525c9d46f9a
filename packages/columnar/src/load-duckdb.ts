import { createRequire } from 'node:module';
import type * as Api from '@duckdb/node-api';
import type * as Bindings from '@duckdb/node-bindings';

const require = createRequire(import.meta.url);

/**
 * The native library is loaded by these calls, not with a module: help and validation never pay for it. `require`, since `import` would read the
 * 68 MB of the library as text in search of names that it exports: 45 ms of every run.
 */
export const loadDuckDb = (): typeof Api => require('@duckdb/node-api') as typeof Api;

/** The functions beneath the package, for cells as bytes. */
export const loadBindings = (): typeof Bindings => require('@duckdb/node-bindings') as typeof Bindings;
