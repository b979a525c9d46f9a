import { ownPrefix, type CheckPlan, type Introspection, type TableFacts, type TableName } from '@etl/sql';
import { domainField } from './described-fields.js';

const readable = `c.relkind in ('r', 'p', 'v', 'm', 'f') and n.nspname !~ '^pg_' and n.nspname <> 'information_schema'`;

export const postgresIntrospection: Introspection = {
  async defaultSchema(session) {
    const [row] = await session.rows('select current_schema()');
    return row?.[0] ?? 'public';
  },
  async hasSchema(session, schema) {
    return (await session.rows('select 1 from pg_namespace where nspname = $1', [schema])).length > 0;
  },
  async tables(session) {
    const rows = await session.rows(
      `select n.nspname, c.relname from pg_class c join pg_namespace n on n.oid = c.relnamespace where ${readable} and not starts_with(c.relname, '${ownPrefix}') and has_table_privilege(c.oid, 'select') order by 1, 2`,
    );
    return rows.map(([schema, table]) => ({ schema: schema ?? '', table: table ?? '' }));
  },
  async table(session, name) {
    const [found] = await session.rows(relationSql, [name.schema, name.table]);
    if (found === undefined) return null;
    const [kind = null, rows = null, isBare = null, columnList, uniqueList, checkList, correlation] = found;
    const columns = parsed(columnList) as ColumnRow[];
    const uniques = parsed(uniqueList) as UniqueRow[];
    return {
      name,
      kind: kind === 'v' ? 'view' : 'table',
      fields: columns.map(({ name: column, base, own, required }) => domainField({ name: column, base, own, nullable: !required })),
      key: uniques.find(({ primary }) => primary)?.columns ?? [],
      defaulted: new Set(columns.flatMap((column) => (column.defaulted ? [column.name] : []))),
      generated: new Set(columns.flatMap((column) => (column.generated ? [column.name] : []))),
      checks: parsed(checkList) as CheckPlan[],
      uniques: uniques.map((unique) => unique.columns),
      isPlain: isBare === 't' && kind === 'r' && columns.every(({ required, defaulted }) => !required && !defaulted),
      takesUpserts: false,
      estimate: rows === null ? null : Number(rows),
      keyOrder: correlation == null || Math.abs(Number(correlation)) > 0.9 ? 'free' : 'sort',
    } satisfies TableFacts & { readonly name: TableName };
  },
  async quantiles(session, name, field, count) {
    const [row] = await session.rows(
      `select array_to_json(histogram_bounds::text::text[]) from pg_stats where schemaname = $1 and tablename = $2 and attname = $3`,
      [name.schema, name.table, field.name],
    );
    const bounds = parsed(row?.[0]) as string[];
    if (bounds.length < 2 * count) return null;
    const chosen = Array.from({ length: count - 1 }, (_, at) => bounds[Math.round(((at + 1) * (bounds.length - 1)) / count)] ?? '');
    return chosen.every((bound, at) => at === 0 || bound !== chosen[at - 1]) ? chosen : null;
  },
};

interface ColumnRow {
  readonly name: string;
  /** Its type, and the one that it narrows where it is a domain. */
  readonly own: string;
  readonly base: string;
  readonly required: boolean;
  readonly defaulted: boolean;
  readonly generated: boolean;
}

interface UniqueRow {
  readonly primary: boolean;
  readonly columns: readonly string[];
}

/** A list that the server gave as JSON. */
const parsed = (json: string | null | undefined): unknown => JSON.parse(json ?? '[]');

const columnsSql = `
select json_agg(json_build_object('name', a.attname, 'base', coalesce(format_type(nullif(t.typbasetype, 0), t.typtypmod), format_type(a.atttypid, a.atttypmod)),
  'own', format_type(a.atttypid, a.atttypmod), 'required', a.attnotnull or (t.typtype = 'd' and t.typnotnull),
  'defaulted', a.atthasdef or a.attidentity <> '', 'generated', a.attgenerated <> '' or a.attidentity = 'a') order by a.attnum)
from pg_attribute a join pg_type t on t.oid = a.atttypid where a.attrelid = c.oid and a.attnum > 0 and not a.attisdropped`;

/** Columns of unique indexes that hold for every row; expressions match no column. */
const uniquesSql = `
select json_agg(json_build_object('primary', i.indisprimary, 'columns', (
  select json_agg(coalesce(a.attname, '') order by k.n) from unnest(i.indkey::int2[]) with ordinality k (attribute, n)
  left join pg_attribute a on a.attrelid = i.indrelid and a.attnum = k.attribute where k.n <= i.indnkeyatts)) order by i.indisprimary desc)
from pg_index i where i.indrelid = c.oid and i.indisunique and i.indpred is null`;

const checksSql = `
select json_agg(json_build_object('sql', pg_get_expr(x.conbin, x.conrelid), 'columns', (
  select coalesce(json_agg(a.attname order by k.n), '[]') from unnest(x.conkey) with ordinality k (attribute, n)
  join pg_attribute a on a.attrelid = x.conrelid and a.attnum = k.attribute)) order by x.conname)
from pg_constraint x where x.conrelid = c.oid and x.contype = 'c' and x.convalidated`;

/** The relation, its rows as the server guesses them, and whether it is nothing but columns that belong to the login. */
const relationSql = `
select c.relkind, case when c.reltuples >= 0 and c.relpages > 0 then c.reltuples::bigint end,
  c.relpersistence = 'p' and c.reltablespace = 0 and c.reloptions is null and c.relacl is null and not c.relrowsecurity and c.relreplident = 'd'
  and not c.relhastriggers and not c.relhasrules and not c.relhassubclass and not c.relispartition
  and pg_get_userbyid(c.relowner) = current_user
  and not exists (select from pg_index x where x.indrelid = c.oid)
  and not exists (select from pg_constraint x where x.conrelid = c.oid)
  and not exists (select from pg_inherits x where x.inhrelid = c.oid)
  and not exists (select from pg_description x where x.objoid = c.oid and x.classoid = 'pg_class'::regclass)
  and not exists (select from pg_attribute x where x.attrelid = c.oid and (x.attacl is not null or x.attidentity <> '' or x.attgenerated <> ''))
  and not exists (select from pg_depend x where x.refclassid = 'pg_class'::regclass and x.refobjid = c.oid and x.deptype <> 'i'),
  (${columnsSql}), (${uniquesSql}), (${checksSql}),
  (select s.correlation from pg_index i join pg_attribute a on a.attrelid = c.oid and a.attnum = i.indkey[0]
    join pg_stats s on s.schemaname = n.nspname and s.tablename = c.relname and s.attname = a.attname where i.indrelid = c.oid and i.indisprimary)
from pg_class c join pg_namespace n on n.oid = c.relnamespace
where n.nspname = $1 and c.relname = $2 and c.relkind in ('r', 'p', 'v', 'm', 'f')`;
