import type { Field } from '@etl/sdk';
import { EtlError } from '@etl/sdk';
import { ownPrefix, type Introspection, type SqlSession, type TableFacts, type TableName } from '@etl/sql';
import { quoteName } from './column-type.js';
import { fieldOfNative, type Reading } from './field-of-native.js';
import { keyMark, utcMark } from './native-type.js';

/** What is in a database, from information_schema. */
export const mysqlIntrospection = (reading: Reading): Introspection => ({
  async defaultSchema(session) {
    const [row] = await session.rows('select database()');
    const schema = row?.[0];
    if (schema == null)
      throw new EtlError('CONFIG_INVALID', 'The connection names no database', { hint: 'Add database to the connection' });
    return schema;
  },
  async tables(session) {
    const rows = await session.rows(
      `select table_schema, table_name from information_schema.tables where table_schema not in ('information_schema', 'mysql', 'performance_schema', 'sys') and left(table_name, ?) <> ? order by 1, 2`,
      [String(ownPrefix.length), ownPrefix],
    );
    return rows.map(([schema, table]): TableName => ({ schema: schema ?? '', table: table ?? '' }));
  },
  table: (session, name) => tableFacts(session, name, reading),
});

async function tableFacts(
  session: SqlSession,
  asked: TableName,
  reading: Reading,
): Promise<(TableFacts & { readonly name: TableName }) | null> {
  const found = await findTable(session, asked);
  if (found === null) return null;
  const { name } = found;
  const declared = await columnsOf(session, name);
  const checks = await checksOf(session, name);
  const columns = declared.map((column) => ({ ...column, field: fieldOf(column, isJson(column, checks), reading) }));
  const indexes = await indexesOf(session, name);
  const others = checks.filter((sql) => !columns.some((column) => isJsonCheck(sql, column.name)));
  const isPlain =
    found.kind === 'table' &&
    indexes.size === 0 &&
    others.length === 0 &&
    found.comment === '' &&
    !found.partitioned &&
    columns.every(
      ({ hasDefault, extra, comment }) => !hasDefault && extra === '' && (comment === '' || comment === 'UTC' || comment === 'etl key'),
    ) &&
    !(await hasDependents(session, name));
  return {
    name,
    kind: found.kind,
    fields: columns.map(({ field }) => field),
    key: indexes.get('PRIMARY')?.columns ?? [],
    defaulted: new Set(
      columns.filter(({ hasDefault, extra }) => hasDefault || /auto_increment/i.test(extra)).map(({ name: column }) => column),
    ),
    generated: new Set(
      columns
        .filter(({ extra }) => /\b(virtual|stored|persistent) generated|generated always/i.test(extra))
        .map(({ name: column }) => column),
    ),
    checks: others.map((sql) => ({
      sql,
      columns: columns.filter(({ name: column }) => sql.includes(quoteName(column))).map(({ name: column }) => column),
    })),
    uniques: [...indexes.values()].flatMap(({ unique, columns: list }) => (unique ? [list] : [])),
    isPlain,
    takesUpserts: found.kind === 'table' && found.engine === 'InnoDB' && (await isUnwatched(session, name)),
    estimate: found.estimate,
    // InnoDB keeps rows in the order of the primary key
    keyOrder: found.engine === 'InnoDB' ? 'free' : 'sort',
  };
}

interface FoundTable {
  readonly name: TableName;
  readonly kind: 'table' | 'view';
  readonly engine: string;
  readonly estimate: number | null;
  readonly comment: string;
  readonly partitioned: boolean;
}

async function findTable(session: SqlSession, { schema, table }: TableName): Promise<FoundTable | null> {
  const [row] = await session.rows(
    `select table_schema, table_name, table_type, engine, table_rows, table_comment, create_options from information_schema.tables where table_schema = ? and table_name = ?`,
    [schema, table],
  );
  if (row === undefined) return null;
  const [foundSchema, foundTable, type, engine, rows, comment, options] = row;
  const kind = type === 'BASE TABLE' || type === 'SYSTEM VERSIONED' ? 'table' : 'view';
  return {
    name: { schema: foundSchema ?? schema, table: foundTable ?? table },
    kind,
    engine: engine ?? '',
    estimate: rows == null ? null : Number(rows),
    comment: kind === 'view' ? '' : (comment ?? ''),
    partitioned: /partitioned/i.test(options ?? '') || type === 'SYSTEM VERSIONED',
  };
}

interface Column {
  readonly name: string;
  readonly type: string;
  readonly nullable: boolean;
  readonly collation: string | null;
  readonly hasDefault: boolean;
  readonly extra: string;
  readonly comment: string;
}

async function columnsOf(session: SqlSession, { schema, table }: TableName): Promise<readonly Column[]> {
  const rows = await session.rows(
    `select column_name, column_type, is_nullable, collation_name, column_default, extra, column_comment from information_schema.columns where table_schema = ? and table_name = ? order by ordinal_position`,
    [schema, table],
  );
  return rows.map(([name, type, nullable, collation, value, extra, comment]) => ({
    name: name ?? '',
    type: type ?? '',
    nullable: nullable === 'YES',
    collation: collation ?? null,
    // MariaDB writes a default of null as NULL
    hasDefault: value != null && value !== 'NULL',
    extra: (extra ?? '').replace('DEFAULT_GENERATED', '').trim(),
    comment: comment ?? '',
  }));
}

/** JSON of MariaDB is a text with a check. */
const isJson = ({ name, type }: Column, checks: readonly string[]): boolean =>
  type === 'json' || (/^longtext/i.test(type) && checks.some((sql) => isJsonCheck(sql, name)));

const isJsonCheck = (sql: string, column: string): boolean =>
  sql.replace(/^\(+|\)+$/g, '').toLowerCase() === `json_valid(${quoteName(column)}`.toLowerCase() ||
  sql.toLowerCase() === `json_valid(${quoteName(column)})`.toLowerCase();

function fieldOf({ name, type, nullable, collation, comment }: Column, json: boolean, reading: Reading): Field {
  const mark = /^datetime/i.test(type) && comment === 'UTC' ? ` ${utcMark}` : comment === 'etl key' ? ` ${keyMark}` : '';
  const native = json ? 'json' : `${type}${collation === null ? '' : ` collate ${collation}`}${mark}`;
  return fieldOfNative({ name, type: native, nullable }, reading);
}

/** Conditions of CHECK constraints; older servers have none, and no table that tells them. */
async function checksOf(session: SqlSession, { schema, table }: TableName): Promise<readonly string[]> {
  const [known] = await session.rows(
    `select max(column_name = 'TABLE_NAME'), count(*) from information_schema.columns where table_schema = 'information_schema' and table_name = 'CHECK_CONSTRAINTS'`,
  );
  if (Number(known?.[1]) === 0) return [];
  const byTable = Number(known?.[0]) === 1;
  const rows = await session.rows(
    byTable
      ? 'select check_clause from information_schema.check_constraints where constraint_schema = ? and table_name = ?'
      : 'select c.check_clause from information_schema.check_constraints c join information_schema.table_constraints t on t.constraint_schema = c.constraint_schema and t.constraint_name = c.constraint_name where t.table_schema = ? and t.table_name = ?',
    [schema, table],
  );
  return rows.map(([sql]) => sql ?? '');
}

interface Index {
  readonly unique: boolean;
  readonly columns: readonly string[];
}

async function indexesOf(session: SqlSession, { schema, table }: TableName): Promise<ReadonlyMap<string, Index>> {
  const rows = await session.rows(
    'select index_name, non_unique, column_name, sub_part from information_schema.statistics where table_schema = ? and table_name = ? order by index_name, seq_in_index',
    [schema, table],
  );
  const indexes = new Map<string, { unique: boolean; columns: string[] }>();
  for (const [name, other, column, part] of rows) {
    const index = indexes.get(name ?? '') ?? { unique: other === '0', columns: [] };
    // An index over the beginning of a column, or an expression, tells rows apart in its own way
    index.columns.push(column == null || part != null ? `(${name ?? ''})` : column);
    indexes.set(name ?? '', index);
  }
  return indexes;
}

/** Whether no trigger sees what is written. They are shown only to who may make them: for others it is not known. */
async function isUnwatched(session: SqlSession, { schema, table }: TableName): Promise<boolean> {
  const granted = (level: string, more: string): string =>
    `exists (select 1 from information_schema.${level}_privileges where privilege_type = 'TRIGGER' and grantee = concat('''', replace(current_user(), '@', '''@'''), '''')${more})`;
  const [row] = await session.rows(
    `select not exists (select 1 from information_schema.triggers where event_object_schema = ? and event_object_table = ?) and (${[
      granted('user', ''),
      granted('schema', ' and ? like table_schema'),
      granted('table', ' and table_schema = ? and table_name = ?'),
    ].join(' or ')})`,
    [schema, table, schema, schema, table],
  );
  return row?.[0] === '1';
}

/** Triggers, foreign keys on either side and views stay with the table that they name. */
async function hasDependents(session: SqlSession, { schema, table }: TableName): Promise<boolean> {
  const [row] = await session.rows(
    `select (select count(*) from information_schema.triggers where event_object_schema = ? and event_object_table = ?) + (select count(*) from information_schema.key_column_usage where referenced_table_schema = ? and referenced_table_name = ?) + (select count(*) from information_schema.table_privileges where table_schema = ? and table_name = ?)`,
    [schema, table, schema, table, schema, table],
  );
  return Number(row?.[0]) > 0;
}
