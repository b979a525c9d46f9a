import { ByteWriter } from '../wire/byte-writer.js';
import { oracleError, statusAnswer, writeCallEnd, writeRowCounts, type CallEnd } from '../wire/answers.js';
import { encodeValue, writeDescribe, writeLob, type Column } from '../wire/column.js';
import type { BindType } from '../wire/bind.js';
import { isLob } from '../wire/data-type.js';
import type { ExecuteRequest, ReexecuteRequest } from '../wire/execute-request.js';
import { lobOperation, type LobRequest } from '../wire/lob-request.js';
import type { Request } from '../wire/request.js';
import { OracleFailure } from '../sql/oracle-failure.js';
import type { DmlResult } from './array-dml.js';
import type { Cursor } from './cursor.js';
import { needsDefine, sendRows } from './send-rows.js';
import type { Session } from './session.js';

const noMoreRows = oracleError(1403, 'no data found');

/** Does what a request asks and gives the answer. Throws what Oracle or the server behind the double refuses. */
export async function answerCall(session: Session, request: Request): Promise<Buffer> {
  const { backend } = session;
  switch (request.kind) {
    case 'execute':
      return execute(session, request);
    case 'reexecute':
      return reexecute(session, request);
    case 'fetch':
      return fetch(session, opened(session, request.cursor), { writer: new ByteWriter(), count: request.rows });
    case 'lob':
      return operateLob(session, request);
    case 'commit':
    case 'logoff':
      await backend.commit();
      return statusAnswer(false);
    case 'rollback':
      await backend.rollback();
      return statusAnswer(false);
    case 'ping':
      return statusAnswer(backend.inTransaction);
    case 'protocol':
    case 'data-types':
    case 'logon':
      throw new OracleFailure(3106, 'fatal two-task communication protocol error');
  }
}

function opened(session: Session, id: number): Cursor {
  const cursor = session.cursor(id);
  if (cursor === undefined) throw new OracleFailure(1001, 'invalid cursor');
  return cursor;
}

const end = (session: Session, writer: ByteWriter, facts: Omit<CallEnd, 'inTransaction'>): Buffer =>
  writeCallEnd(writer, { inTransaction: session.backend.inTransaction, ...facts }).finish();

async function execute(session: Session, request: ExecuteRequest): Promise<Buffer> {
  const cursor = request.cursor === 0 ? session.parse(request.sql ?? '') : opened(session, request.cursor);
  const writer = new ByteWriter();
  if (request.defines !== null) {
    cursor.deliveries = request.defines;
    return fetch(session, cursor, { writer, count: request.prefetch });
  }
  cursor.binds = request.binds;
  if (!request.execute) {
    if (request.isQuery) await session.describe(cursor);
    if (request.isQuery) writeDescribe(writer, cursor.columns);
    return end(session, writer, { cursor: cursor.id });
  }
  if (request.isQuery) {
    await session.query(cursor, request.rows[0] ?? []);
    if (request.sql !== null) writeDescribe(writer, cursor.columns);
    return fetch(session, cursor, { writer, count: needsDefine(cursor) ? 0 : request.prefetch });
  }
  return change(session, cursor, request);
}

async function reexecute(session: Session, request: ReexecuteRequest): Promise<Buffer> {
  const cursor = opened(session, request.cursor);
  if (cursor.statement.kind !== 'query') return change(session, cursor, { ...request, batchErrors: false, rowCounts: false });
  await session.query(cursor, request.rows[0] ?? []);
  return fetch(session, cursor, { writer: new ByteWriter(), count: request.prefetch });
}

function fetch(session: Session, cursor: Cursor, { writer, count }: { writer: ByteWriter; count: number }): Buffer {
  const done = sendRows(writer, cursor, { count, lobs: session.lobs });
  return end(session, writer, { cursor: cursor.id, rows: cursor.sent, ...(done ? { error: noMoreRows } : {}) });
}

interface ChangeRequest {
  readonly rows: ExecuteRequest['rows'];
  readonly iterations: number;
  readonly commit: boolean;
  readonly batchErrors: boolean;
  readonly rowCounts: boolean;
}

async function change(session: Session, cursor: Cursor, request: ChangeRequest): Promise<Buffer> {
  const rows = request.rows.length > 0 ? request.rows : Array.from({ length: request.iterations }, () => []);
  const result = await session.change(cursor, rows, { batchErrors: request.batchErrors });
  if (request.commit && result.errors.length === 0) await session.backend.commit();
  const writer = new ByteWriter();
  if (cursor.statement.returns) writeReturned(writer, { session, cursor, result });
  if (request.rowCounts) writeRowCounts(writer, result.counts);
  const failed = result.errors.length > 0 ? { error: oracleError(24_381, 'error(s) in array DML'), batchErrors: result.errors } : {};
  return end(session, writer, { cursor: cursor.id, rows: result.count, ...failed });
}

const direction = { out: 16, in: 32 };

/** What RETURNING … INTO gives: which binds are answers, then for each row of values how many rows there are and their values. */
function writeReturned(writer: ByteWriter, { session, cursor, result }: { session: Session; cursor: Cursor; result: DmlResult }): void {
  const { binds, statement } = cursor;
  const out = binds.slice(statement.binds);
  writer
    .byte(11, 0)
    .integer(binds.length % 256)
    .integer(Math.floor(binds.length / 256))
    .zeros(4);
  for (const index of binds.keys()) writer.byte(index < statement.binds ? direction.in : direction.out);
  for (const { rows } of result.returned) {
    writer.byte(7);
    for (const [index, bind] of out.entries()) {
      writer.integer(rows.length);
      for (const row of rows) writeReturnedValue(writer, { session, bind, text: row[index] ?? null });
    }
  }
}

function writeReturnedValue(writer: ByteWriter, { session, bind, text }: { session: Session; bind: BindType; text: string | null }): void {
  const column: Column = {
    name: '',
    type: bind.type,
    precision: 0,
    scale: 0,
    size: bind.maxSize,
    length: 0,
    nullable: true,
    national: bind.national,
  };
  if (isLob(bind.type)) writeLob(writer, text === null ? null : session.lobs.add(bind.type, text));
  else if (text === null || text === '') writer.byte(0);
  else writer.chunked(encodeValue(column, text));
  writer.zeros(1);
}

const lobData = 14;

function operateLob(session: Session, request: LobRequest): Buffer {
  const { locator, amount, data, flag } = session.lobs.operate(request);
  const writer = new ByteWriter();
  if (data !== null) writer.byte(lobData).chunked(data);
  writer.byte(8).raw(locator);
  if (request.operation === lobOperation.createTemporary) writer.integer(873).byte(0);
  else if (request.sendAmount) writer.integer(amount);
  if (request.operation === lobOperation.isOpen) writer.byte(flag ? 1 : 0);
  return end(session, writer, {});
}
