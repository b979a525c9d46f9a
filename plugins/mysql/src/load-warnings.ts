import type { Refusal } from '@etl/sql';
import { mysqlErrors } from './mysql-errors.js';

/** One line of SHOW WARNINGS. */
export interface ServerWarning {
  readonly code: string;
  readonly message: string;
}

/** A row that the server would have bent or left out, by its number from 1 in what was sent; null: the warning does not say which. */
export interface WarnedRow extends Refusal {
  readonly number: number | null;
}

export function warnedRow({ code, message }: ServerWarning): WarnedRow {
  const number = /at row (\d+)/.exec(message)?.[1];
  const field = /column '((?:[^']|'')+)'|column `(?:[^`]+`\.`)*([^`]+)`/i.exec(message);
  const name = field?.[1] ?? field?.[2];
  return {
    number: number === undefined ? null : Number(number),
    reason: reasonOf(code, name),
    code: mysqlErrors.get(code)?.code === 'CONFLICT' ? 'CONFLICT' : 'DATA_INVALID',
    ...(name === undefined ? {} : { field: name }),
  };
}

/** A sentence without the value, which the server's own words quote. */
export function reasonOf(code: string, name: string | undefined): string {
  const column = name === undefined ? 'A column' : `Column ${name}`;
  switch (code) {
    case '1263':
    case '1048':
      return `${column} may not be empty`;
    case '1264':
    case '1690':
      return `${column} cannot hold so large or small a value`;
    case '1406':
      return `${column} cannot hold so long a value`;
    case '1265':
      return `${column} would cut or round the value`;
    case '1292':
    case '1366':
    case '1411':
    case '1367':
      return `${column} holds a value that is none of its type`;
    case '1300':
      return `${column} cannot hold a character of the value`;
    case '3140':
    case '4035':
    case '4036':
    case '4037':
    case '4038':
      return `${column} holds no valid JSON`;
    case '1062':
    case '1586':
      return 'A row with the same key is there already';
    case '4025':
    case '3819':
      return 'The row breaks a CHECK of the table';
    case '1452':
    case '1216':
      return 'The row names a row of another table that is not there';
    default:
      return `${column} refuses the value (MySQL ${code})`;
  }
}
