import type { Catalog, Field, Schema } from '@etl/sdk';
import { EtlError } from '@etl/sdk';
import { quote, type Session } from '@etl/columnar';
import { ownPrefix, type TableName } from '@etl/sql/rules';
import type { DatabaseHolder } from './database-holder.js';

/** Reading the catalog never makes a database. */
export function catalogOf(holder: DatabaseHolder): Catalog {
  return {
    tables: async () => {
      if (!(await holder.exists())) return [];
      return holder.with(async (session) => {
        const found = await session.rows(
          `select table_schema as s, table_name as t from information_schema.tables where table_catalog = current_database() and not starts_with(table_name, $1) order by all`,
          [ownPrefix],
        );
        return found.map(({ s, t }) => (s === holder.options.schema ? String(t) : `${String(s)}.${String(t)}`)).sort();
      });
    },
    describe: (name) =>
      existing(holder, async (session) => {
        const dot = name.indexOf('.');
        const whole = { schema: holder.options.schema, table: name };
        if (dot < 0 || (await tableExists(session, whole))) return describeTable(session, whole);
        return describeTable(session, { schema: name.slice(0, dot), table: name.slice(dot + 1) });
      }),
  };
}

/** A session for reading. Throws NOT_FOUND where there is no database yet. */
export async function existing<T>(holder: DatabaseHolder, work: (session: Session) => Promise<T>): Promise<T> {
  if (!(await holder.exists()))
    throw new EtlError('NOT_FOUND', `There is no database ${holder.path}`, {
      hint: 'Correct the path of the connection, or load into it first',
    });
  return holder.with(work);
}

export async function tableExists(session: Session, { schema, table }: TableName): Promise<boolean> {
  const found = await session.rows(
    `select 1 from information_schema.tables where table_catalog = current_database() and lower(table_schema) = lower($1) and lower(table_name) = lower($2)`,
    [schema, table],
  );
  return found.length > 0;
}

/** Columns and primary key of a table or view. Throws NOT_FOUND with the nearest name. */
export async function describeTable(session: Session, name: TableName): Promise<Schema> {
  if (!(await tableExists(session, name))) throw await notFound(session, name);
  const { fields } = await session.describe(`select * from ${quote(name.schema)}.${quote(name.table)}`);
  const columns = await session.rows(
    `select column_name as name, is_nullable as nullable from duckdb_columns() where database_name = current_database() and lower(schema_name) = lower($1) and lower(table_name) = lower($2)`,
    [name.schema, name.table],
  );
  const required = new Set(columns.filter(({ nullable }) => nullable === false).map(({ name: column }) => column));
  const key = await primaryKey(session, name);
  return { fields: fields.map((field): Field => ({ ...field, nullable: !required.has(field.name) })), key };
}

async function primaryKey(session: Session, { schema, table }: TableName): Promise<readonly string[]> {
  const found = await session.rows(
    `select unnest(constraint_column_names) as name from duckdb_constraints() where constraint_type = 'PRIMARY KEY' and database_name = current_database() and lower(schema_name) = lower($1) and lower(table_name) = lower($2)`,
    [schema, table],
  );
  return found.map(({ name }) => String(name));
}

async function notFound(session: Session, { schema, table }: TableName): Promise<EtlError> {
  const near = await session.rows(
    `select table_schema as s, table_name as t from information_schema.tables where table_catalog = current_database() and not starts_with(table_name, $2) order by levenshtein(lower(table_name), lower($1)) limit 1`,
    [table, ownPrefix],
  );
  const [best] = near;
  return new EtlError('NOT_FOUND', `There is no table ${schema}.${table}`, {
    hint: best === undefined ? 'The database has no tables yet' : `Did you mean ${String(best['s'])}.${String(best['t'])}?`,
  });
}
