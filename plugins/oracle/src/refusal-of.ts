import type { BulkColumn, Refusal } from '@etl/sql';
import { messageOf } from '@etl/sdk';
import { errorEntry, withoutValues } from './oracle-errors.js';

/** What the server said of a row, in a sentence that names the column where it says so. */
export function refusalOf(columns: readonly BulkColumn[], cause: unknown): Refusal {
  const field = columnOf(columns, messageOf(cause));
  const code = errorEntry(cause).code === 'CONFLICT' ? 'CONFLICT' : 'DATA_INVALID';
  const said = withoutValues(cause).replace(/^Error: /, '');
  return { reason: field === null ? said : `Column ${field}: ${said}`, code, ...(field === null ? {} : { field }) };
}

/** `"SCHEMA"."TABLE"."COLUMN"` in a message, or the column in the name of a check of ours. */
function columnOf(columns: readonly BulkColumn[], message: string): string | null {
  const named = /"[^"]*"\."[^"]*"\."([^"]*)"/.exec(message)?.[1] ?? /_etl_check_[0-9a-f]+:([^)]*)\)/.exec(message)?.[1];
  return columns.find(({ field }) => field.name === named)?.field.name ?? null;
}
