import {
  readExecute,
  readReexecute,
  type ExecuteRequest,
  type KnownStatement,
  type ReexecuteRequest,
  type ReturningCount,
} from './execute-request.js';
import type { ByteReader } from './byte-reader.js';
import { readLobRequest, type LobRequest } from './lob-request.js';
import { readLogon, type LogonMessage } from './logon.js';
import { readDataTypes, readProtocol } from './negotiation.js';
import { readPiggyback, type Piggyback } from './piggyback.js';

export type Request =
  | { readonly kind: 'protocol' }
  | { readonly kind: 'data-types'; readonly zones: boolean }
  | { readonly kind: 'logon'; readonly phase: 1 | 2; readonly message: LogonMessage }
  | { readonly kind: 'fetch'; readonly cursor: number; readonly rows: number }
  | { readonly kind: 'commit' | 'rollback' | 'ping' | 'logoff' }
  | ExecuteRequest
  | ReexecuteRequest
  | LobRequest;

/** One call with what was said beside it. */
export interface Call {
  readonly piggybacks: readonly Piggyback[];
  readonly request: Request;
}

const message = { protocol: 1, dataTypes: 2, function: 3, piggyback: 17 };

/** What reading a request needs to know of the session. */
export interface RequestContext {
  known(cursor: number): KnownStatement | undefined;
  readonly returning: ReturningCount;
}

/** Reads a whole request. Throws RangeError for what the double does not know. */
export function readCall(reader: ByteReader, context: RequestContext): Call {
  const piggybacks: Piggyback[] = [];
  for (;;) {
    const type = reader.byte();
    if (type === message.piggyback) {
      piggybacks.push(readPiggyback(reader));
      continue;
    }
    return { piggybacks, request: readRequest(type, reader, context) };
  }
}

function readRequest(type: number, reader: ByteReader, context: RequestContext): Request {
  if (type === message.protocol) {
    readProtocol(reader);
    return { kind: 'protocol' };
  }
  if (type === message.dataTypes) return { kind: 'data-types', zones: readDataTypes(reader) };
  if (type !== message.function) throw new RangeError(`The double knows no message of type ${type}`);
  const code = reader.byte();
  reader.byte();
  return readFunction(code, reader, context);
}

function readFunction(code: number, reader: ByteReader, context: RequestContext): Request {
  switch (code) {
    case 118:
      return { kind: 'logon', phase: 1, message: readLogon(reader) };
    case 115:
      return { kind: 'logon', phase: 2, message: readLogon(reader) };
    case 94:
      return readExecute(reader, context.known, context.returning);
    case 4:
      return readReexecute(reader, { fetches: false, ...context });
    case 78:
      return readReexecute(reader, { fetches: true, ...context });
    case 5:
      return { kind: 'fetch', cursor: reader.integer(), rows: reader.integer() };
    case 96:
      return readLobRequest(reader);
    case 14:
      return { kind: 'commit' };
    case 15:
      return { kind: 'rollback' };
    case 147:
      return { kind: 'ping' };
    case 9:
      return { kind: 'logoff' };
    default:
      throw new RangeError(`The double knows no function ${code}`);
  }
}
