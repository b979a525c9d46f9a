import { EtlError, nearestName } from '@etl/sdk';
import type { OpenDatabase } from './open-database.js';
import type { SqlSession } from './sql-client.js';
import type { TableName } from './table-name.js';

/** The error for a table that is not there, with the nearest that is. */
export async function nearestTable(open: OpenDatabase, session: SqlSession, { schema, table }: TableName): Promise<EtlError> {
  const tables = await open.database.introspection.tables(session);
  const names = new Map(tables.map((name) => [name.schema === schema ? name.table : `${name.schema}.${name.table}`, name]));
  const near = nearestName(table, [...names.keys()]);
  const hint =
    tables.length === 0
      ? 'The database has no tables that this login may read'
      : near === undefined
        ? 'Show what is there with: etl connections show NAME --tables'
        : `Did you mean ${near}?`;
  return new EtlError('NOT_FOUND', `There is no table ${schema}.${table}`, { hint });
}
