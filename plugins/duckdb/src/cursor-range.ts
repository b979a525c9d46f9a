import { canonicalSql, columnType, literal, quote, type Session } from '@etl/columnar';
import type { Cursor, Field, ReadRequest } from '@etl/sdk';
import { assertCanBeHeld, assertCanLag, cursorField, cursorText, refuseWithoutCursor, type SqlExtractOptions } from '@etl/sql/rules';
import { duckdbDialect } from './duckdb-dialect.js';
import type { SourceRelation } from './source-relation.js';

/** Half open: `since < x <= until`; a missing end is open. */
export interface CursorRange {
  readonly field: string;
  /** DuckDB type that the bounds are read as. */
  readonly type: string;
  readonly since: string | null;
  readonly until: string | null;
}

/**
 * Fixes the upper bound before the first row is read: the newest value, held back where the request says so. Throws DATA_INVALID where
 * rows have no value, since an incremental read would never see them.
 */
export async function cursorRange(
  session: Session,
  {
    relation,
    options,
    request,
    where,
  }: { relation: SourceRelation; options: SqlExtractOptions; request: ReadRequest; where: readonly string[] },
): Promise<CursorRange | null> {
  if (options.cursor === undefined) return null;
  const { field: name, lag } = options.cursor;
  const field = cursorField(relation.schema, name, duckdbDialect);
  const type = columnType(field);
  const column = quote(field.name);
  const condition = where.length === 0 ? '' : ` where ${where.join(' and ')}`;
  const held = request.hold === null ? `max(${column})` : `least(max(${column}), ${heldBack(field, request.hold)})`;
  const [row] = await session.rows(
    `select ${canonicalSql(field, 'u')} as until, empty from (select ${held} as u, count(*) filter (${column} is null) as empty from ${relation.from}${condition})`,
    relation.values,
  );
  refuseWithoutCursor(String(row?.['empty'] ?? 0), field, column);
  const since = await lowerBound(session, { field, type, since: request.since, lag: request.hold === null ? (lag ?? 0) : 0 });
  const newest = row?.['until'] === null || row?.['until'] === undefined ? null : String(row['until']);
  return {
    field: field.name,
    type,
    since,
    until: newest === null ? cursorText(request.since) : await later(session, { a: newest, b: cursorText(request.since), type, literal }),
  };
}

/** Now, less the time held back, as a value of the column. */
function heldBack(field: Field, milliseconds: number): string {
  assertCanBeHeld(field);
  const { type } = field;
  if (type.kind === 'timestamp' && type.zoned) return `now() - to_milliseconds(${milliseconds})`;
  return `cast(now() at time zone 'UTC' - to_milliseconds(${milliseconds}) as ${type.kind === 'date' ? 'date' : 'timestamp'})`;
}

interface Bound {
  readonly field: Field;
  readonly type: string;
  readonly since: Cursor;
  readonly lag: number;
}

async function lowerBound(session: Session, { field, type, since, lag }: Bound): Promise<string | null> {
  const text = cursorText(since);
  if (text === null || lag === 0) return text;
  assertCanLag(field);
  const earlier = `cast(cast($since as ${type}) - to_milliseconds(${lag}) as ${type})`;
  const [row] = await session.rows(`select ${canonicalSql(field, earlier)} as since`, { since: text });
  return String(row?.['since']);
}

/** The cursor never goes back, also where the newest rows were deleted. */
async function later(
  session: Session,
  { a, b, type, literal }: { a: string; b: string | null; type: string; literal: (text: string) => string },
): Promise<string> {
  if (b === null) return a;
  const [row] = await session.rows(`select cast(${literal(a)} as ${type}) >= cast(${literal(b)} as ${type}) as later`);
  return row?.['later'] === true ? a : b;
}
