import type { SqlExtractOptions } from './extract-options.js';
import { nearestTable } from './nearest-table.js';
import type { OpenDatabase } from './open-database.js';
import type { SqlSession } from './sql-client.js';
import type { TableFacts } from './table-facts.js';
import type { TableName } from './table-name.js';

/** The table that an extract names; a name with a dot may be schema and table. Throws NOT_FOUND. */
export async function sourceTable(
  open: OpenDatabase,
  session: SqlSession,
  { schema, table }: Pick<SqlExtractOptions, 'schema' | 'table'>,
): Promise<TableFacts & { readonly name: TableName }> {
  const name = { schema: schema ?? (await open.schema(session)), table: table ?? '' };
  const { introspection } = open.database;
  const found = await introspection.table(session, name);
  if (found !== null) return found;
  const dot = name.table.indexOf('.');
  const dotted = { schema: name.table.slice(0, dot), table: name.table.slice(dot + 1) };
  const other = dot < 0 || schema !== undefined ? null : await introspection.table(session, dotted);
  if (other !== null) return other;
  throw await nearestTable(open, session, name);
}
