import type { Dialect } from '@etl/sql';
import { postgresDdl } from './postgres-ddl.js';
import { postgresDml } from './postgres-dml.js';
import { postgresTypes } from './postgres-types.js';
import { postgresValues } from './postgres-values.js';
import { quoteName } from './quote.js';

/** PostgreSQL as a value. */
export const postgresDialect: Dialect = {
  name: 'postgres',
  title: 'PostgreSQL',
  names: {
    quote: quoteName,
    longest: 63,
    length: (name) => Buffer.byteLength(name),
    same: (a, b) => a === b,
    spell: (name) => name,
  },
  types: postgresTypes,
  values: postgresValues,
  ddl: postgresDdl,
  dml: postgresDml,
  publish: { swap: 'in-transaction', parts: 4, writers: 2 },
};
