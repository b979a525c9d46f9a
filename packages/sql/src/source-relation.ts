import { EtlError, type ParentColumns, type Parents, type Schema } from '@etl/sdk';
import { bindNames, namedValues, oneStatement } from './bind-names.js';
import { describeQuery } from './describe-query.js';
import type { SqlExtractOptions } from './extract-options.js';
import { raw, sql, type Fragment } from './fragment.js';
import { findColumn } from './load-shape.js';
import type { OpenDatabase } from './open-database.js';
import { parentsQuery } from './parents-query.js';
import { sourceTable } from './source-table.js';
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
  /** Parents that one statement takes with gain; absent: it depends on none. */
  readonly atOnce?: number;
}

/** Which parents a relation is for: their columns alone (values are null), or a batch of them. */
export type RelationParents = ParentColumns | Parents | undefined;

/** Describes the table or query. Throws NOT_FOUND, SQL_FAILED, or CONFIG_INVALID where it is not one SELECT. */
export async function sourceRelation(
  open: OpenDatabase,
  session: SqlSession,
  { options, parents }: { readonly options: SqlExtractOptions; readonly parents?: RelationParents },
): Promise<SourceRelation> {
  if (parents !== undefined) {
    const { statement, schema, atOnce } = await parentsQuery(open, session, { options, parents });
    return { from: sql`(${statement}) src`, schema, where: [], table: null, atOnce };
  }
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
