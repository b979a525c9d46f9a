import { EtlError, type Cursor, type Field, type Schema } from '@etl/sdk';
import type { Dialect } from './dialect.js';
import { findColumn } from './load-shape.js';
import type { SqlExtractOptions } from './extract-options.js';

/** The column of a cursor. Throws SCHEMA_MISMATCH where there is none by that name. */
export function cursorField({ fields }: Schema, name: string, dialect: Pick<Dialect, 'names'>): Field {
  const field = findColumn(fields, name, dialect);
  if (field !== undefined) return field;
  throw new EtlError('SCHEMA_MISMATCH', `There is no column ${name} for the cursor`, {
    hint: `Columns are ${fields.map((one) => one.name).join(', ')}`,
  });
}

/** A cursor of an extractor of a database is the canonical text of a value. */
export function cursorText(cursor: Cursor): string | null {
  if (cursor === null || typeof cursor === 'string') return cursor;
  if (typeof cursor === 'number') return String(cursor);
  throw new EtlError('CONFIG_INVALID', 'The saved cursor is not a value of a column', {
    hint: 'Set it with: etl state set, or forget it with: etl state reset',
  });
}

const isTime = ({ type }: Field): boolean => type.kind === 'timestamp' || type.kind === 'date';

/** Throws CONFIG_INVALID where the newest values of a column cannot be held back by a time. */
export function assertCanBeHeld(field: Field): void {
  if (isTime(field)) return;
  throw new EtlError('CONFIG_INVALID', `Column ${field.name} is no time, so rows cannot be held back by a lag`, {
    hint: 'Use a cursor that is a date or timestamp, or write settled: true where rows are committed in the order of this column',
  });
}

/** Throws CONFIG_INVALID where a read cannot begin a time before its cursor. */
export function assertCanLag(field: Field): void {
  if (isTime(field)) return;
  throw new EtlError('CONFIG_INVALID', `Column ${field.name} is no time, so a lag means nothing for it`, {
    hint: 'Write settled: true, or use a date or timestamp',
  });
}

/** Throws DATA_INVALID where rows have no value of the cursor; `column` as it is written in a condition. */
export function refuseWithoutCursor(rows: string | null, { name }: Field, column: string): void {
  if (rows === null || rows === '0') return;
  throw new EtlError('DATA_INVALID', `${rows} rows have no ${name}, so an incremental read would never see them`, {
    hint: `Leave them out with where: '${column} is not null', or use a cursor that every row has`,
  });
}

/** The bound of a cursor is fixed over the whole source, not for each row of another dataset. Throws CONFIG_INVALID for a query, which has none without their values. */
export function refuseQueryForEach({ query, cursor }: Pick<SqlExtractOptions, 'query' | 'cursor'>): void {
  if (query === undefined || cursor === undefined) return;
  throw new EtlError('CONFIG_INVALID', 'A query that is read for each row of another dataset cannot continue from a cursor', {
    hint: 'Name a table and a where instead of the query: table: orders, where: "customer_id = :id"',
  });
}
