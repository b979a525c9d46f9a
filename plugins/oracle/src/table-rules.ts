import type { SqlSession, TableName } from '@etl/sql';

/** A constraint: P primary key, U unique, R foreign key, C check. */
export interface Constraint {
  readonly kind: string;
  /** Of a check, as SQL. */
  readonly condition: string | null;
  readonly columns: readonly string[];
}

export async function constraintsOf(session: SqlSession, { schema, table }: TableName): Promise<readonly Constraint[]> {
  const rows = await session.rows(
    `select c.constraint_name, c.constraint_type, c.search_condition_vc, k.column_name from all_constraints c left join all_cons_columns k on k.owner = c.owner and k.constraint_name = c.constraint_name and k.table_name = c.table_name where c.owner = :1 and c.table_name = :2 and c.status = 'ENABLED' and c.constraint_type in ('P', 'U', 'R', 'C') order by c.constraint_name, k.position`,
    [schema, table],
  );
  const constraints = new Map<string, { kind: string; condition: string | null; columns: string[] }>();
  for (const [name, kind, condition, column] of rows) {
    const constraint = constraints.get(name ?? '') ?? { kind: kind ?? '', condition: condition ?? null, columns: [] };
    if (column != null) constraint.columns.push(column);
    constraints.set(name ?? '', constraint);
  }
  return [...constraints.values()];
}

export interface Index {
  readonly unique: boolean;
  readonly columns: readonly string[];
}

export async function indexesOf(session: SqlSession, { schema, table }: TableName): Promise<readonly Index[]> {
  const rows = await session.rows(
    `select i.index_name, i.uniqueness, k.column_name from all_indexes i join all_ind_columns k on k.index_owner = i.owner and k.index_name = i.index_name where i.table_owner = :1 and i.table_name = :2 and i.index_type <> 'LOB' order by i.index_name, k.column_position`,
    [schema, table],
  );
  const indexes = new Map<string, { unique: boolean; columns: string[] }>();
  for (const [name, uniqueness, column] of rows) {
    const index = indexes.get(name ?? '') ?? { unique: uniqueness === 'UNIQUE', columns: [] };
    index.columns.push(column ?? '');
    indexes.set(name ?? '', index);
  }
  return [...indexes.values()];
}
