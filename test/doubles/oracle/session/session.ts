import { rewrite, type Rewritten } from '../sql/rewrite.js';
import { OracleFailure } from '../sql/oracle-failure.js';
import type { BindValue } from '../wire/bind.js';
import { runDml, type DmlResult } from './array-dml.js';
import type { Answer, Backend } from './backend.js';
import { withCasts } from './bind-casts.js';
import type { Cursor } from './cursor.js';
import { describeAnswer } from './describe-answer.js';
import type { Domains } from './domains.js';
import { openLobs, type Lobs } from './lobs.js';
import { storedNul } from './nul.js';
import { alterSession, transactionStatement } from './session-statements.js';

/** One session of Oracle: statements, cursors, LOBs and the transaction, without a wire. */
export interface Session {
  readonly backend: Backend;
  readonly lobs: Lobs;
  cursor(id: number): Cursor | undefined;
  /** A new cursor for a statement. */
  parse(sql: string): Cursor;
  close(id: number): void;
  describe(cursor: Cursor): Promise<void>;
  /** Runs a query: its rows are held by the cursor. */
  query(cursor: Cursor, row: readonly BindValue[]): Promise<void>;
  /** Runs anything else, once for each row of values. */
  change(cursor: Cursor, rows: readonly (readonly BindValue[])[], options: { readonly batchErrors: boolean }): Promise<DmlResult>;
  setSchema(name: string): Promise<void>;
}

export interface SessionWorld {
  readonly backend: Backend;
  readonly domains: Domains;
  /** What the user may do. */
  readonly privileges: ReadonlySet<string>;
  /** Ends another session. */
  readonly kill: (processId: number) => Promise<void>;
}

export function openSession(world: SessionWorld): Session {
  const { backend, domains } = world;
  const lobs = openLobs();
  const cursors = new Map<number, Cursor>();
  let last = 0;
  const valueOf = (value: BindValue): string | null => {
    const text = typeof value === 'object' && value !== null ? lobs.bound(value.locator) : value;
    // an empty text is null to Oracle
    return text === null || text === '' ? null : storedNul(text);
  };
  const run = async (cursor: Cursor, sql: string, row: readonly BindValue[]): Promise<Answer> => {
    await domains(cursor.statement.types);
    const query = (): Promise<Answer> => backend.query(withCasts(sql, cursor.binds), row.map(valueOf));
    const waiting = (): Promise<Answer> => withLockTimeout(backend, cursor.statement.wait, query);
    return backend.inTransaction || cursor.statement.locks ? backend.atomically(waiting) : query();
  };
  return {
    backend,
    lobs,
    cursor: (id) => cursors.get(id),
    parse(sql) {
      const cursor: Cursor = { id: ++last, sql, statement: rewrite(sql), binds: [], columns: [], deliveries: [], rows: [], sent: 0 };
      cursors.set(cursor.id, cursor);
      return cursor;
    },
    close: (id) => void cursors.delete(id),
    async describe(cursor) {
      const nothing = new Array<null>(cursor.statement.binds).fill(null);
      const { fields } = await run(cursor, `select * from (${cursor.statement.sql}) described limit 0`, nothing);
      cursor.columns = await describeAnswer(backend, fields);
    },
    async query(cursor, row) {
      const answer = await run(cursor, cursor.statement.sql, row);
      cursor.columns = await describeAnswer(backend, answer.fields);
      cursor.rows = answer.rows;
      cursor.sent = 0;
    },
    change: (cursor, rows, options) => change(world, cursor, rows.length === 0 ? [[]] : rows.map((row) => row.map(valueOf)), options),
    async setSchema(name) {
      await alterSession(backend, `alter session set current_schema = "${name}"`);
    },
  };
}

async function change(
  { backend, domains, privileges, kill }: SessionWorld,
  { sql, statement, binds }: Cursor,
  rows: readonly (readonly (string | null)[])[],
  { batchErrors }: { readonly batchErrors: boolean },
): Promise<DmlResult> {
  const nothing: DmlResult = { count: 0, counts: [], errors: [], returned: [] };
  switch (statement.kind) {
    case 'session':
      await alterSession(backend, sql);
      return nothing;
    case 'transaction':
      await transactionStatement(backend, sql);
      return nothing;
    case 'kill':
      await kill(Number(/'(\d+)/.exec(sql)?.[1] ?? 0));
      return nothing;
    case 'plsql':
      throw new OracleFailure(6550, 'the double runs no PL/SQL');
    case 'ddl':
      refuseDefinition(statement, privileges);
      // Oracle commits what is open, whether the definition succeeds or not
      await backend.commit();
      await domains(statement.types);
      await withLockTimeout(backend, 0, () => backend.query(statement.sql));
      return nothing;
    case 'query':
    case 'dml':
      await domains(statement.types);
      return runDml(backend, { statement, binds, rows, batchErrors });
  }
}

function refuseDefinition({ sql }: Rewritten, privileges: ReadonlySet<string>): void {
  const needed = /^create (table|view)/i.exec(sql.replaceAll(/\s+/g, ' '))?.[0].toUpperCase();
  if (needed !== undefined && !privileges.has(needed)) throw new OracleFailure(1031, 'insufficient privileges');
  for (const [, name = ''] of sql.matchAll(/"([^"]+)"/g)) {
    if (Buffer.byteLength(name) > 128) throw new OracleFailure(972, 'identifier is too long');
  }
}

/** Oracle's definitions do not wait for locks, and FOR UPDATE WAIT n waits for so many seconds. */
async function withLockTimeout<T>(backend: Backend, seconds: number | null, work: () => Promise<T>): Promise<T> {
  if (seconds === null) return work();
  await backend.query(`set lock_timeout = ${Math.max(200, seconds * 1000)}`);
  try {
    return await work();
  } finally {
    if (!backend.inTransaction || seconds > 0) await backend.query('set lock_timeout = 0').catch(() => undefined);
  }
}
