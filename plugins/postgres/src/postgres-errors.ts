import { EtlError, type ErrorCode, type Place } from '@etl/sdk';
import { isNetworkError, unreachable, type ErrorTable } from '@etl/sql';
import { ServerError } from './wire/server-error.js';

const again = 'Run it again: it continues where it stopped';
const lockHint = 'Another session holds the table: find it in pg_stat_activity, or wait, then run it again';

/** SQLSTATE codes, and classes by their first two characters. `row`: the server refuses a row, not the statement. */
export const postgresErrors: ErrorTable = new Map([
  ['28P01', { code: 'AUTH_FAILED', hint: 'Store the password again: etl credentials set CONNECTION' }],
  ['28000', { code: 'AUTH_FAILED', hint: 'The server lets this user in only another way: look at pg_hba.conf, and whether tls is set' }],
  ['28', { code: 'AUTH_FAILED', hint: 'Look at user and password of the connection' }],
  ['3D000', { code: 'NOT_FOUND', hint: 'Correct the database of the connection' }],
  ['3F000', { code: 'NOT_FOUND', hint: 'Correct the schema, or make it' }],
  ['42P01', { code: 'NOT_FOUND', hint: 'Correct the name of the table; etl connections show NAME --tables lists them' }],
  ['42501', { code: 'PERMISSION_DENIED', hint: 'Give the user of the connection the right to do this' }],
  ['42710', { code: 'CONFLICT' }],
  ['42P07', { code: 'CONFLICT' }],
  ['42704', { code: 'SCHEMA_MISMATCH', hint: 'A type of the source is not in this database: make it there, or add a cast before the load' }],
  ['42', { code: 'SQL_FAILED' }],
  ['25006', { code: 'PERMISSION_DENIED', hint: 'The server or the session only reads' }],
  ['25P02', { code: 'SQL_FAILED' }],
  ['53100', { code: 'DISK_FULL', hint: 'The disk of the server is full' }],
  ['53200', { code: 'THROTTLED', hint: 'The server has no memory left' }],
  ['53300', { code: 'THROTTLED', hint: 'The server has no sessions left: lower sessions of the connection or parallel of the job, or raise max_connections' }],
  ['53', { code: 'THROTTLED' }],
  ['55P03', { code: 'LOCKED', hint: lockHint }],
  ['55006', { code: 'LOCKED', hint: lockHint }],
  ['40P01', { code: 'LOCKED', hint: `Two sessions waited for each other, and the server ended this one. ${again}` }],
  ['40', { code: 'LOCKED', hint: again }],
  ['57014', { code: 'TIMEOUT', hint: 'The server ended the statement: raise statement_timeout of the connection' }],
  ['57P01', { code: 'UNREACHABLE', hint: `The server was shut down or an administrator ended the session. ${again}` }],
  ['57P02', { code: 'UNREACHABLE', hint: `The server crashed. ${again}` }],
  ['57P03', { code: 'UNREACHABLE', hint: 'The server is starting up or shutting down: try again in a moment' }],
  ['57P05', { code: 'UNREACHABLE', hint: again }],
  ['08', { code: 'UNREACHABLE', hint: again }],
  ['58', { code: 'UNREACHABLE', hint: 'The server has a fault of its own: look into its log' }],
  ['23505', { code: 'CONFLICT', hint: 'Use mode merge or insert-new with this key, or dedupe before the load' }],
  ['23', { code: 'CONFLICT', row: true }],
  ['22', { code: 'DATA_INVALID', row: true }],
]); // prettier-ignore

/** The entry of a code, else of its class. */
export const errorEntry = (code: string): ReturnType<ErrorTable['get']> => postgresErrors.get(code) ?? postgresErrors.get(code.slice(0, 2));

/** Classes whose messages may quote values of rows. */
const quotesRows: ReadonlySet<string> = new Set(['22', '23']);

/** Says any error of the driver or the server in words of ours; the native one is the cause. */
export function postgresError(cause: unknown, { place, statement }: { readonly place: string; readonly statement?: string }): EtlError {
  if (cause instanceof EtlError) return cause;
  if (!(cause instanceof ServerError)) return isNetworkError(cause) ? unreachable(place, cause) : unreachable(place, cause);
  const entry = errorEntry(cause.code);
  const code: ErrorCode = entry?.code ?? 'SQL_FAILED';
  const line = statement === undefined || cause.position === null ? null : lineOf(statement, cause.position);
  const where: Place = {};
  return new EtlError(code, quotesRows.has(cause.code.slice(0, 2)) ? withoutValues(cause) : cause.message, {
    ...(hintOf(cause, entry?.hint) ?? {}),
    place: where,
    cause,
    ...(line === null ? {} : { details: { line, sqlstate: cause.code } }),
  });
}

const hintOf = ({ hint }: ServerError, ours: string | undefined): { hint: string } | undefined => {
  const said = ours ?? hint ?? undefined;
  return said === undefined ? undefined : { hint: said };
};

const lineOf = (statement: string, position: number): number =>
  Array.from(statement)
    .slice(0, position - 1)
    .filter((char) => char === '\n').length + 1;

/** A sentence about a row that quotes none of its values. */
function withoutValues({ code, column, constraint, table, dataType }: ServerError): string {
  const where = column === null ? '' : ` in column ${column}`;
  const what = constraint === null ? '' : `, constraint ${constraint}`;
  const type = dataType === null ? '' : ` of type ${dataType}`;
  return `The server refuses a value${type}${where}${table === null ? '' : ` of ${table}`}${what} (SQLSTATE ${code})`;
}
