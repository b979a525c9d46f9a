import type { ByteWriter } from './byte-writer.js';
import { dataType } from './data-type.js';
import { encodeDate } from './oracle-date.js';
import { encodeFloat } from './oracle-float.js';
import { encodeNumber } from './oracle-number.js';

/** A column of a result as Oracle describes it. */
export interface Column {
  readonly name: string;
  readonly type: number;
  readonly precision: number;
  readonly scale: number;
  /** In bytes, as the buffer of the driver. */
  readonly size: number;
  /** In characters, of texts. */
  readonly length: number;
  readonly nullable: boolean;
  /** Of national characters. */
  readonly national: boolean;
}

const charsetUtf8 = 873;
const charsetUtf16 = 2000;
const isText = ({ type }: Column): boolean => type === dataType.varchar || type === dataType.char || type === dataType.clob;

/** The message that describes a result. */
export function writeDescribe(writer: ByteWriter, columns: readonly Column[]): void {
  writer.byte(16, 0);
  writer.integer(columns.reduce((sum, { size }) => sum + size, 0)).integer(columns.length);
  if (columns.length > 0) writer.byte(1);
  for (const [index, column] of columns.entries()) writeColumn(writer, column, index + 1);
  writer.zeros(6);
}

function writeColumn(writer: ByteWriter, column: Column, position: number): void {
  const text = isText(column);
  writer.byte(column.type, 0, column.precision, column.scale).integer(column.size).zeros(4);
  writer.integer(text ? (column.national ? charsetUtf16 : charsetUtf8) : 0);
  writer.byte(text ? (column.national ? 2 : 1) : 0).integer(text ? column.length : 0);
  writer.zeros(1).byte(column.nullable ? 1 : 0, Buffer.byteLength(column.name));
  writer.text(column.name).zeros(2).integer(position).zeros(1);
}

/** How the driver wants a column: its own type, or LONG and LONG RAW for a LOB whose content comes in the row. */
export interface Delivery {
  readonly type: number;
  readonly maxSize: number;
  readonly national: boolean;
}

/** One value of a row of a query; the text is the server's behind the double. A LOB is written by `writeLob`. */
export function writeValue(writer: ByteWriter, column: Column, delivery: Delivery | undefined, text: string | null): void {
  const national = delivery?.national ?? column.national;
  const bytes = text === null || text === '' ? null : encodeValue({ type: column.type, national }, text);
  if (bytes === null) writer.byte(0);
  else writer.chunked(bytes);
  const isLong = delivery !== undefined && (delivery.type === dataType.long || delivery.type === dataType.longRaw);
  if (isLong || (delivery?.maxSize ?? 0) > 32_767) writer.zeros(2);
}

export function encodeValue({ type, national }: Pick<Column, 'type' | 'national'>, text: string): Buffer {
  switch (type) {
    case dataType.number:
      return encodeNumber(text);
    case dataType.date:
      return encodeDate(text, 7);
    case dataType.timestamp:
    case dataType.timestampLocal:
      return encodeDate(text, 11);
    case dataType.timestampZoned:
      return encodeDate(text, 13);
    case dataType.binaryDouble:
      return encodeFloat(text, 8);
    case dataType.binaryFloat:
      return encodeFloat(text, 4);
    case dataType.raw:
    case dataType.blob:
      return Buffer.from(text.slice(2), 'hex');
    default:
      return national ? Buffer.from(text, 'utf16le').swap16() : Buffer.from(text, 'utf8');
  }
}

/** A locator in place of a LOB's content: sizes in characters or bytes. */
export function writeLob(writer: ByteWriter, lob: { readonly locator: Buffer; readonly length: number } | null): void {
  if (lob === null) {
    writer.byte(0);
    return;
  }
  writer.integer(lob.locator.length).integer(lob.length).integer(lobChunkSize).chunked(lob.locator);
}

/** What the double says a LOB is best read and written in. */
export const lobChunkSize = 8132;
