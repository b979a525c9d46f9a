import { defineConnector, modes } from '@etl/sdk';
import { connectionOptions } from './connection-options.js';
import { sqlExtractOptions, sqlLoadOptions, sqlStatementOptions } from '@etl/sql/rules';
import { openConnection } from './open-connection.js';

export default defineConnector({
  name: 'duckdb',
  summary: 'DuckDB databases: the embedded warehouse',
  connection: connectionOptions,
  extractor: { options: sqlExtractOptions, each: true },
  loader: { options: sqlLoadOptions, modes },
  statements: { options: sqlStatementOptions },
  open: openConnection,
});
