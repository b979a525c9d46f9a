import { EtlError, type Field, type ParentColumns, type Parents, type Schema } from '@etl/sdk';
import { bindNames, namedValues, oneStatement } from './bind-names.js';
import { describeQuery } from './describe-query.js';
import { joinedQuery } from './joined-query.js';
import type { SqlExtractOptions } from './extract-options.js';
import { bound, joined, raw, sql, type Fragment } from './fragment.js';
import type { OpenDatabase } from './open-database.js';
import type { ParentRows, QueryForParents } from './query-for-parents.js';
import { sourceTable } from './source-table.js';
import type { SqlSession } from './sql-client.js';

/** The read of a batch of parents as one statement. */
export interface ParentsQuery {
  readonly statement: Fragment;
  readonly schema: Schema;
  /** Parents that one such statement takes with gain. */
  readonly atOnce: number;
}

export interface ParentsRequest {
  readonly options: SqlExtractOptions;
  readonly parents: ParentColumns | Parents;
}

/** Where each parent is a query of its own within the statement. */
const fewAtOnce = 500;
/** Where they are a table that is joined: each statement reads the source once. */
const manyAtOnce = 5000;
/** Values that a statement binds for parents: drivers count them in 16 bits, and a job has some of its own. */
const mostBinds = 60_000;

/**
 * The query once for each parent, in one statement: beside the table of their values where the server has LATERAL; as one join with it where the query compares columns with them,
 * so that the source is read once and not once for each; else one branch for each.
 */
export async function parentsQuery(open: OpenDatabase, session: SqlSession, { options, parents }: ParentsRequest): Promise<ParentsQuery> {
  const { fields } = parents;
  const inner = await innerQuery(open, session, options);
  const nulls = bindNames(inner.whole, open.dialect, parentValues(fields, () => null, options)); // prettier-ignore
  const own = await describeQuery(open, session, nulls);
  const included = parents.include.flatMap((name) => fields.filter((field) => field.name === name));
  refuseTwin(included, own);
  const schema = { fields: [...included, ...own], key: [] };
  const given = 'rows' in parents ? parents.rows.map((row) => row.map((value) => (value === null ? null : String(value)))) : [];
  const many = Math.max(1, Math.min(manyAtOnce, Math.floor(mostBinds / fields.length)));
  const rows: ParentRows = given.length === 0 ? [fields.map(() => null)] : given;
  if (open.dialect.values.lateral) {
    const statement = lateralQuery(open, { query: inner.whole, options, fields, included, own, rows });
    return { statement, schema, atOnce: open.dialect.values.valuesList ? many : fewAtOnce };
  }
  const joint = await joinedQuery(open, session, { query: inner.plain, options, fields, included, own, rows });
  if (joint !== null) return { statement: joint, schema, atOnce: many };
  return { statement: branchesQuery(open, { query: inner.whole, options, fields, included, own, rows }), schema, atOnce: fewAtOnce };
}

function refuseTwin(included: readonly Field[], own: readonly Field[]): void {
  const twin = included.find(({ name }) => own.some((field) => field.name.toLowerCase() === name.toLowerCase()));
  if (twin === undefined) return;
  throw new EtlError('SCHEMA_MISMATCH', `The read has a column ${twin.name} of its own, and each includes one of that name`, {
    hint: `Leave ${twin.name} out of include, or give the column of the read another name`,
  });
}

function lateralQuery(open: OpenDatabase, { query, options, fields, included, own, rows }: QueryForParents): Fragment {
  const columns = new Map(fields.map(({ name }) => [name, raw(`p.${open.dialect.names.quote(name)}`)]));
  const bindable = bindNames(query, open.dialect, (name) => columns.get(name) ?? namedValues(options.params)(name));
  const shown = joined([...columnsOf(open, 'p', included), ...columnsOf(open, 'q', own)], ', ');
  return sql`select ${shown} from ${listOf(open, fields, rows)}, lateral (\n${bindable}\n) q`;
}

/** The values of all parents as a table `p`. */
function listOf(open: OpenDatabase, fields: readonly Field[], rows: ParentRows): Fragment {
  const { values, names } = open.dialect;
  if (values.valuesList) {
    const list = rows.map((row) => sql`(${joined(fields.map((field, at) => bound(field, row[at] ?? null)), ', ')})`); // prettier-ignore
    return sql`(values ${joined(list, ', ')}) p(${fields.map(({ name }) => names.quote(name)).join(', ')})`;
  }
  const selects = rows.map((row) => sql`select ${joined(valuesOf(open, { fields, of: fields, row }), ', ')}${values.dual}`);
  return sql`(${joined(selects, ' union all ')}) p`;
}

function branchesQuery(open: OpenDatabase, { query, options, fields, included, own, rows }: QueryForParents): Fragment {
  const branches = rows.map((row) => {
    const bindable = bindNames(query, open.dialect, parentValues(fields, (at) => row[at] ?? null, options)); // prettier-ignore
    const shown = joined([...valuesOf(open, { fields, of: included, row }), ...columnsOf(open, 'q', own)], ', ');
    return sql`select ${shown} from (\n${bindable}\n) q`;
  });
  return joined(branches, ' union all ');
}

interface NamedValues {
  readonly fields: readonly Field[];
  /** Those that are wanted. */
  readonly of: readonly Field[];
  readonly row: readonly (string | null)[];
}

const valuesOf = ({ dialect }: OpenDatabase, { fields, of, row }: NamedValues): readonly Fragment[] =>
  of.map((field) => sql`${bound(field, row[fields.indexOf(field)] ?? null)} ${dialect.names.quote(field.name)}`);

const columnsOf = ({ dialect }: OpenDatabase, alias: string, fields: readonly Field[]): readonly Fragment[] =>
  fields.map(({ name }) => raw(`${alias}.${dialect.names.quote(name)}`));

/** The query, or the table with its condition as one: `whole` lets the condition be nothing else, `plain` shows its terms. */
async function innerQuery(
  open: OpenDatabase,
  session: SqlSession,
  options: SqlExtractOptions,
): Promise<{ readonly whole: string; readonly plain: string }> {
  if (options.query !== undefined) {
    const whole = oneStatement(options.query);
    return { whole, plain: whole };
  }
  const { name, fields } = await sourceTable(open, session, options);
  const select = `select ${open.columns(fields.map((field) => field.name))} from ${open.quote(name)}`;
  const { where } = options;
  return where === undefined
    ? { whole: select, plain: select }
    : { whole: `${select} where (${where})`, plain: `${select} where ${where}` };
}

const parentValues =
  (fields: readonly Field[], valueAt: (at: number) => string | null, { params }: SqlExtractOptions) =>
  (name: string): Fragment | null => {
    const at = fields.findIndex((field) => field.name === name);
    const field = fields[at];
    return field === undefined ? namedValues(params)(name) : bound(field, valueAt(at));
  };
