import { columnType, quote } from '@etl/columnar';
import { cellTexts, cellsOf, EtlError, rowBatch, type ParentColumns, type Parents, type Schema } from '@etl/sdk';
import { bindNames } from './bind-names.js';
import type { SqlExtractOptions } from '@etl/sql/rules';

const parent = '_etl_p';
const rowsAlias = '_etl_q';

type Bound = { readonly [name: string]: string | null };

/** SQL with its names bound: parameters of the job as values, columns of the parents as columns of the row that it is joined with. */
export interface BoundSql {
  readonly sql: string;
  readonly values: Bound;
}

/** Binds `:name`. A name of a parent's column wins over a parameter; validation refuses both by one name. */
export function bindSql(sql: string, { params }: Pick<SqlExtractOptions, 'params'>, parents?: ParentColumns): BoundSql {
  const columns = new Map((parents?.fields ?? []).map(({ name }) => [name, `${parent}.${quote(name)}`]));
  const { sql: joined } = bindNames(sql, new Set(columns.keys()), (name) => columns.get(name) ?? name);
  const { sql: bound, used } = bindNames(joined, new Set(Object.keys(params).filter((name) => !columns.has(name))));
  return { sql: bound, values: Object.fromEntries(used.map((name) => [name, params[name] ?? null])) };
}

/** A read for each row of a list of parents: one statement for all of them, as if it ran once for each. */
export function eachRelation(read: BoundSql, parents: ParentColumns | Parents): { readonly from: string; readonly values: Bound } {
  const { fields, include } = parents;
  const rows = 'rows' in parents ? textsOf(parents) : [fields.map(() => null)];
  const values: { [name: string]: string | null } = {};
  const tuples = rows.map((row, at) => {
    const cells = fields.map((field, column) => {
      values[`_etl_p${at}_${column}`] = row[column] ?? null;
      return `cast($_etl_p${at}_${column} as ${columnType(field)})`;
    });
    return `(${cells.join(', ')})`;
  });
  const named = fields.map(({ name }) => quote(name)).join(', ');
  const carried = include.map((name) => `${parent}.${quote(name)}, `).join('');
  const from = `(select ${carried}${rowsAlias}.* from (values ${tuples.join(', ')}) as ${parent}(${named}), lateral (\n${read.sql}\n) as ${rowsAlias})`;
  return { from, values: { ...read.values, ...values } };
}

/** The values of parents as the canonical texts that DuckDB casts exactly. */
function textsOf({ fields, rows }: Parents): (string | null)[][] {
  const schema: Schema = { fields, key: [] };
  const cells = cellsOf(schema, rowBatch(rows));
  return rows.map((_, row) => cellTexts(schema, cells, row));
}

/** The columns of such a read: those that are carried keep the parents' types. Throws SCHEMA_MISMATCH where the read has one by that name. */
export function eachSchema(described: Schema, { fields, include }: ParentColumns): Schema {
  const twice = described.fields.find(({ name }) => include.some((carried) => carried.toLowerCase() === name.toLowerCase()));
  if (twice !== undefined)
    throw new EtlError('SCHEMA_MISMATCH', `The read has a column ${twice.name} of its own, and includes that of its parents`, {
      hint: `Leave ${twice.name} out of include, or give the column of the read another name`,
    });
  return { fields: [...include.flatMap((name) => fields.find((field) => field.name === name) ?? []), ...described.fields], key: [] };
}
