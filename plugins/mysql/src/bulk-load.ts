import { EtlError, isEtlError, type Batch } from '@etl/sdk';
import type { Bind, BulkResult, BulkTarget, Refusal, RefusedRow, SqlRow } from '@etl/sql';
import type { ResultSetHeader } from 'mysql2';
import type { ArrayWriter } from './array-load.js';
import { InfileStream } from './infile-stream.js';
import { rowInserts } from './insert-rows.js';
import { loadPlan, type LoadPlan } from './load-data.js';
import { warnedRow, type WarnedRow } from './load-warnings.js';
import { errorEntry, nativeKey } from './mysql-errors.js';

/** What a bulk write needs of its session. */
export interface BulkSession {
  /** Writes rows as arrays; null: the server takes none. */
  readonly arrays: ArrayWriter | null;
  header(sql: string, binds?: readonly Bind[], files?: () => unknown): Promise<ResultSetHeader>;
  rows(sql: string): Promise<readonly SqlRow[]>;
}

export interface BulkRequest {
  readonly target: BulkTarget;
  readonly batches: readonly Batch[];
  /** A savepoint that stands right before the rows. */
  readonly savepoint: string;
  readonly how: 'auto' | 'load' | 'insert';
  readonly warn: (message: string) => void;
}

/** The server, or an option of it, forbids LOAD DATA LOCAL. */
const forbidden: ReadonlySet<string> = new Set(['1148', '3948', '3950', '4166']);

/** Writes rows inside the open transaction. Rows that the server would have bent, cut or left out are told and not stored. */
export async function bulkLoad(session: BulkSession, request: BulkRequest): Promise<BulkResult> {
  const { target, batches, savepoint, how, warn } = request;
  if (how === 'insert') return insertAll(session, target, batches);
  if (how === 'auto' && session.arrays !== null) {
    const result = await session.arrays.write(target, batches);
    if (typeof result === 'object') return result;
    if (result === 'bent') await session.header(`rollback to savepoint ${savepoint}`);
  }
  try {
    return await loadAll(session, request);
  } catch (error) {
    if (!isEtlError(error) || !forbidden.has(nativeKey(error.cause))) throw error;
    warn(
      'The server forbids LOAD DATA LOCAL, so rows are written by INSERT, which is much slower. Allow it there: set global local_infile = 1',
    );
    return insertAll(session, target, batches);
  }
}

/** LOCAL means IGNORE even in strict mode: what the server says of each row is asked for, and any such row is taken back and left out. */
async function loadAll(session: BulkSession, { target, batches, savepoint }: BulkRequest): Promise<BulkResult> {
  const refused: RefusedRow[] = [];
  for (;;) {
    const plan = loadPlan(target, batches, refused);
    if (plan.sent === 0) return { stored: true, refused: plan.refused };
    const warned = await load(session, plan);
    if (warned.length === 0) return { stored: true, refused: plan.refused };
    await session.header(`rollback to savepoint ${savepoint}`);
    const [first] = warned;
    const known = knownRows(plan, warned);
    if (known.length === 0) return { stored: false, refused: plan.refused, ...(first === undefined ? {} : { reason: refusalOf(first) }) };
    refused.push(...known);
  }
}

function knownRows(plan: LoadPlan, warned: readonly WarnedRow[]): readonly RefusedRow[] {
  const found = new Map<number, RefusedRow>();
  for (const { number, ...refusal } of warned) {
    // A number that no sent row has would be taken for another row, again and again
    if (number === null || number < 1 || number > plan.sent) continue;
    const row = plan.positionOf(number - 1);
    if (!found.has(row)) found.set(row, { row, ...refusal });
  }
  return [...found.values()];
}

const refusalOf = ({ reason, code, field }: WarnedRow): Refusal => ({ reason, code, ...(field === undefined ? {} : { field }) });

/** Sends the rows and answers what the server had to say of them. Throws UNBALANCED where it counts other rows than were sent. */
async function load(session: BulkSession, plan: LoadPlan): Promise<readonly WarnedRow[]> {
  const stream = new InfileStream(plan.next);
  let result: ResultSetHeader;
  try {
    result = await session.header(plan.sql, [], () => stream.start());
  } finally {
    stream.stop();
  }
  const counted = /Records: (\d+)\s+Deleted: (\d+)\s+Skipped: (\d+)\s+Warnings: (\d+)/.exec(result.info)?.slice(1).map(Number);
  const [records = -1, , skipped = -1, warnings = -1] = counted ?? [];
  if (warnings > 0 || skipped > 0 || result.warningStatus > 0) {
    const told = (await session.rows('show warnings')).map(([, code, message]) => warnedRow({ code: code ?? '', message: message ?? '' }));
    if (told.length > 0) return told;
    return [{ number: null, reason: 'The server left the row out and does not say why', code: 'CONFLICT' }];
  }
  if (records !== plan.sent || result.affectedRows !== plan.sent)
    throw new EtlError('UNBALANCED', `MySQL counts ${records} rows of ${plan.sent} that were sent and stored ${result.affectedRows}`, {
      hint: 'Nothing of them was kept. Please report this',
    });
  return [];
}

async function insertAll(session: BulkSession, target: BulkTarget, batches: readonly Batch[]): Promise<BulkResult> {
  const refused: RefusedRow[] = [];
  for (const { sql, rows } of rowInserts(target, batches, (row) => refused.push(row))) {
    try {
      const { affectedRows, warningStatus } = await session.header(sql);
      if (affectedRows !== rows.length)
        throw new EtlError('UNBALANCED', `MySQL stored ${affectedRows} of ${rows.length} rows of an INSERT`);
      const [warning] = warningStatus === 0 ? [] : await session.rows('show warnings');
      if (warning !== undefined) return notStored(rows, warnedRow({ code: warning[1] ?? '', message: warning[2] ?? '' }), refused);
    } catch (error) {
      if (!isEtlError(error) || errorEntry(error.cause).row !== true) throw error;
      const message = error.cause instanceof Error ? error.cause.message : '';
      return notStored(rows, warnedRow({ code: nativeKey(error.cause), message }), refused);
    }
  }
  return { stored: true, refused };
}

function notStored(rows: readonly number[], warned: WarnedRow, refused: readonly RefusedRow[]): BulkResult {
  const row = warned.number === null ? undefined : rows[warned.number - 1];
  const reason = refusalOf(warned);
  return { stored: false, refused: row === undefined ? refused : [...refused, { row, ...reason }], reason };
}
