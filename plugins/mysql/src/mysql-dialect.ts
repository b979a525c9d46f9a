import type { Dialect } from '@etl/sql';
import { quoteName } from './column-type.js';
import type { Reading } from './field-of-native.js';
import { mysqlDdl, renameAll } from './mysql-ddl.js';
import { mysqlDml } from './mysql-dml.js';
import { mysqlTypes } from './mysql-types.js';
import { mysqlValues } from './mysql-values.js';
import type { ServerFacts } from './server-facts.js';

/** MySQL and MariaDB as a value; `server` is asked when a definition is written, which is behind the first connection. */
export const mysqlDialect = (reading: Reading, server: () => ServerFacts): Dialect => ({
  name: 'mysql',
  title: 'MySQL',
  names: {
    quote: quoteName,
    longest: 64,
    length: (name) => Array.from(name).length,
    same: (a, b) => a.toLowerCase() === b.toLowerCase(),
    spell: (name) => name,
  },
  types: mysqlTypes(reading),
  values: mysqlValues(reading),
  ddl: mysqlDdl(server),
  dml: mysqlDml,
  publish: { swap: 'atomic-rename', renameAll, parts: 4, writers: 2 },
});
