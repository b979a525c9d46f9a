import { canonicalSql, columnType, literal, quote, type Session } from '@etl/columnar';
import { EtlError, type Cursor, type Field, type ReadRequest } from '@etl/sdk';
import type { ExtractOptions } from './extract-options.js';
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
  }: { relation: SourceRelation; options: ExtractOptions; request: ReadRequest; where: readonly string[] },
): Promise<CursorRange | null> {
  if (options.cursor === undefined) return null;
  const { field: name, lag } = options.cursor;
  const field = relation.schema.fields.find((one) => one.name.toLowerCase() === name.toLowerCase());
  if (field === undefined)
    throw new EtlError('SCHEMA_MISMATCH', `There is no column ${name} for the cursor`, {
      hint: `Columns are ${relation.schema.fields.map((one) => one.name).join(', ')}`,
    });
  const type = columnType(field);
  const column = quote(field.name);
  const condition = where.length === 0 ? '' : ` where ${where.join(' and ')}`;
  const held = request.hold === null ? `max(${column})` : `least(max(${column}), ${heldBack(field, request.hold)})`;
  const [row] = await session.rows(
    `select ${canonicalSql(field, 'u')} as until, empty from (select ${held} as u, count(*) filter (${column} is null) as empty from ${relation.from}${condition})`,
    relation.values,
  );
  if (Number(row?.['empty'] ?? 0) > 0)
    throw new EtlError(
      'DATA_INVALID',
      `${String(row?.['empty'])} rows have no ${field.name}, so an incremental read would never see them`,
      {
        hint: `Leave them out with where: '${column} is not null', or use a cursor that every row has`,
      },
    );
  const since = await lowerBound(session, { field, type, since: request.since, lag: request.hold === null ? (lag ?? 0) : 0 });
  const newest = row?.['until'] === null || row?.['until'] === undefined ? null : String(row['until']);
  return {
    field: field.name,
    type,
    since,
    until: newest === null ? textOf(request.since) : await later(session, { a: newest, b: textOf(request.since), type, literal }),
  };
}

/** Now, less the time held back, as a value of the column. */
function heldBack({ name, type }: Field, milliseconds: number): string {
  if (type.kind === 'timestamp' && type.zoned) return `now() - to_milliseconds(${milliseconds})`;
  if (type.kind === 'timestamp') return `cast(now() at time zone 'UTC' - to_milliseconds(${milliseconds}) as timestamp)`;
  if (type.kind === 'date') return `cast(now() at time zone 'UTC' - to_milliseconds(${milliseconds}) as date)`;
  throw new EtlError('CONFIG_INVALID', `Column ${name} is no time, so rows cannot be held back by a lag`, {
    hint: 'Use a cursor that is a date or timestamp, or write settled: true where rows are committed in the order of this column',
  });
}

/** A cursor of this extractor is the canonical text of a value. */
function textOf(cursor: Cursor): string | null {
  if (cursor === null || typeof cursor === 'string') return cursor;
  if (typeof cursor === 'number') return String(cursor);
  throw new EtlError('CONFIG_INVALID', 'The saved cursor is not a value of a column', {
    hint: 'Set it with: etl state set, or forget it with: etl state reset',
  });
}

interface Bound {
  readonly field: Field;
  readonly type: string;
  readonly since: Cursor;
  readonly lag: number;
}

async function lowerBound(session: Session, { field, type, since, lag }: Bound): Promise<string | null> {
  const text = textOf(since);
  if (text === null || lag === 0) return text;
  if (field.type.kind !== 'timestamp' && field.type.kind !== 'date')
    throw new EtlError('CONFIG_INVALID', `Column ${field.name} is no time, so a lag means nothing for it`, {
      hint: 'Write settled: true, or use a date or timestamp',
    });
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
