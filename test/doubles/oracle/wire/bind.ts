import type { ByteReader } from './byte-reader.js';
import { dataType, isLob } from './data-type.js';
import { decodeDate } from './oracle-date.js';
import { decodeFloat } from './oracle-float.js';
import { decodeNumber } from './oracle-number.js';

/** What the driver says about one bind variable, or about a column that it wants in another type. */
export interface BindType {
  readonly type: number;
  readonly maxSize: number;
  /** Of national characters: UTF-16 on the wire. */
  readonly national: boolean;
}

/** A bound value as the text that the server behind the double reads; of a LOB its locator. */
export type BindValue = string | null | { readonly locator: string };

export function readBindType(reader: ByteReader): BindType {
  const type = reader.byte();
  reader.skipBytes(3);
  const maxSize = reader.integer();
  reader.skipIntegers(2);
  if (reader.integer() > 0) reader.chunked();
  reader.skipIntegers(2);
  const form = reader.byte();
  reader.skipIntegers(2);
  return { type, maxSize, national: form === 2 };
}

/** Values longer than this come behind all others of their row. */
const maxInRow = 32_767;

/** The rows of values behind an execute message, in the order of the binds. */
export function readBindRows(reader: ByteReader, binds: readonly BindType[], count: number): BindValue[][] {
  const positions = binds.map((_, index) => index);
  const isLong = (index: number): boolean => (binds[index]?.maxSize ?? 0) > maxInRow;
  const order = [...positions.filter((index) => !isLong(index)), ...positions.filter(isLong)];
  const rows: BindValue[][] = [];
  for (let row = 0; row < count; row++) {
    if (reader.byte() !== 7) throw new RangeError('A row of bind values was expected');
    const values: BindValue[] = new Array<BindValue>(binds.length).fill(null);
    for (const index of order) {
      const bind = binds[index];
      if (bind !== undefined) values[index] = readBindValue(reader, bind);
    }
    rows.push(values);
  }
  return rows;
}

function readBindValue(reader: ByteReader, { type, national }: BindType): BindValue {
  if (type === dataType.boolean) return readBoolean(reader);
  if (isLob(type)) return reader.integer() === 0 ? null : { locator: reader.chunked()?.toString('hex') ?? '' };
  const bytes = reader.chunked();
  if (bytes === null) return null;
  switch (type) {
    case dataType.number:
    case dataType.binaryInteger:
      return decodeNumber(bytes);
    case dataType.varchar:
    case dataType.char:
    case dataType.long:
      return national ? Buffer.from(bytes).swap16().toString('utf16le') : bytes.toString('utf8');
    case dataType.date:
    case dataType.timestamp:
    case dataType.timestampZoned:
      return decodeDate(bytes);
    case dataType.timestampLocal:
      return `${decodeDate(bytes)}+00`;
    case dataType.raw:
    case dataType.longRaw:
      return `\\x${bytes.toString('hex')}`;
    case dataType.binaryDouble:
    case dataType.binaryFloat:
      return decodeFloat(bytes);
    default:
      throw new RangeError(`The double reads no bind of type ${type}`);
  }
}

function readBoolean(reader: ByteReader): string | null {
  const length = reader.byte();
  if (length === 253) {
    reader.byte();
    return null;
  }
  return reader.bytes(length)[0] === 1 ? 'true' : 'false';
}
