import { serverAddress, type ServerAddress } from '@etl/sql';
import type { ConnectionOptions } from './connection-options.js';

/** Where the server is and who signs in there. Throws CONFIG_INVALID. */
export const mysqlAddress = (options: ConnectionOptions): ServerAddress =>
  serverAddress(options, { port: 3306, example: 'mysql://user@host:3306/database' });
