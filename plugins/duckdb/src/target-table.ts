import type { Session } from '@etl/columnar';
import type { PlanTarget } from '@etl/sdk';
import { isMadeAnew as isMade, type TableFacts, type TableName } from '@etl/sql/rules';
import { describeTable, tableExists } from './catalog.js';
import { duckdbDialect } from './duckdb-dialect.js';

export const isMadeAnew = (target: Pick<PlanTarget, 'mode' | 'policy' | 'key'>, table: TableFacts | null): boolean =>
  isMade(duckdbDialect, target, table);

/** Reads how a table is declared; null: there is none. */
export async function targetTable(session: Session, name: TableName): Promise<TableFacts | null> {
  if (!(await tableExists(session, name))) return null;
  const { fields, key } = await describeTable(session, name);
  const bound = [name.schema, name.table] as const;
  const mine = (schema: string, table: string): string =>
    `database_name = current_database() and lower(${schema}) = lower($1) and lower(${table}) = lower($2)`;
  const constraints = await session.rows(
    `select constraint_type as type, expression, to_json(constraint_column_names)::varchar as columns from duckdb_constraints() where ${mine('schema_name', 'table_name')}`,
    bound,
  );
  const indexes = await session.rows(
    `select is_unique, expressions from duckdb_indexes() where ${mine('schema_name', 'table_name')}`,
    bound,
  );
  const columns = await session.rows(
    `select column_name as name, column_default as value, comment from duckdb_columns() where ${mine('schema_name', 'table_name')}`,
    bound,
  );
  const [table] = await session.rows(`select comment from duckdb_tables() where ${mine('schema_name', 'table_name')}`, bound);
  const declared = constraints.map(({ type, expression, columns: list }) => ({
    type: String(type),
    sql: String(expression ?? ''),
    columns: JSON.parse(String(list)) as string[],
  }));
  const defaulted = columns.flatMap(({ name: column, value }) => (value === null ? [] : [String(column)]));
  return {
    kind: table === undefined ? 'view' : 'table',
    fields,
    key,
    generated: new Set(),
    takesUpserts: false,
    estimate: null,
    keyOrder: 'sort',
    defaulted: new Set(defaulted),
    checks: declared.flatMap(({ type, sql, columns: list }) => (type === 'CHECK' ? [{ sql, columns: list }] : [])),
    uniques: [
      ...declared.flatMap(({ type, columns: list }) => (type === 'PRIMARY KEY' || type === 'UNIQUE' ? [list] : [])),
      ...indexes.flatMap(({ is_unique, expressions }) => (is_unique === true ? [indexColumns(String(expressions))] : [])),
    ],
    isPlain:
      table !== undefined &&
      table['comment'] === null &&
      indexes.length === 0 &&
      defaulted.length === 0 &&
      columns.every(({ comment }) => comment === null) &&
      declared.length === 0,
  };
}

/** Columns of an index from `[a, '"odd name"']`; expressions stay as they are and match no column. */
const indexColumns = (expressions: string): string[] =>
  expressions
    .slice(1, -1)
    .split(', ')
    .map((one) => one.replace(/^'(.*)'$/, '$1').replace(/^"(.*)"$/, '$1'));
