import { defineConnector, modes } from '@etl/sdk';
import { sqlExtractOptions, sqlLoadOptions, sqlStatementOptions } from '@etl/sql';
import { connectionOptions } from './connection-options.js';
import { openConnection } from './open-connection.js';

export default defineConnector({
  name: 'mysql',
  summary: 'MySQL and MariaDB',
  connection: connectionOptions,
  extractor: { options: sqlExtractOptions, each: true },
  loader: { options: sqlLoadOptions, modes },
  statements: { options: sqlStatementOptions },
  open: openConnection,
});
