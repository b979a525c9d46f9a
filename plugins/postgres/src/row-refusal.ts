import type { BulkTarget, Refusal } from '@etl/sql';
import { errorEntry } from './postgres-errors.js';
import { postgresTypes } from './postgres-types.js';
import type { ServerError } from './wire/server-error.js';

/** Checks of a staging table are named for their column. */
export const checkPrefix = '_etl_check:';

/** Why a COPY failed, where a row is the reason: a sentence without values; null: it is none. */
export function rowRefusal(error: ServerError, target: BulkTarget): (Refusal & { readonly line: number | null }) | null {
  const entry = errorEntry(error.code);
  if (entry?.row !== true) return null;
  const line = /^COPY \S+, line (\d+)/m.exec(error.where ?? '')?.[1];
  const column = columnOf(error, target);
  return {
    reason: reasonOf(error, column, target),
    code: entry.code === 'CONFLICT' ? 'CONFLICT' : 'DATA_INVALID',
    ...(column === undefined ? {} : { field: column }),
    line: line === undefined ? null : Number(line),
  };
}

function columnOf({ column, constraint, where }: ServerError, { columns }: BulkTarget): string | undefined {
  const named = column ?? (constraint?.startsWith(checkPrefix) === true ? constraint.slice(checkPrefix.length) : undefined);
  if (named !== undefined) return named;
  // The context goes on with the value behind the name, in text also with a colon in front of it
  const rest = /^COPY \S+, line \d+, column ([\s\S]*)$/m.exec(where ?? '')?.[1];
  const found = columns.map(({ field }) => field.name).filter((name) => rest === name || rest?.startsWith(`${name}:`) === true);
  return found.sort((a, b) => b.length - a.length)[0];
}

function reasonOf(error: ServerError, column: string | undefined, { columns }: BulkTarget): string {
  const name = column === undefined ? 'A column' : `Column ${column}`;
  const field = columns.find((one) => one.field.name === column)?.field;
  switch (error.code) {
    case '23502':
      return `${name} may not be empty`;
    case '23514':
      return `The row breaks a CHECK of the table${column === undefined ? '' : ` on ${column}`}`;
    case '22001':
      return `${name} is longer than ${field === undefined ? 'the table takes' : postgresTypes.column(field)}`;
    case '22003':
      return `${name} is out of the range of ${field === undefined ? 'its type' : postgresTypes.column(field)}`;
    case '22021':
    case '22P05':
      return `${name} holds a character that PostgreSQL cannot keep`;
    default:
      return `${name} holds a value that is no ${field === undefined ? 'value of its type' : postgresTypes.column(field)} (SQLSTATE ${error.code})`;
  }
}
