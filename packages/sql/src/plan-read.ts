import { EtlError, type Field, type Part, type ReadPlan, type ReadRequest } from '@etl/sdk';
import { bindNames, namedValues } from './bind-names.js';
import { cursorConditions, cursorRange } from './cursor-range.js';
import { cursorField } from './cursor-value.js';
import type { SqlExtractOptions } from './extract-options.js';
import { raw, sql, whereAll, type Fragment } from './fragment.js';
import { keyRanges } from './key-ranges.js';
import { findColumn } from './load-shape.js';
import type { OpenDatabase } from './open-database.js';
import type { ReadRange } from './read-range.js';
import { chooseColumns, type SourceRelation } from './source-relation.js';
import type { SqlSession } from './sql-client.js';

export interface PlanRequest {
  readonly relation: SourceRelation;
  /** What the bound of a cursor is fixed over: where the read depends on parents, the source without them. */
  readonly bounded: SourceRelation;
  readonly options: SqlExtractOptions;
  readonly request: ReadRequest;
  /** The moment that the planning session lends to the parts. */
  readonly snapshot: () => Promise<string | null>;
}

/** Fixes bounds, order and parts of a read before its first row. */
export async function planRead(open: OpenDatabase, session: SqlSession, plan: PlanRequest): Promise<ReadPlan> {
  const { relation, options, request } = plan;
  const names = request.columns ?? options.columns;
  const schema = names === undefined ? relation.schema : chooseColumns(relation.schema, withParents(names, request), open);
  const where = [...relation.where, ...requestWhere(open, options, request.where ?? null)];
  const cursor = await cursorRange(open, session, { relation: plan.bounded, options, request, where });
  const bounded =
    cursor === null ? where : [...where, ...cursorConditions(open, cursorField(relation.schema, cursor.field, open.dialect), cursor)];
  const order = request.parents === undefined ? await readOrder(open, session, { relation, options, where: bounded }) : null;
  const ranges = await keyRanges(open, session, { relation, request, where: bounded });
  const snapshot = ranges.length > 1 ? await plan.snapshot() : null;
  const range: ReadRange = {
    columns: names === undefined ? null : schema.fields.map(({ name }) => name),
    where: request.where ?? null,
    cursor,
    order,
    keys: null,
    limit: request.limit ?? null,
    snapshot,
  };
  const parts: Part[] = ranges.map((keys, at) => ({ id: String(at), range: { ...range, keys } }));
  const expected = cursor === null && where.length === 0 ? (relation.table?.estimate ?? null) : null;
  const rows = expected === null ? request.limit : Math.min(expected, request.limit ?? expected);
  return {
    schema,
    parts,
    until: cursor?.until ?? null,
    resume: order === null ? 'part' : 'position',
    snapshot: parts.length === 1 || snapshot !== null ? 'whole' : 'part',
    ...(rows === undefined || cursor !== null ? {} : { expect: { rows } }),
    ...(relation.atOnce === undefined ? {} : { parentsAtOnce: relation.atOnce }),
  };
}

/** Included columns of parents come first, also where others are chosen. */
const withParents = (names: readonly string[], { parents }: ReadRequest): readonly string[] =>
  parents === undefined ? names : [...parents.include.filter((name) => !names.includes(name)), ...names];

export const requestWhere = (open: OpenDatabase, { params }: SqlExtractOptions, where: string | null): readonly Fragment[] =>
  where === null ? [] : [sql`(${bindNames(where, open.dialect, namedValues(params))})`];

interface Ordering {
  readonly relation: SourceRelation;
  readonly options: SqlExtractOptions;
  readonly where: readonly Fragment[];
}

/** Columns that put the rows in a total order: those that the job names, else the primary key where its order is free. */
async function readOrder(open: OpenDatabase, session: SqlSession, ordering: Ordering): Promise<string[] | null> {
  const { relation, options } = ordering;
  const { table } = relation;
  if (options.order_key === undefined) return table !== null && table.key.length > 0 && table.keyOrder === 'free' ? [...table.key] : null;
  const fields = options.order_key.map((name) => keyField(open, relation, name));
  if (!isUnique(fields, table)) await assertTotal(open, session, { ...ordering, fields });
  return fields.map(({ name }) => name);
}

function keyField(open: OpenDatabase, { schema }: SourceRelation, name: string): Field {
  const found = findColumn(schema.fields, name, open.dialect);
  if (found !== undefined) return found;
  throw new EtlError('SCHEMA_MISMATCH', `There is no column ${name} for order_key`, {
    hint: `Columns are ${schema.fields.map((field) => field.name).join(', ')}`,
  });
}

const isUnique = (fields: readonly Field[], table: SourceRelation['table']): boolean =>
  fields.every(({ nullable }) => !nullable) &&
  (table?.uniques ?? []).some((unique) => unique.length > 0 && unique.every((name) => fields.some((field) => field.name === name)));

/** Proves that the columns tell every row apart: otherwise a continued read could skip rows. */
async function assertTotal(
  open: OpenDatabase,
  session: SqlSession,
  { relation, where, fields }: Ordering & { readonly fields: readonly Field[] },
): Promise<void> {
  const columns = open.columns(fields.map(({ name }) => name));
  const empty = fields.map(({ name }) => `${open.dialect.names.quote(name)} is null`).join(' or ');
  const without = await open.count(session, sql`select count(*) from ${relation.from}${whereAll([...where, raw(`(${empty})`)])}`);
  const twice = await open.count(
    session,
    sql`select count(*) from (select count(*) n from ${relation.from}${whereAll(where)} group by ${columns} having count(*) > 1) k`,
  );
  if (without === 0 && twice === 0) return;
  throw new EtlError(
    'DATA_INVALID',
    `order_key (${fields.map(({ name }) => name).join(', ')}) does not tell every row apart, so a continued read could skip rows`,
    { hint: 'Add columns to order_key until each row has its own values, none of them empty; or leave it out' },
  );
}
