import { createRequire } from 'node:module';
import type * as Api from '@duckdb/node-api';
import type * as Bindings from '@duckdb/node-bindings';

/** From this package, which depends on it, also where a bundle of another took these lines in. */
const require = createRequire(createRequire(import.meta.url).resolve('@etl/columnar/package.json'));

/**
 * The native library is loaded by these calls, not with a module: help and validation never pay for it. `require`, since `import` would read the
 * 68 MB of the library as text in search of names that it exports: 45 ms of every run.
 */
export const loadDuckDb = (): typeof Api => require('@duckdb/node-api') as typeof Api;

/** The functions beneath the package, for cells as bytes. */
export const loadBindings = (): typeof Bindings => require('@duckdb/node-bindings') as typeof Bindings;
