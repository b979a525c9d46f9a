import { cellsOf, cellTexts, pickRows, sliceBatch, type Batch, type Reject, type Schema } from '@etl/sdk';
import { isUtf8Name, unknownEncoding } from './transcoding-reader.js';

/** Text in another encoding than UTF-8. */
export interface TextEncoding {
  /** UTF-8 text in this encoding. */
  encode(text: Uint8Array): Uint8Array;
  /** Whether the encoding can hold the text. */
  holds(text: Uint8Array): boolean;
  /** The rows that the encoding can hold, and the others. */
  judge(schema: Schema, batch: Batch): { readonly kept: Batch; readonly rejects: readonly Reject[] };
}

/** null: UTF-8, there is nothing to do. Throws CONFIG_INVALID. */
export async function textEncoding(name: string): Promise<TextEncoding | null> {
  if (isUtf8Name(name)) return null;
  const { default: iconv } = await import('iconv-lite');
  if (!iconv.encodingExists(name)) throw unknownEncoding(name);
  const encode = (text: string): Buffer => iconv.encode(text, name, { addBOM: false });
  const fits = (text: string): boolean => iconv.decode(encode(text), name, { stripBOM: false }) === text;
  return {
    encode: (text) => encode(utf8(text)),
    holds: (text) => fits(utf8(text)),
    judge(schema, batch) {
      if (fits(textOf(schema, batch))) return { kept: batch, rejects: [] };
      const rows = Array.from({ length: batch.length }, (_, row) => row);
      const bad = new Set(rows.filter((row) => !fits(textOf(schema, sliceBatch(schema, batch, row, row + 1)))));
      const good = rows.filter((row) => !bad.has(row));
      return { kept: pickRows(schema, batch, good), rejects: [...bad].map((row) => refused(schema, batch, { row, name, fits })) };
    },
  };
}

const utf8 = (text: Uint8Array): string => Buffer.from(text.buffer, text.byteOffset, text.length).toString('utf8');

function textOf(schema: Schema, batch: Batch): string {
  const { bytes, index } = cellsOf(schema, batch);
  let text = '';
  const view = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  for (let at = 0; at < index.length; at += 2) if ((index[at] ?? -1) >= 0) text += view.toString('utf8', index[at], index[at + 1]);
  return text;
}

interface Refused {
  readonly row: number;
  readonly name: string;
  readonly fits: (text: string) => boolean;
}

function refused(schema: Schema, batch: Batch, { row, name, fits }: Refused): Reject {
  const values = cellTexts(schema, cellsOf(schema, batch), row);
  const column = values.findIndex((value) => value !== null && !fits(value));
  const field = schema.fields[column]?.name ?? '';
  const { origin } = batch;
  return {
    reason: `Column ${field} holds characters that ${name} lacks`,
    code: 'encoding',
    field,
    values,
    ...(origin === undefined ? {} : { origin: { part: origin.part, first: origin.numbers?.[row] ?? origin.first + row } }),
  };
}
