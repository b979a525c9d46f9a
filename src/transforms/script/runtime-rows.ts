import type { Field, NamedRow, Value } from '@etl/sdk';
import type { CellsMessage } from './protocol.js';

export type MutableRow = { [column: string]: Value };
/** Makes a row object from values: generated for the schema, so that all rows have one shape. */
export type RowMaker = (values: readonly Value[]) => NamedRow;

/** Decodes one cell; `bytes` is the whole buffer. */
type Decode = (bytes: Buffer, from: number, to: number) => Value;

/** Reads rows of a batch into values, one array for all rows: a row is overwritten by the next. */
export class RowReader {
  readonly values: Value[];
  readonly #decoders: readonly Decode[];
  #bytes: Buffer = Buffer.alloc(0);
  #index: Int32Array = new Int32Array(0);

  constructor(fields: readonly Field[]) {
    this.values = fields.map(() => null);
    this.#decoders = fields.map(({ type }) => decoderOf(type.kind));
  }

  open({ bytes, index }: CellsMessage): void {
    this.#bytes = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
    this.#index = index;
  }

  read(row: number): void {
    const index = this.#index;
    const bytes = this.#bytes;
    const { values } = this;
    const decoders = this.#decoders;
    let at = row * values.length * 2;
    for (let column = 0; column < decoders.length; column++) {
      const from = index[at] ?? -1;
      const decode = decoders[column];
      values[column] = from < 0 || decode === undefined ? null : decode(bytes, from, index[at + 1] ?? from);
      at += 2;
    }
  }
}

function decoderOf(kind: Field['type']['kind']): Decode {
  switch (kind) {
    case 'boolean':
      return (bytes, from) => bytes[from] === 116;
    case 'integer':
      return decodeInteger;
    case 'float':
      return (bytes, from, to) => Number(bytes.toString('latin1', from, to));
    case 'bytes':
      return (bytes, from, to) => Uint8Array.prototype.slice.call(bytes, from, to);
    case 'text':
    case 'json':
      return decodeText;
    default:
      return decodeAscii;
  }
}

/** Up to 15 digits by number, which is several times faster than BigInt of a text. */
function decodeInteger(bytes: Buffer, from: number, to: number): bigint {
  if (to - from > 15) return BigInt(bytes.toString('latin1', from, to));
  const negative = bytes[from] === 45;
  let value = 0;
  for (let at = negative ? from + 1 : from; at < to; at++) value = value * 10 + (bytes[at] ?? 48) - 48;
  return BigInt(negative ? -value : value);
}

const decodeAscii: Decode = (bytes, from, to) => bytes.toString('latin1', from, to);

/** Plain letters by the faster way. */
function decodeText(bytes: Buffer, from: number, to: number): string {
  for (let at = from; at < to; at++) if ((bytes[at] ?? 0) > 127) return bytes.toString('utf8', from, to);
  return bytes.toString('latin1', from, to);
}
