import type { Context, TypedConnection } from '@etl/sdk';
import { sqlConnection, type SqlExtractOptions, type SqlLoadOptions, type SqlStatementOptions } from '@etl/sql';
import type { ConnectionOptions } from './connection-options.js';
import { oracleIntrospection } from './introspection.js';
import { OracleClient } from './oracle-client.js';
import { oracleDialect } from './oracle-dialect.js';

/** A connection to one database; it is reached when it is first needed. */
export async function openConnection(
  options: ConnectionOptions,
  context: Context,
): Promise<TypedConnection<SqlExtractOptions, SqlLoadOptions, SqlStatementOptions>> {
  const { schema, sessions } = options;
  return sqlConnection({
    dialect: oracleDialect,
    client: new OracleClient(options, context),
    introspection: oracleIntrospection,
    context,
    schema: schema ?? null,
    sessions,
  });
}
