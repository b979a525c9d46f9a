import { readBindRows, readBindType, type BindType, type BindValue } from './bind.js';
import type { ByteReader } from './byte-reader.js';

const option = { define: 0x10, execute: 0x20, fetch: 0x40, commit: 0x100, describe: 0x20000, batchErrors: 0x80000 };

/** What a statement remembers between its executions. */
export interface KnownStatement {
  readonly sql: string;
  readonly binds: readonly BindType[];
}

/** Function 94: parse, bind, execute, define and fetch in one message. */
export interface ExecuteRequest {
  readonly kind: 'execute';
  /** 0: a new statement, with `sql`. */
  readonly cursor: number;
  readonly sql: string | null;
  readonly isQuery: boolean;
  /** Types of the binds, empty where nothing is bound. */
  readonly binds: readonly BindType[];
  readonly rows: readonly (readonly BindValue[])[];
  /** How many times to execute. */
  readonly iterations: number;
  /** How many rows to send with the answer. */
  readonly prefetch: number;
  /** Types that the driver wants the columns in; null where it takes them as described. */
  readonly defines: readonly BindType[] | null;
  readonly execute: boolean;
  readonly describeOnly: boolean;
  readonly commit: boolean;
  readonly batchErrors: boolean;
  readonly rowCounts: boolean;
}

/** How many of the last binds of a statement are answered rather than sent. */
export type ReturningCount = (sql: string) => number;

export function readExecute(
  reader: ByteReader,
  known: (cursor: number) => KnownStatement | undefined,
  returning: ReturningCount,
): ExecuteRequest {
  const options = reader.integer();
  const cursor = reader.integer();
  reader.byte();
  const sqlLength = reader.integer();
  reader.byte();
  reader.integer();
  reader.skipBytes(3);
  const prefetch = reader.integer();
  reader.integer();
  const hasBinds = reader.byte() !== 0;
  const bindCount = reader.integer();
  reader.skipBytes(5);
  const hasDefines = reader.byte() !== 0;
  const defineCount = reader.integer();
  const rowCounts = skipToRowCounts(reader);
  const sql = sqlLength > 0 ? reader.text() : null;
  const vector = Array.from({ length: 13 }, () => reader.integer());
  const isQuery = vector[7] === 1;
  const readTypes = (count: number): BindType[] => Array.from({ length: count }, () => readBindType(reader));
  const defines = hasDefines ? readTypes(defineCount) : null;
  const binds = hasBinds && defines === null ? readTypes(bindCount) : [];
  const iterations = isQuery ? 1 : Math.max(1, vector[1] ?? 1);
  const sent = binds.slice(0, binds.length - returning(sql ?? known(cursor)?.sql ?? ''));
  return {
    kind: 'execute',
    cursor,
    sql,
    isQuery,
    binds,
    rows: sent.length > 0 ? readBindRows(reader, sent, iterations) : [],
    iterations,
    prefetch: options & option.fetch ? prefetch : 0,
    defines,
    execute: (options & option.execute) !== 0,
    describeOnly: (options & option.describe) !== 0,
    commit: (options & option.commit) !== 0,
    batchErrors: (options & option.batchErrors) !== 0,
    rowCounts,
  };
}

/** Passes fields that the double does not use; tells whether row counts are wanted. */
function skipToRowCounts(reader: ByteReader): boolean {
  reader.integer();
  reader.skipBytes(3);
  reader.integer();
  reader.byte();
  reader.skipIntegers(2);
  const rowCounts = reader.byte() !== 0;
  reader.integer();
  reader.skipBytes(2);
  reader.integer();
  reader.byte();
  reader.integer();
  reader.skipBytes(2);
  reader.integer();
  return rowCounts;
}

/** Functions 4 and 78: a statement that is open is executed again with other values; 78 also fetches. */
export interface ReexecuteRequest {
  readonly kind: 'reexecute';
  readonly cursor: number;
  readonly rows: readonly (readonly BindValue[])[];
  readonly iterations: number;
  readonly prefetch: number;
  readonly commit: boolean;
}

export function readReexecute(
  reader: ByteReader,
  { fetches, known, returning }: { fetches: boolean; known: (cursor: number) => KnownStatement | undefined; returning: ReturningCount },
): ReexecuteRequest {
  const cursor = reader.integer();
  const count = reader.integer();
  reader.integer();
  const flags = reader.integer();
  const { sql, binds } = known(cursor) ?? { sql: '', binds: [] };
  const sent = binds.slice(0, binds.length - returning(sql));
  const iterations = fetches ? 1 : count;
  const rows = sent.length > 0 ? readBindRows(reader, sent, iterations) : [];
  return { kind: 'reexecute', cursor, rows, iterations, prefetch: fetches ? count : 0, commit: (flags & 1) !== 0 };
}
