import { defineConnector, modes } from '@etl/sdk';
import { sqlExtractOptions, sqlLoadOptions, sqlStatementOptions } from '@etl/sql';
import { connectionOptions } from './connection-options.js';
import { openConnection } from './open-connection.js';

export default defineConnector({
  name: 'oracle',
  summary: 'Oracle Database, without a client library',
  connection: connectionOptions,
  extractor: { options: sqlExtractOptions },
  loader: { options: sqlLoadOptions, modes },
  statements: { options: sqlStatementOptions },
  open: openConnection,
});
