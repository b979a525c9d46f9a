import { isAscii } from 'node:buffer';
import type { Field, NamedRow, Value } from '@etl/sdk';
import type { CellsMessage } from './protocol.js';

export type MutableRow = { [column: string]: Value };
/** Makes a row object from values: generated for the schema, so that all rows have one shape. */
export type RowMaker = (values: readonly Value[]) => NamedRow;

/** The bytes of a batch. */
interface BatchBytes {
  readonly bytes: Buffer;
  /** A character for each byte, from which short cells are copied: ten times faster than a call for each. */
  readonly text: string;
  /** Whether that is what the bytes say in UTF-8 too. */
  readonly isAscii: boolean;
}

type Decode = (batch: BatchBytes, from: number, to: number) => Value;

/** Reads rows of a batch into values, one array for all rows: a row is overwritten by the next. */
export class RowReader {
  readonly values: Value[];
  readonly #decoders: readonly Decode[];
  #batch: BatchBytes = { bytes: Buffer.alloc(0), text: '', isAscii: true };
  #index: Int32Array = new Int32Array(0);

  constructor(fields: readonly Field[]) {
    this.values = fields.map(() => null);
    this.#decoders = fields.map(({ type }) => decoderOf(type.kind));
  }

  open({ bytes: given, index }: CellsMessage): void {
    const bytes = Buffer.from(given.buffer, given.byteOffset, given.length);
    this.#batch = { bytes, text: bytes.toString('latin1'), isAscii: isAscii(bytes) };
    this.#index = index;
  }

  read(row: number): void {
    const index = this.#index;
    const batch = this.#batch;
    const { values } = this;
    const decoders = this.#decoders;
    let at = row * values.length * 2;
    for (let column = 0; column < decoders.length; column++) {
      const from = index[at] ?? -1;
      const decode = decoders[column];
      values[column] = from < 0 || decode === undefined ? null : decode(batch, from, index[at + 1] ?? from);
      at += 2;
    }
  }
}

function decoderOf(kind: Field['type']['kind']): Decode {
  switch (kind) {
    case 'boolean':
      return ({ bytes }, from) => bytes[from] === 116;
    case 'integer':
      return decodeInteger;
    case 'float':
      return ({ text }, from, to) => Number(text.slice(from, to));
    case 'bytes':
      return ({ bytes }, from, to) => Uint8Array.prototype.slice.call(bytes, from, to);
    case 'text':
    case 'json':
      return decodeText;
    default:
      return decodeAscii;
  }
}

/** Up to 15 digits by number, which is several times faster than BigInt of a text. */
function decodeInteger({ bytes, text }: BatchBytes, from: number, to: number): bigint {
  if (to - from > 15) return BigInt(text.slice(from, to));
  const negative = bytes[from] === 45;
  let value = 0;
  for (let at = negative ? from + 1 : from; at < to; at++) value = value * 10 + (bytes[at] ?? 48) - 48;
  return BigInt(negative ? -value : value);
}

/** V8 copies texts that are shorter than this; a longer slice would keep the text of its whole batch alive for as long as the script keeps it. */
const copied = 13;

const decodeAscii: Decode = ({ bytes, text }, from, to) => (to - from < copied ? text.slice(from, to) : bytes.toString('latin1', from, to));

const decodeText: Decode = (batch, from, to) => {
  const { bytes, isAscii: isPlain } = batch;
  if (!isPlain) for (let at = from; at < to; at++) if ((bytes[at] ?? 0) > 127) return bytes.toString('utf8', from, to);
  return decodeAscii(batch, from, to);
};
