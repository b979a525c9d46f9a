import { isLob, dataType } from '../wire/data-type.js';
import { lobOperation, type LobRequest } from '../wire/lob-request.js';
import { lobChunkSize } from '../wire/column.js';
import { OracleFailure } from '../sql/oracle-failure.js';

/** Content of a LOB: text of a CLOB, as characters of UTF-16 are counted by the driver, or bytes of a BLOB. */
interface Lob {
  readonly type: number;
  content: string | Buffer;
}

/** What became of an operation: what goes into the answer. */
export interface LobAnswer {
  readonly locator: Buffer;
  readonly amount: number;
  readonly data: Buffer | null;
  readonly flag: boolean;
}

/** The LOBs that a session has locators of. A locator fetched from a table is the content at that moment; temporary LOBs can be written and bound. */
export interface Lobs {
  /** A locator for content that a query gave. */
  add(type: number, text: string): { readonly locator: Buffer; readonly length: number };
  /** The content as text for the server behind the double; bytes as `\x…`. */
  bound(locatorHex: string): string | null;
  /** Throws the error that Oracle gives for a locator that it does not know. */
  operate(request: LobRequest): LobAnswer;
}

const locatorSize = 40;
const variableLength = 0x80;

export function openLobs(): Lobs {
  const lobs = new Map<string, Lob>();
  let last = 0;
  const add = (type: number, content: string | Buffer): Buffer => {
    const locator = Buffer.alloc(locatorSize);
    locator.writeUInt16BE(locatorSize - 2, 0);
    locator.writeUInt32BE(++last, 16);
    // characters of a CLOB cross as UTF-16, as from a database in UTF-8
    if (typeof content === 'string') locator[6] = variableLength;
    lobs.set(locator.toString('hex'), { type, content });
    return locator;
  };
  const find = (locator: Buffer): Lob => {
    const lob = lobs.get(locator.toString('hex'));
    if (lob === undefined) throw new OracleFailure(22_922, 'nonexistent LOB value');
    return lob;
  };
  return {
    add(type, text) {
      const content = type === dataType.blob ? Buffer.from(text.slice(2), 'hex') : text;
      return { locator: add(type, content), length: content.length };
    },
    bound(locatorHex) {
      const { content } = find(Buffer.from(locatorHex, 'hex'));
      return typeof content === 'string' ? content : `\\x${content.toString('hex')}`;
    },
    operate(request) {
      const { operation, locator } = request;
      const answer = { locator, amount: request.amount, data: null, flag: false };
      if (operation === lobOperation.createTemporary) {
        const type = isLob(request.type) ? request.type : dataType.clob;
        return { ...answer, locator: add(type, type === dataType.blob ? Buffer.alloc(0) : '') };
      }
      if (operation === lobOperation.chunkSize) return { ...answer, amount: lobChunkSize };
      const lob = find(locator);
      if (operation === lobOperation.getLength) return { ...answer, amount: lob.content.length };
      if (operation === lobOperation.read) return { ...answer, ...read(lob, request) };
      if (operation === lobOperation.write) write(lob, request);
      if (operation === lobOperation.trim) lob.content = pieceOf(lob.content, 0, request.amount);
      return answer;
    },
  };
}

const pieceOf = (content: string | Buffer, from: number, to: number): string | Buffer =>
  typeof content === 'string' ? content.slice(from, to) : content.subarray(from, to);

function read({ content }: Lob, { offset, amount }: LobRequest): { data: Buffer | null; amount: number } {
  const part = pieceOf(content, offset - 1, offset - 1 + amount);
  const data = typeof part === 'string' ? Buffer.from(part, 'utf16le').swap16() : part;
  return { data: data.length === 0 ? null : data, amount: part.length };
}

function write(lob: Lob, { offset, data }: LobRequest): void {
  const { content } = lob;
  if (typeof content === 'string') {
    const text = Buffer.from(data).swap16().toString('utf16le');
    lob.content = content.slice(0, offset - 1).padEnd(offset - 1, ' ') + text + content.slice(offset - 1 + text.length);
    return;
  }
  const size = Math.max(content.length, offset - 1 + data.length);
  const wider = Buffer.alloc(size);
  content.copy(wider);
  data.copy(wider, offset - 1);
  lob.content = wider;
}
