import type { Socket } from 'node:net';
import { oracleError, statusAnswer, writeCallEnd, type OracleError } from './wire/answers.js';
import { ByteReader } from './wire/byte-reader.js';
import { ByteWriter } from './wire/byte-writer.js';
import { beginLogon, type Logon, type LogonMessage } from './wire/logon.js';
import { dataTypesAnswer, protocolAnswer } from './wire/negotiation.js';
import { acceptBody, encodePacket, packetSplitter, packetType, refuseBody, sessionDataUnit, type Packet } from './wire/tns-packets.js';
import { readCall, type Call, type Request } from './wire/request.js';
import type { Piggyback } from './wire/piggyback.js';
import { answerCall } from './session/answer-call.js';
import type { Session } from './session/session.js';
import { failureOf } from './sql/oracle-failure.js';
import { errorPosition, serverError } from './sql/errors.js';
import { returningCount } from './sql/statement-kind.js';
import { significant, tokenize } from './sql/tokens.js';

/** What a connection needs of the double that it belongs to. */
export interface ConnectionWorld {
  /** Null: the service or SID is known; else the number of the error that the listener gives. */
  refusal(connectData: string): number | null;
  password(user: string): string | undefined;
  /** Facts about the database and session that end the log-in. */
  facts(): readonly (readonly [string, string])[];
  /** Opens the session, or says why the user may not have one. */
  open(user: string, onLost: () => void): Promise<Session | OracleError>;
  cancel(session: Session): Promise<void>;
  /** Takes what the double did not understand: a mistake of the double, never of a test. */
  report(problem: unknown): void;
}

const endOfRequest = 0x0800;
const endOfFile = 0x40;
const marker = { break: 1, reset: 2 };
const cancelled = oracleError(1013, 'user requested cancel of current operation');

/** Speaks TNS and TTC over one socket until it ends. */
export function serveConnection(socket: Socket, world: ConnectionWorld): void {
  let accepted = false;
  let connectDataFollows = false;
  let logon: { user: string; steps: Logon } | null = null;
  let session: Session | null = null;
  let parts: Buffer[] = [];
  let running = false;
  let breaking = false;
  let work: Promise<void> = Promise.resolve();

  const send = (type: number, body: Uint8Array): void => void socket.write(encodePacket(type, body, accepted));
  const sendData = (message: Buffer): void => {
    const room = sessionDataUnit - 10;
    for (let from = 0; from === 0 || from < message.length; from += room) {
      send(packetType.data, Buffer.concat([Buffer.alloc(2), message.subarray(from, from + room)]));
    }
  };
  const sendMarker = (kind: number): void => send(packetType.marker, Buffer.of(1, 0, kind));
  const inTransaction = (): boolean => session?.backend.inTransaction ?? false;
  const failed = (error: OracleError, position = 0): Buffer =>
    writeCallEnd(new ByteWriter(), { inTransaction: inTransaction(), error, position }).finish();

  const connect = (data: string): void => {
    const refusal = world.refusal(data);
    if (refusal === null) {
      send(packetType.accept, acceptBody());
      accepted = true;
    } else {
      send(packetType.refuse, refuseBody(refusal));
      socket.end();
    }
  };

  const logOn = async (phase: 1 | 2, message: LogonMessage): Promise<Buffer> => {
    if (phase === 1) {
      const user = message.user.replaceAll('"', '').toUpperCase();
      logon = { user, steps: beginLogon(world.password(user)) };
      return logon.steps.challenge;
    }
    const answer = logon?.steps.finish(message, world.facts()) ?? null;
    if (answer === null || logon === null) return failed(oracleError(1017, 'invalid username/password; logon denied'));
    const open = await world.open(logon.user, () => socket.destroy());
    if ('number' in open) return failed(open);
    session = open;
    return answer;
  };

  const aside = async (piggyback: Piggyback): Promise<void> => {
    if (piggyback === null || session === null) return;
    if (piggyback.kind === 'close') for (const cursor of piggyback.cursors) session.close(cursor);
    else if (piggyback.kind === 'schema') await session.setSchema(piggyback.name);
    else await session.backend.query(`select set_config('application_name', $1, false)`, [piggyback.name]);
  };

  const answer = async (request: Request): Promise<Buffer> => {
    if (request.kind === 'protocol') return protocolAnswer();
    if (request.kind === 'data-types') return dataTypesAnswer(request.zones);
    if (request.kind === 'logon') return logOn(request.phase, request.message);
    if (session === null) return request.kind === 'logoff' ? statusAnswer(false) : failed(oracleError(1012, 'not logged on'));
    return answerCall(session, request);
  };

  const answerOrError = async ({ piggybacks, request }: Call): Promise<Buffer> => {
    try {
      for (const piggyback of piggybacks) await aside(piggyback);
      return await answer(request);
    } catch (cause) {
      const known = failureOf(cause);
      if (known === null) world.report(cause);
      const server = serverError(cause);
      return failed(known ?? oracleError(20_999, `the double failed: ${String(cause)}`), server === null ? 0 : errorPosition(server));
    }
  };

  const serve = async (message: Buffer): Promise<void> => {
    running = true;
    const call = readCall(new ByteReader(message), {
      known: (cursor) => session?.cursor(cursor),
      returning: (sql) => returningCount(significant(tokenize(sql))),
    });
    const bytes = await answerOrError(call);
    running = false;
    // a call that was broken off is answered behind the markers
    if (breaking) sendMarker(marker.break);
    else sendData(bytes);
  };

  const onMarker = (kind: number): void => {
    if (kind === marker.reset) {
      breaking = false;
      parts = [];
      sendMarker(marker.reset);
      sendData(failed(cancelled));
      return;
    }
    if (breaking) return;
    breaking = true;
    if (!running) sendMarker(marker.break);
    else if (session !== null) world.cancel(session).catch(world.report);
  };

  const onData = (body: Buffer): void => {
    const flags = body.readUInt16BE(0);
    if (flags & endOfFile) {
      socket.end();
      return;
    }
    parts.push(body.subarray(2));
    if ((flags & endOfRequest) === 0) return;
    const message = Buffer.concat(parts);
    parts = [];
    work = work
      .then(() => serve(message))
      .catch((cause: unknown) => {
        world.report(cause);
        socket.destroy();
      });
  };

  const onPacket = ({ type, body }: Packet): void => {
    if (connectDataFollows) {
      connectDataFollows = false;
      connect(body.subarray(2).toString());
    } else if (type === packetType.connect) {
      const length = body.readUInt16BE(16);
      const offset = body.readUInt16BE(18) - 8;
      if (body.length <= offset && length > 0) connectDataFollows = true;
      else connect(body.subarray(offset, offset + length).toString());
    } else if (type === packetType.data) onData(body);
    else if (type === packetType.marker) onMarker(body.readUInt8(2));
    else world.report(new RangeError(`The double knows no packet of type ${type}`));
  };

  const split = packetSplitter(() => accepted);
  socket.setNoDelay(true);
  socket.on('data', (chunk: Buffer) => {
    for (const packet of split(chunk)) onPacket(packet);
  });
  socket.on('error', () => undefined);
  socket.on('close', () => {
    void work.then(() => session?.backend.end()).catch(world.report);
  });
}
