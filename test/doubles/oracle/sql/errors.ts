import { oracleError, type OracleError } from '../wire/answers.js';

/** What PostgreSQL's driver says of an error. */
export interface ServerError {
  readonly code: string;
  readonly message: string;
  readonly schema?: string | undefined;
  readonly table?: string | undefined;
  readonly column?: string | undefined;
  readonly constraint?: string | undefined;
  readonly dataType?: string | undefined;
  readonly position?: string | undefined;
}

const nameIsUsed = [955, 'name is already used by an existing object'] as const;

/** SQLSTATE to the number and words of Oracle's error. */
const errors: ReadonlyMap<string, readonly [number, string | ((error: ServerError) => string)]> = new Map<
  string,
  readonly [number, string | ((error: ServerError) => string)]
>([
  ['23505', [1, ({ schema, constraint }) => `unique constraint (${schema ?? ''}.${constraint ?? ''}) violated`]],
  ['23502', [1400, ({ schema, table, column }) => `cannot insert NULL into ("${schema ?? ''}"."${table ?? ''}"."${column ?? ''}")`]],
  [
    '23503',
    [2291, ({ schema, constraint }) => `integrity constraint (${schema ?? ''}.${constraint ?? ''}) violated - parent key not found`],
  ],
  ['23514', [2290, ({ schema, constraint }) => `check constraint (${schema ?? ''}.${constraint ?? ''}) violated`]],
  ['42P01', [942, 'table or view does not exist']],
  ['3F000', [1435, 'user does not exist']],
  ['42703', [904, ({ message }) => `"${/column "?([^"]+)"?/.exec(message)?.[1] ?? ''}": invalid identifier`]],
  ['42702', [918, 'column ambiguously defined']],
  ['42601', [900, 'invalid SQL statement']],
  ['42883', [904, ({ message }) => `${/function (\w+)/.exec(message)?.[1] ?? message}: invalid identifier`]],
  ['42P07', nameIsUsed],
  ['42710', nameIsUsed],
  ['42701', [957, 'duplicate column name']],
  ['42804', [932, 'inconsistent datatypes']],
  ['42704', [902, 'invalid datatype']],
  ['42501', [1031, 'insufficient privileges']],
  ['42622', [972, 'identifier is too long']],
  ['22P02', [1722, 'invalid number']],
  ['22003', [1438, 'value larger than specified precision allowed for this column']],
  ['22001', [12899, 'value too large for column']],
  ['22007', [1861, 'literal does not match format string']],
  ['22008', [1830, 'date format picture ends before converting entire input string']],
  ['22012', [1476, 'divisor is equal to zero']],
  ['21000', [30926, 'unable to get a stable set of rows in the source tables']],
  ['25006', [1456, 'may not perform insert, delete, update operation inside a READ ONLY transaction']],
  ['40P01', [60, 'deadlock detected while waiting for resource']],
  ['40001', [8177, "can't serialize access for this transaction"]],
  ['55P03', [54, 'resource busy and acquire with NOWAIT specified or timeout expired']],
  ['53100', [1653, 'unable to extend table in tablespace']],
  ['57014', [1013, 'user requested cancel of current operation']],
  ['57P01', [28, 'your session has been killed']],
]);

/** The error that Oracle gives where PostgreSQL gives this one. What the double has no number for is ORA-20999, with PostgreSQL's own words. */
export function oracleErrorOf(error: ServerError): OracleError {
  if (metInCatalogue(error)) return oracleError(...nameIsUsed);
  // a domain stands for the type of a column: what it refuses is too long, or no number
  if (error.code === '23514' && error.dataType !== undefined) return domainError(error.dataType);
  const [number, words] = errors.get(error.code) ?? [20_999, `the double met ${error.code} ${error.message}`];
  return oracleError(number, typeof words === 'string' ? words : words(error));
}

/** Whether two sessions made one thing at one time: PostgreSQL's own catalogue then refuses the second by its unique index. */
export const metInCatalogue = ({ code, schema }: ServerError): boolean => code === '23505' && schema === 'pg_catalog';

function domainError(type: string): OracleError {
  if (/^(NUMBER|FLOAT)/.test(type)) return oracleError(1426, 'numeric overflow');
  if (type === 'DATE') return oracleError(1841, '(full) year must be between -4713 and +9999, and not be 0');
  return oracleError(12_899, 'value too large for column');
}

/** Where in the statement, from 0; PostgreSQL counts in the rewritten one, so this is a hint and no more. */
export const errorPosition = ({ position }: ServerError): number => (position === undefined ? 0 : Number(position) - 1);

/** An error of the PostgreSQL driver, or null for any other. */
export function serverError(cause: unknown): ServerError | null {
  if (!(cause instanceof Error) || !('code' in cause) || typeof cause.code !== 'string' || !/^[0-9A-Z]{5}$/.test(cause.code)) return null;
  const text = (name: string): string | undefined => {
    const value: unknown = Reflect.get(cause, name);
    return typeof value === 'string' ? value : undefined;
  };
  return {
    code: cause.code,
    message: cause.message,
    schema: text('schema'),
    table: text('table'),
    column: text('column'),
    constraint: text('constraint'),
    dataType: text('dataType'),
    position: text('position'),
  };
}
