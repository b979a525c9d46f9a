import type { Field, ReadRequest } from '@etl/sdk';
import { assertCanBeHeld, assertCanLag, cursorField, cursorText, refuseWithoutCursor } from './cursor-value.js';
import type { SqlExtractOptions } from './extract-options.js';
import { bound, joined, sql, whereAll, type Fragment } from './fragment.js';
import type { OpenDatabase } from './open-database.js';
import type { ReadRange } from './read-range.js';
import type { SourceRelation } from './source-relation.js';
import type { SqlSession } from './sql-client.js';

type CursorRange = NonNullable<ReadRange['cursor']>;

export interface CursorRequest {
  readonly relation: SourceRelation;
  readonly options: SqlExtractOptions;
  readonly request: ReadRequest;
  readonly where: readonly Fragment[];
}

/**
 * Fixes the upper bound before the first row is read: the newest value, held back where the request says so. A value that no canonical text can say
 * (an infinite or a zero date) is no bound; rows that have one are part of every read, which rejects them until they are mended. Throws DATA_INVALID
 * where rows have no value, since an incremental read would never see them.
 */
export async function cursorRange(
  open: OpenDatabase,
  session: SqlSession,
  { relation, options, request, where }: CursorRequest,
): Promise<CursorRange | null> {
  if (options.cursor === undefined) return null;
  const { field: name, lag } = options.cursor;
  const field = cursorField(relation.schema, name, open.dialect);
  const column = open.dialect.names.quote(field.name);
  const { values } = open.dialect;
  const held = values.held(field, column);
  const newest = `max(${heldOnly(open, field, column)})`;
  const upper = request.hold === null ? newest : values.least(newest, heldBack(open, field, request.hold));
  const odd = held === null ? '0' : `count(case when not (${held}) then 1 end)`;
  const [row] = await open.cells(
    session,
    [field, countField('e'), countField('o')],
    sql`select ${values.canonical(field, 'm.u')}, m.e, m.o from (select ${upper} u, count(*) - count(${column}) e, ${odd} o from ${relation.from}${whereAll(where)}) m`,
  );
  const [until = null, empty, strange] = row ?? [];
  refuseWithoutCursor(empty ?? null, field, column);
  const since = cursorText(request.since);
  return {
    field: field.name,
    since: await lowerBound(open, session, { field, since, lag: request.hold === null ? (lag ?? 0) : 0 }),
    until: until === null ? since : await later(open, session, { field, a: until, b: since }),
    odd: strange != null && strange !== '0',
  };
}

const countField = (name: string): Field => ({ name, type: { kind: 'integer', bits: 64, signed: true }, nullable: false });

/** Null in place of values that no canonical text can say. */
export function heldOnly({ dialect }: Pick<OpenDatabase, 'dialect'>, field: Field, expression: string): string {
  const held = dialect.values.held(field, expression);
  return held === null ? expression : `case when ${held} then ${expression} end`;
}

function heldBack(open: OpenDatabase, field: Field, milliseconds: number): string {
  assertCanBeHeld(field);
  return open.dialect.values.nowLess(field, milliseconds);
}

interface Bound {
  readonly field: Field;
  readonly since: string | null;
  readonly lag: number;
}

async function lowerBound(open: OpenDatabase, session: SqlSession, { field, since, lag }: Bound): Promise<string | null> {
  if (since === null || lag === 0) return since;
  assertCanLag(field);
  const { values } = open.dialect;
  const [row] = await open.cells(
    session,
    [field],
    sql`select ${values.canonical(field, values.earlier(field, 'm.v', lag))} from (select ${bound(field, since)} v${values.dual}) m`,
  );
  return row?.[0] ?? since;
}

/** The cursor never goes back, also where the newest rows were deleted. */
async function later(
  open: OpenDatabase,
  session: SqlSession,
  { field, a, b }: { readonly field: Field; readonly a: string; readonly b: string | null },
): Promise<string> {
  if (b === null) return a;
  const [row] = await open.rows(
    session,
    sql`select case when ${bound(field, a)} >= ${bound(field, b)} then 'a' else 'b' end${open.dialect.values.dual}`,
  );
  return row?.[0]?.trim() === 'a' ? a : b;
}

/** Conditions of a range; no row where nothing was there when the bound was fixed. */
export function cursorConditions(open: OpenDatabase, field: Field, { since, until, odd }: CursorRange): readonly Fragment[] {
  const column = open.dialect.names.quote(field.name);
  const range = [
    ...(since === null ? [] : [sql`${column} > ${bound(field, since)}`]),
    until === null ? sql`1 = 0` : sql`${column} <= ${bound(field, until)}`,
  ];
  const held = odd ? open.dialect.values.held(field, column) : null;
  return held === null ? range : [sql`((${joined(range, ' and ')}) or not (${held}))`];
}
