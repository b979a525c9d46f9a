import { literal, quote, type Session } from '@etl/columnar';
import { EtlError, type Part, type ReadPlan, type ReadRequest } from '@etl/sdk';
import { cursorRange, type CursorRange } from './cursor-range.js';
import type { ExtractOptions } from './extract-options.js';
import { wantedParts, type ReadRange } from './read-range.js';
import { chooseColumns, type SourceRelation } from './source-relation.js';

/** A part smaller than this is not worth a session of its own. */
const smallestPart = 100_000;

/** Fixes bounds, order and parts of a read before its first row. */
export async function planRead(
  session: Session,
  relation: SourceRelation,
  { options, request }: { options: ExtractOptions; request: ReadRequest },
): Promise<ReadPlan> {
  const names = request.columns ?? options.columns;
  const schema = names === undefined ? relation.schema : chooseColumns(relation.schema, names);
  const given = [options.where, request.where].flatMap((condition) => (condition === undefined ? [] : [`(${condition})`]));
  const cursor = await cursorRange(session, { relation, options, request, where: given });
  const where = [...given, ...(cursor === null ? [] : await cursorConditions(cursor))];
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

async function cursorConditions({ field, type, since, until }: CursorRange): Promise<string[]> {
  const bound = (text: string): string => `cast(${literal(text)} as ${type})`;
  if (until === null) return ['false'];
  return [...(since === null ? [] : [`${quote(field)} > ${bound(since)}`]), `${quote(field)} <= ${bound(until)}`];
}

export const whereClause = (conditions: readonly string[]): string => (conditions.length === 0 ? '' : ` where ${conditions.join(' and ')}`);

export async function countRows(session: Session, relation: SourceRelation, where: readonly string[]): Promise<number> {
  const [row] = await session.rows(`select count(*) as n from ${relation.from}${whereClause(where)}`, relation.values);
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
