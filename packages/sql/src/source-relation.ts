import { EtlError, isEtlError, type Field, type Json, type ParentColumns, type Parents, type Schema } from '@etl/sdk';
import { bindNames, namedValues, oneStatement } from './bind-names.js';
import type { SqlExtractOptions } from './extract-options.js';
import { bound, joined, raw, render, sql, type Fragment } from './fragment.js';
import { findColumn } from './load-shape.js';
import { nearestTable } from './nearest-table.js';
import type { OpenDatabase } from './open-database.js';
import type { SqlSession } from './sql-client.js';
import type { TableFacts } from './table-facts.js';
import type { TableName } from './table-name.js';

/** What an extract reads, as SQL, with its columns. */
export interface SourceRelation {
  /** A table, or a query in brackets with an alias; parameters are bound in it. */
  readonly from: Fragment;
  readonly schema: Schema;
  /** Conditions of the options, bound. */
  readonly where: readonly Fragment[];
  /** null: it is a query, or depends on parents. */
  readonly table: (TableFacts & { readonly name: TableName }) | null;
}

/** Which parents a relation is for: their columns alone (values are null), or a batch of them. */
export type RelationParents = ParentColumns | Parents | undefined;

/** Describes the table or query. Throws NOT_FOUND, SQL_FAILED, or CONFIG_INVALID where it is not one SELECT. */
export async function sourceRelation(
  open: OpenDatabase,
  session: SqlSession,
  { options, parents }: { readonly options: SqlExtractOptions; readonly parents?: RelationParents },
): Promise<SourceRelation> {
  if (parents !== undefined) return relationOfParents(open, session, { options, parents });
  const valueOf = namedValues(options.params);
  const where = options.where === undefined ? [] : [sql`(${bindNames(options.where, open.dialect, valueOf)})`];
  if (options.query === undefined) {
    const table = await sourceTable(open, session, options);
    const { fields, key } = table;
    return { from: raw(`${open.quote(table.name)} src`), schema: { fields, key }, where, table };
  }
  const query = bindNames(oneStatement(options.query), open.dialect, valueOf);
  return { from: sql`(\n${query}\n) src`, schema: { fields: await describeQuery(open, session, query), key: [] }, where, table: null };
}

async function sourceTable(
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

/** The query once for each parent, in one statement: joined to their values, or one branch for each. */
async function relationOfParents(
  open: OpenDatabase,
  session: SqlSession,
  { options, parents }: { readonly options: SqlExtractOptions; readonly parents: ParentColumns | Parents },
): Promise<SourceRelation> {
  const names = open.dialect.names;
  const inner = await innerQuery(open, session, options);
  const nulls = bindNames(
    inner,
    open.dialect,
    parentValues(parents.fields, () => null, options),
  );
  const own = await describeQuery(open, session, nulls);
  const included = parents.include.flatMap((name) => parents.fields.filter((field) => field.name === name));
  const twin = included.find(({ name }) => own.some((field) => field.name.toLowerCase() === name.toLowerCase()));
  if (twin !== undefined)
    throw new EtlError('SCHEMA_MISMATCH', `The read has a column ${twin.name} of its own, and each includes one of that name`, {
      hint: `Leave ${twin.name} out of include, or give the column of the read another name`,
    });
  const schema = { fields: [...included, ...own], key: [] };
  const rows = 'rows' in parents ? parents.rows.map((row) => row.map((value) => (value === null ? null : String(value)))) : [];
  const valuesOf = (fields: readonly Field[], row: readonly (string | null)[]): readonly Fragment[] =>
    fields.map((field) => sql`${bound(field, row[parents.fields.indexOf(field)] ?? null)} ${names.quote(field.name)}`);
  const shown = (alias: string, fields: readonly Field[]): readonly Fragment[] =>
    fields.map(({ name }) => raw(`${alias}.${names.quote(name)}`));
  const given = rows.length === 0 ? [parents.fields.map(() => null)] : rows;
  if (open.dialect.values.lateral) {
    const columns = new Map(parents.fields.map(({ name }) => [name, raw(`p.${names.quote(name)}`)]));
    const query = bindNames(inner, open.dialect, (name) => columns.get(name) ?? namedValues(options.params)(name));
    const list = joined(given.map((row) => sql`select ${joined(valuesOf(parents.fields, row), ', ')}${open.dialect.values.dual}`), ' union all '); // prettier-ignore
    const columnsShown = joined([...shown('p', included), ...shown('q', own)], ', ');
    return { from: sql`(select ${columnsShown} from (${list}) p, lateral (\n${query}\n) q) src`, schema, where: [], table: null };
  }
  const branches = given.map((row) => {
    const query = bindNames(
      inner,
      open.dialect,
      parentValues(parents.fields, (at) => row[at] ?? null, options),
    );
    return sql`select ${joined([...valuesOf(included, row), ...shown('q', own)], ', ')} from (\n${query}\n) q`;
  });
  return { from: sql`(${joined(branches, ' union all ')}) src`, schema, where: [], table: null };
}

/** The query, or the table with its condition as one. */
async function innerQuery(open: OpenDatabase, session: SqlSession, options: SqlExtractOptions): Promise<string> {
  if (options.query !== undefined) return oneStatement(options.query);
  const { name, fields } = await sourceTable(open, session, options);
  const columns = open.columns(fields.map((field) => field.name));
  return `select ${columns} from ${open.quote(name)}${options.where === undefined ? '' : ` where (${options.where})`}`;
}

const parentValues =
  (fields: readonly Field[], valueAt: (at: number) => string | null, { params }: SqlExtractOptions) =>
  (name: string): Fragment | null => {
    const at = fields.findIndex((field) => field.name === name);
    const field = fields[at];
    return field === undefined ? namedValues(params)(name) : bound(field, valueAt(at));
  };

async function describeQuery(open: OpenDatabase, session: SqlSession, query: Fragment): Promise<readonly Field[]> {
  const { sql: statement, binds } = render(query, open.dialect);
  const fields = await described(session, statement, binds);
  const seen = new Set<string>();
  for (const { name } of fields) {
    if (seen.has(name))
      throw new EtlError('SCHEMA_MISMATCH', `The query gives two columns called ${name}`, { hint: 'Name one of them: as other_name' });
    seen.add(name);
  }
  return fields;
}

async function described(session: SqlSession, statement: string, binds: readonly (string | null)[]): Promise<readonly Field[]> {
  try {
    return await session.describe(statement, binds);
  } catch (error) {
    if (!isEtlError(error) || error.code !== 'SQL_FAILED') throw error;
    const { details } = error;
    throw new EtlError('SQL_FAILED', `The query fails: ${error.message}`, {
      hint: error.hint ?? 'A query of an extract is one SELECT',
      cause: error.cause,
      ...(isObject(details) ? { details } : {}),
    });
  }
}

const isObject = (details: Json): boolean => details !== null && typeof details === 'object';

/** The named columns, in that order. Throws SCHEMA_MISMATCH. */
export function chooseColumns({ fields, key }: Schema, names: readonly string[], { dialect }: Pick<OpenDatabase, 'dialect'>): Schema {
  const chosen = names.map((name) => {
    const found = findColumn(fields, name, dialect);
    if (found !== undefined) return found;
    throw new EtlError('SCHEMA_MISMATCH', `There is no column ${name}`, {
      hint: `Columns are ${fields.map((field) => field.name).join(', ')}`,
    });
  });
  const there = new Set(chosen.map((field) => field.name));
  return { fields: chosen, key: key.every((name) => there.has(name)) ? key : [] };
}
