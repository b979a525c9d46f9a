import { isEtlError, type Field } from '@etl/sdk';
import { bindNames, namedValues } from './bind-names.js';
import type { EqualJoin } from './dialect.js';
import { equalityQuery, type Equality, type EqualityQuery } from './equality-query.js';
import { bound, joined, raw, render, sql, type Fragment } from './fragment.js';
import type { OpenDatabase } from './open-database.js';
import type { QueryForParents } from './query-for-parents.js';
import type { SqlSession } from './sql-client.js';

/** What the values of a parameter are compared in; null: they need none. */
type Collations = ReadonlyMap<Equality, string | null>;

/**
 * The query joined with the table of its parents' values: as if it ran once for each, in one pass over the source. null: the query is none that can be read so, or its columns compare
 * otherwise with a column than with a bound value.
 */
export async function joinedQuery(open: OpenDatabase, session: SqlSession, request: QueryForParents): Promise<Fragment | null> {
  const { equalJoin, backslashEscapes } = open.dialect.values;
  if (equalJoin === null) return null;
  const { query, fields } = request;
  const parsed = equalityQuery(query, new Set(fields.map(({ name }) => name)), backslashEscapes);
  if (parsed === null) return null;
  const collations = await compared(open, session, { equalJoin, parsed, request });
  return collations === null ? null : joinOf(open, { equalJoin, parsed, request, collations });
}

interface Joining {
  readonly equalJoin: EqualJoin;
  readonly parsed: EqualityQuery;
  readonly request: QueryForParents;
}

/** Asks the server for the types and collations of the columns; null: values of a parent would be compared with one of them in another way. */
async function compared(open: OpenDatabase, session: SqlSession, { equalJoin, parsed, request }: Joining): Promise<Collations | null> {
  const { equalities, from } = parsed;
  const source = bindNames(from, open.dialect, namedValues(request.options.params));
  const columns = equalities.map(({ column }, at) => sql`${column} c${String(at)}`);
  const types = await described(session, render(sql`select ${joined(columns, ', ')} from ${source}`, open.dialect));
  if (types === null) return null;
  const kinds = equalities.map((equality, at) => {
    const field = request.fields.find(({ name }) => name === equality.name);
    const column = types[at];
    return field === undefined || column === undefined ? null : equalJoin.compares(field, column);
  });
  if (kinds.includes(null)) return null;
  const texts = equalities.filter((_, at) => kinds[at] === 'in its collation');
  const collations = new Map<Equality, string | null>(equalities.map((equality) => [equality, null]));
  if (texts.length === 0) return collations;
  const asked = texts.map(({ column }, at) => sql`${equalJoin.collation(column)} c${String(at)}`);
  const [row] = await open.rows(session, joined([sql`select ${joined(asked, ', ')} from ${source}`, open.dialect.values.limit('', 1)], ''));
  for (const [at, equality] of texts.entries()) {
    const collation = row?.[at] ?? null;
    if (collation === null) return null;
    collations.set(equality, collation);
  }
  return collations;
}

async function described(session: SqlSession, { sql: statement, binds }: ReturnType<typeof render>): Promise<readonly Field[] | null> {
  try {
    return await session.describe(statement, binds);
  } catch (error) {
    // What stands there is more than its columns: it is read as it is
    if (isEtlError(error) && session.usable && error.code !== 'CANCELLED') return null;
    throw error;
  }
}

function joinOf(open: OpenDatabase, { equalJoin, parsed, request, collations }: Joining & { readonly collations: Collations }): Fragment {
  const { fields, included, own, options } = request;
  const { quote } = open.dialect.names;
  const valueOf = namedValues(options.params);
  const bindable = (text: string): Fragment => bindNames(text, open.dialect, valueOf);
  const terms = [
    ...parsed.equalities.map((equality, at) => sql`${equality.column} = _etl_p._etl_k${String(at)}`),
    ...parsed.conditions.map((condition) => sql`(${bindable(condition)}\n)`),
  ];
  const parents = parentsTable({ equalJoin, parsed, request, collations });
  const carried = parsed.isStar ? [] : [raw('_etl_p.*')];
  const select = sql`select ${joined([bindable(parsed.list), ...carried], '\n, ')} from ${bindable(parsed.from)}\n cross join (${parents}) _etl_p where ${joined(terms, ' and ')}`;
  const shown = [
    ...included.map((field) => `q._etl_v${String(fields.indexOf(field))} ${quote(field.name)}`),
    ...own.map(({ name }) => `q.${quote(name)}`),
  ];
  return sql`select ${joined(shown, ', ')} from (${select}) q`;
}

/** Each parent with a number, its values as they are, and as what each column is compared with. */
function parentsTable({ equalJoin, parsed, request, collations }: Joining & { readonly collations: Collations }): Fragment {
  const { fields, rows } = request;
  const longest = fields.map((_, at) => rows.reduce((most, row) => Math.max(most, row[at]?.length ?? 0), 1));
  const listed = rows.map((row, number) => {
    const values = fields.map((field, at) => {
      const value = bound(field, row[at] ?? null);
      const type = equalJoin.sized(field, longest[at] ?? 1);
      return sql`${type === null ? value : sql`cast(${value} as ${type})`} _etl_v${String(at)}`;
    });
    return sql`select ${String(number)} _etl_n, ${joined(values, ', ')}`;
  });
  const keys = parsed.equalities.map((equality, at) => {
    const value = `_etl_v${String(fields.findIndex(({ name }) => name === equality.name))}`;
    const collation = collations.get(equality) ?? null;
    return `${collation === null ? value : equalJoin.inCollation(value, collation)} _etl_k${String(at)}`;
  });
  // Distinct, so that the server keeps it as a table with an index, and works out each key once
  return sql`select distinct _etl_list.*, ${joined(keys, ', ')} from (${joined(listed, ' union all ')}) _etl_list`;
}
