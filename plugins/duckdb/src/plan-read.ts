import { literal, quote, type Session } from '@etl/columnar';
import { EtlError, type ParentColumns, type Part, type ReadPlan, type ReadRequest, type Schema } from '@etl/sdk';
import { cursorRange, type CursorRange } from './cursor-range.js';
import type { SqlExtractOptions } from '@etl/sql/rules';
import { bindSql } from './parents-relation.js';
import { wantedParts, type ReadRange } from './read-range.js';
import { chooseColumns, type SourceRelation } from './source-relation.js';

/** A part smaller than this is not worth a session of its own. */
const smallestPart = 100_000;

export interface PlanSetting {
  readonly options: SqlExtractOptions;
  readonly request: ReadRequest;
  /** What the cursor's bound is the newest value of: the relation, or the whole table where rows are read for each row of another dataset. */
  readonly bounded: SourceRelation;
}

/** Fixes bounds, order and parts of a read before its first row. */
export async function planRead(session: Session, relation: SourceRelation, { options, request, bounded }: PlanSetting): Promise<ReadPlan> {
  const names = request.columns ?? options.columns;
  const schema = names === undefined ? relation.schema : chooseColumns(relation.schema, names);
  const { parents } = request;
  // A condition on the parents' values is part of the relation that is joined with them
  const own = options.where === undefined || parents !== undefined ? [] : [bindSql(options.where, options).sql];
  const given = [...own, ...(request.where === undefined ? [] : [request.where])].map((condition) => `(${condition})`);
  const cursor = await cursorRange(session, { relation: bounded, options, request, where: given });
  const where = [...given, ...(cursor === null ? [] : await cursorConditions(cursor))];
  if (parents !== undefined)
    return planEach({ schema: withIncluded(schema, relation.schema, parents), where, request, until: cursor?.until ?? null });
  const rows = await countRows(session, relation, where);
  const orderKey = options.order_key === undefined ? null : await totalOrder(session, relation, { names: options.order_key, where });
  const order = orderKey ?? (relation.isTable ? 'rowid' : null);
  const columns = schema === relation.schema ? null : schema.fields.map(({ name }) => name);
  const range: ReadRange = { columns, where, order, rowids: { from: null, to: null }, limit: request.limit ?? null };
  const parts =
    order === 'rowid'
      ? await rowidParts(session, relation, { range, count: Math.min(wantedParts(request), Math.floor(rows / smallestPart)) })
      : [{ id: '0', range }];
  return {
    schema,
    parts,
    until: cursor?.until ?? null,
    resume: order === null ? 'part' : 'position',
    snapshot: parts.length === 1 ? 'whole' : 'part',
    expect: { rows: request.limit === undefined ? rows : Math.min(rows, request.limit) },
  };
}

/** Read batch by batch: a batch that was interrupted is read again as a whole. */
function planEach({
  schema,
  where,
  request,
  until,
}: Pick<ReadPlan, 'schema' | 'until'> & { readonly where: readonly string[]; readonly request: ReadRequest }): ReadPlan {
  const range: ReadRange = {
    columns: schema.fields.map(({ name }) => name),
    where: [...where],
    order: null,
    rowids: { from: null, to: null },
    limit: request.limit ?? null,
  };
  return { schema, parts: [{ id: '0', range }], until, resume: 'part', snapshot: 'none', parentsAtOnce };
}

/** Parents that are joined in one statement. */
const parentsAtOnce = 1000;

/** The columns that were asked for, behind those that are carried from the parents. */
function withIncluded(schema: Schema, { fields }: Schema, { include }: ParentColumns): Schema {
  const carried = fields.slice(0, include.length);
  const others = schema.fields.filter((field) => !carried.includes(field));
  return { fields: [...carried, ...others], key: [] };
}

async function cursorConditions({ field, type, since, until }: CursorRange): Promise<string[]> {
  const bound = (text: string): string => `cast(${literal(text)} as ${type})`;
  if (until === null) return ['false'];
  return [...(since === null ? [] : [`${quote(field)} > ${bound(since)}`]), `${quote(field)} <= ${bound(until)}`];
}

export const whereClause = (conditions: readonly string[]): string => (conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`);

export async function countRows(session: Session, relation: SourceRelation, where: readonly string[]): Promise<number> {
  const values = relation.isTable && where.length === 0 ? {} : relation.values;
  const [row] = await session.rows(`select count(*) as n from ${relation.from}${whereClause(where)}`, values);
  return Number(row?.['n'] ?? 0);
}

/** The named columns, proved to tell every row apart: otherwise a continued read could skip rows. */
async function totalOrder(
  session: Session,
  relation: SourceRelation,
  { names, where }: { names: readonly string[]; where: readonly string[] },
): Promise<string[]> {
  const { fields } = chooseColumns(relation.schema, names);
  const columns = fields.map(({ name }) => quote(name));
  const empty = columns.map((column) => `${column} is null`).join(' or ');
  const [row] = await session.rows(
    `select count(*) as n, count(distinct (${columns.join(', ')})) as d, count(*) filter (${empty}) as e from ${relation.from}${whereClause(where)}`,
    relation.values,
  );
  if (Number(row?.['e']) === 0 && row?.['n'] === row?.['d']) return fields.map(({ name }) => name);
  throw new EtlError('DATA_INVALID', `order_key (${names.join(', ')}) does not tell every row apart, so a continued read could skip rows`, {
    hint: 'Add columns to order_key until each row has its own values, none of them empty; or leave it out',
  });
}

async function rowidParts(
  session: Session,
  relation: SourceRelation,
  { range, count }: { range: ReadRange; count: number },
): Promise<Part[]> {
  if (count < 2) return [{ id: '0', range }];
  const [row] = await session.rows(`select max(rowid) as last from ${relation.from}`);
  const last = BigInt(String(row?.['last'] ?? 0)) + 1n;
  const bounds = Array.from({ length: count + 1 }, (_, part) => String((last * BigInt(part)) / BigInt(count)));
  return bounds.slice(1).map((to, part) => ({
    id: String(part),
    range: { ...range, rowids: { from: bounds[part] ?? null, to: part === count - 1 ? null : to } },
  }));
}
