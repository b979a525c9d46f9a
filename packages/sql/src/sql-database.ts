import type { Context } from '@etl/sdk';
import type { Dialect } from './dialect.js';
import type { Introspection, SqlClient } from './sql-client.js';

/** All that the shared extractor and loader need of one database; a connector puts it together when a connection opens. */
export interface SqlDatabase {
  readonly dialect: Dialect;
  readonly client: SqlClient;
  readonly introspection: Introspection;
  readonly context: Context;
  /** Schema of tables that are named without one, and of the state tables; null: the one that the server takes. */
  readonly schema: string | null;
  /** The most sessions that this connection has open at one time. */
  readonly sessions: number;
}
