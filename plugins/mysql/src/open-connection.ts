import type { Context, TypedConnection } from '@etl/sdk';
import { sqlConnection, type SqlExtractOptions, type SqlLoadOptions, type SqlStatementOptions } from '@etl/sql';
import type { ConnectionOptions } from './connection-options.js';
import { mysqlIntrospection } from './introspection.js';
import { MysqlClient } from './mysql-client.js';
import { mysqlDialect } from './mysql-dialect.js';

/** A connection to one server; it is reached when it is first needed. */
export async function openConnection(
  options: ConnectionOptions,
  context: Context,
): Promise<TypedConnection<SqlExtractOptions, SqlLoadOptions, SqlStatementOptions>> {
  const client = new MysqlClient(options, context);
  const { tinyint1, time, zero_dates: zeroDates, sessions } = options;
  const reading = { tinyint1, time, zeroDates };
  return sqlConnection({
    dialect: mysqlDialect(reading, () => client.server),
    client,
    introspection: mysqlIntrospection(reading),
    context,
    schema: client.address.database,
    sessions,
  });
}
