import type { Context, TypedConnection } from '@etl/sdk';
import { sqlConnection, type SqlExtractOptions, type SqlLoadOptions, type SqlStatementOptions } from '@etl/sql';
import type { ConnectionOptions } from './connection-options.js';
import { postgresIntrospection } from './introspection.js';
import { PostgresClient } from './postgres-client.js';
import { postgresDialect } from './postgres-dialect.js';

/** A connection to one server; it is reached when it is first needed. */
export async function openConnection(
  options: ConnectionOptions,
  context: Context,
): Promise<TypedConnection<SqlExtractOptions, SqlLoadOptions, SqlStatementOptions>> {
  return sqlConnection({
    dialect: postgresDialect,
    client: new PostgresClient(options, context),
    introspection: postgresIntrospection,
    context,
    schema: options.schema ?? null,
    sessions: options.sessions,
  });
}
