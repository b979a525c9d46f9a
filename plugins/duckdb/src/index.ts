import { defineConnector, modes } from '@etl/sdk';
import { connectionOptions } from './connection-options.js';
import { extractOptions } from './extract-options.js';
import { loadOptions, statementsOptions } from './load-options.js';
import { openConnection } from './open-connection.js';

export default defineConnector({
  name: 'duckdb',
  summary: 'DuckDB databases: the embedded warehouse',
  connection: connectionOptions,
  extractor: { options: extractOptions, each: true },
  loader: { options: loadOptions, modes },
  statements: { options: statementsOptions },
  open: openConnection,
});
