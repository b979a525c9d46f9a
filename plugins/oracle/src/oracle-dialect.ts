import type { Dialect } from '@etl/sql';
import { oracleDdl } from './oracle-ddl.js';
import { oracleDml } from './oracle-dml.js';
import { oracleNames } from './oracle-names.js';
import { oracleTypes } from './oracle-types.js';
import { oracleValues } from './oracle-values.js';

/** Oracle Database 12.2 and later as a value. */
export const oracleDialect: Dialect = {
  name: 'oracle',
  title: 'Oracle',
  names: oracleNames,
  types: oracleTypes,
  values: oracleValues,
  ddl: oracleDdl,
  dml: oracleDml,
  // Rows are exchanged by DELETE and INSERT in one transaction, since every definition commits
  publish: { swap: 'never', parts: 4, writers: 1 },
};
