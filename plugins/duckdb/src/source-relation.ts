import { quote, type Session } from '@etl/columnar';
import { EtlError, type Json, type ParentColumns, type Parents, type Schema } from '@etl/sdk';
import { describeTable } from './catalog.js';
import type { SqlExtractOptions } from '@etl/sql/rules';
import { bindSql, eachRelation, eachSchema } from './parents-relation.js';

/** What an extract reads, as SQL, with its columns. */
export interface SourceRelation {
  /** A table name or a query in brackets, with the parameters filled in by name. */
  readonly from: string;
  readonly schema: Schema;
  readonly values: { readonly [name: string]: string | null };
  /** Only a table has row numbers of its own. */
  readonly isTable: boolean;
}

export interface SourceSetting {
  /** Schema of tables that are named without one. */
  readonly defaultSchema: string;
  /** Their columns, or a batch of them: the read is joined with each. */
  readonly parents?: ParentColumns | Parents | undefined;
}

/** Describes the table or query. Throws NOT_FOUND, SQL_FAILED, or CONFIG_INVALID where it is not one SELECT. */
export async function sourceRelation(
  session: Session,
  options: SqlExtractOptions,
  { defaultSchema, parents }: SourceSetting,
): Promise<SourceRelation> {
  const name = { schema: options.schema ?? defaultSchema, table: options.table ?? '' };
  const table = `${quote(name.schema)}.${quote(name.table)}`;
  if (parents !== undefined) {
    if (options.query === undefined) await describeTable(session, name);
    const read =
      options.query === undefined
        ? `select * from ${table}${options.where === undefined ? '' : ` where (${options.where})`}`
        : trimmed(options.query);
    const bound = bindSql(read, options, parents);
    // DuckDB renames the second of two columns by one name: the read is described without those that are carried
    const own = eachRelation(bound, { fields: parents.fields, include: [] });
    const described = await describeQuery(session, own.from, own.values);
    return { ...eachRelation(bound, parents), schema: eachSchema(described, parents), isTable: false };
  }
  if (options.query === undefined) {
    const schema = await describeTable(session, name);
    const values = options.where === undefined ? {} : bindSql(options.where, options).values;
    return { from: table, schema, values, isTable: await isBaseTable(session, name) };
  }
  const { sql, values } = bindSql(trimmed(options.query), options);
  const from = `(\n${sql}\n)`;
  return { from, schema: await describeQuery(session, from, values), values, isTable: false };
}

const trimmed = (query: string): string => query.trim().replace(/;+\s*$/, '');

async function describeQuery(session: Session, from: string, values: SourceRelation['values']): Promise<Schema> {
  try {
    return await session.describe(`select * from ${from}`, values);
  } catch (error) {
    if (!(error instanceof EtlError) || error.code !== 'SQL_FAILED') throw error;
    const { line } = linesOf(error.details);
    throw new EtlError('SQL_FAILED', `The query fails: ${error.message}`, {
      hint: error.hint ?? 'A query of an extract is one SELECT',
      cause: error.cause,
      ...(line === undefined ? {} : { details: { line: Math.max(line - 1, 1) } }),
    });
  }
}

/** The query begins on the second line of the statement. */
const linesOf = (details: Json): { line?: number } => {
  if (details === null || typeof details !== 'object' || Array.isArray(details)) return {};
  const line = (details as { readonly [name: string]: Json })['line'];
  return typeof line === 'number' ? { line } : {};
};

async function isBaseTable(session: Session, { schema, table }: { schema: string; table: string }): Promise<boolean> {
  const found = await session.rows(
    `select 1 from duckdb_tables() where database_name = current_database() and lower(schema_name) = lower($1) and lower(table_name) = lower($2)`,
    [schema, table],
  );
  return found.length > 0;
}

/** The named columns, in that order. Throws SCHEMA_MISMATCH. */
export function chooseColumns(schema: Schema, names: readonly string[]): Schema {
  const fields = names.map((name) => {
    const found = schema.fields.find((field) => field.name.toLowerCase() === name.toLowerCase());
    if (found !== undefined) return found;
    throw new EtlError('SCHEMA_MISMATCH', `There is no column ${name}`, {
      hint: `Columns are ${schema.fields.map((field) => field.name).join(', ')}`,
    });
  });
  const chosen = new Set(fields.map((field) => field.name));
  return { fields, key: schema.key.every((name) => chosen.has(name)) ? schema.key : [] };
}
