import { EtlError } from '@etl/sdk';
import { ownPrefix, type Introspection, type SqlSession, type TableFacts, type TableName } from '@etl/sql';
import { columnsOf, type Column } from './table-columns.js';
import { constraintsOf, indexesOf, type Constraint } from './table-rules.js';

/** What is in a database, from the dictionary views that every user may read. */
export const oracleIntrospection: Introspection = {
  async defaultSchema(session) {
    const [row] = await session.rows(`select sys_context('USERENV', 'CURRENT_SCHEMA') from dual`);
    const schema = row?.[0];
    if (schema == null) throw new EtlError('INTERNAL', 'The session has no schema');
    return schema;
  },
  async tables(session) {
    const rows = await session.rows(
      `select o.owner, o.object_name from all_objects o join all_users u on u.username = o.owner where u.oracle_maintained = 'N' and o.object_type in ('TABLE', 'VIEW', 'MATERIALIZED VIEW') and o.secondary = 'N' and substr(o.object_name, 1, ${ownPrefix.length}) <> :1 and substr(o.object_name, 1, 4) <> 'BIN$' order by 1, 2`,
      [ownPrefix],
    );
    const names = rows.map(([schema, table]): TableName => ({ schema: schema ?? '', table: table ?? '' }));
    // A materialised view is a table of the same name as well
    return names.filter(({ schema, table }, at) => names[at - 1]?.schema !== schema || names[at - 1]?.table !== table);
  },
  table: tableFacts,
};

async function tableFacts(session: SqlSession, asked: TableName): Promise<(TableFacts & { readonly name: TableName }) | null> {
  const found = await findTable(session, asked);
  if (found === null) return null;
  const { name, kind, estimate, isOrdered } = found;
  const columns = await columnsOf(session, name);
  const constraints = await constraintsOf(session, name);
  const indexes = await indexesOf(session, name);
  const own = constraints.filter((constraint) => !isNotNull(constraint));
  return {
    name,
    kind,
    fields: columns.map(({ field }) => field),
    key: own.find(({ kind: one }) => one === 'P')?.columns ?? [],
    defaulted: named(columns, ({ hasDefault, identity }) => hasDefault || identity !== null),
    generated: named(columns, ({ virtual, identity }) => virtual || identity === 'ALWAYS'),
    checks: own.flatMap(({ kind: one, condition, columns: looked }) => (one === 'C' && condition !== null ? [{ sql: condition, columns: looked }] : [])),
    uniques: [...own.filter(({ kind: one }) => one === 'P' || one === 'U').map(({ columns: unique }) => unique), ...indexes.filter(({ unique }) => unique).map(({ columns: unique }) => unique)],
    isPlain: kind === 'table' && own.length === 0 && indexes.length === 0 && columns.every(({ hasDefault, virtual, identity }) => !hasDefault && !virtual && identity === null) && !(await hasDependents(session, name)),
    takesUpserts: false,
    estimate,
    keyOrder: isOrdered ? 'free' : 'sort',
  }; // prettier-ignore
}

const named = (columns: readonly Column[], is: (column: Column) => boolean): ReadonlySet<string> =>
  new Set(columns.filter(is).map(({ field }) => field.name));

/** Oracle keeps NOT NULL as a check. */
const isNotNull = ({ kind, condition, columns: [column, second] }: Constraint): boolean =>
  kind === 'C' && second === undefined && condition === `"${column ?? ''}" IS NOT NULL`;

interface Found {
  readonly name: TableName;
  readonly kind: 'table' | 'view';
  readonly estimate: number | null;
  /** Rows lie in the order of the key. */
  readonly isOrdered: boolean;
}

/** To the letter, else in capitals, as names without quotes are meant. */
async function findTable(session: SqlSession, { schema, table }: TableName): Promise<Found | null> {
  const rows = await session.rows(
    `select o.owner, o.object_name, o.object_type, t.num_rows, t.iot_type from all_objects o left join all_tables t on t.owner = o.owner and t.table_name = o.object_name where o.object_type in ('TABLE', 'VIEW', 'MATERIALIZED VIEW') and o.owner in (:1, :2) and o.object_name in (:3, :4)`,
    [schema, schema.toUpperCase(), table, table.toUpperCase()],
  );
  const rank = ([owner, name]: readonly (string | null)[]): number => (owner === schema ? 0 : 2) + (name === table ? 0 : 1);
  // A materialised view is there as a table too
  const [best] = [...rows].sort((a, b) => rank(a) - rank(b) || (a[2] ?? '').localeCompare(b[2] ?? ''));
  if (best === undefined) return null;
  const [owner, name, type, estimate, iot] = best;
  return {
    name: { schema: owner ?? schema, table: name ?? table },
    kind: type === 'TABLE' ? 'table' : 'view',
    estimate: estimate == null ? null : Number(estimate),
    isOrdered: iot === 'IOT',
  };
}

/** Triggers, and views or programs that name the table. */
async function hasDependents(session: SqlSession, { schema, table }: TableName): Promise<boolean> {
  const [row] = await session.rows(
    `select (select count(*) from all_triggers where table_owner = :1 and table_name = :2) + (select count(*) from all_dependencies where referenced_owner = :3 and referenced_name = :4) from dual`,
    [schema, table, schema, table],
  );
  return Number(row?.[0]) > 0;
}
