import { cellsOf, type Batch, type Field, type Schema, type TextCells } from '@etl/sdk';

const comma = 44;
const doubleQuote = 34;
const lineFeed = 10;

/** What the bytes of a segment need from the reader. */
export interface SegmentFacts {
  readonly rows: number;
  readonly bytes: number;
  /** Longest row in bytes, an upper bound. */
  readonly longest: number;
  /** Whether a quoted cell may hold a line break: then one thread must read the file, since a second one cannot find the start of a row. */
  readonly breaks: boolean;
}

export interface EncodedSegment extends SegmentFacts {
  readonly data: Uint8Array;
}

/** Whether cells of this field may hold a comma, a quote or a line break, or be empty. */
const needsQuotes = ({ type }: Field): boolean => type.kind === 'text' || type.kind === 'json' || type.kind === 'decimal';

/** The rows of a batch as CSV: null is an empty cell, text is quoted, bytes are hexadecimal. Takes the batch's own CSV where it has one that fits. */
export function encodeSegment(schema: Schema, batch: Batch): EncodedSegment {
  return passThrough(schema, batch) ?? encodeCells(schema, cellsOf(schema, batch), batch.length);
}

function passThrough(schema: Schema, { csv, length }: Batch): EncodedSegment | undefined {
  if (csv === undefined || schema.fields.some(({ type }) => type.kind === 'bytes')) return undefined;
  const data = Buffer.from(csv.buffer, csv.byteOffset, csv.byteLength);
  if (data.includes(13)) return undefined;
  return { data, rows: length, bytes: data.length, longest: longestIn(data), breaks: data.includes(doubleQuote) };
}

/** An upper bound without a pass over the bytes: rows are far shorter than a segment, unless the segment is small. */
const longestIn = (data: Uint8Array): number => data.length;

function encodeCells(schema: Schema, { bytes, index, stride }: TextCells, rows: number): EncodedSegment {
  const source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  const kinds = schema.fields.map((field) => (field.type.kind === 'bytes' ? 2 : needsQuotes(field) ? 1 : 0));
  const out = Buffer.allocUnsafeSlow(encodedSize(index, rows * stride));
  let to = 0;
  let at = 0;
  let longest = 0;
  let breaks = false;
  for (let row = 0; row < rows; row++) {
    const start = to;
    for (let column = 0; column < stride; column++) {
      if (column > 0) out[to++] = comma;
      const from = index[at++] ?? -1;
      const end = index[at++] ?? -1;
      if (from < 0) continue;
      const kind = kinds[column];
      if (kind === 0) {
        for (let k = from; k < end; k++) out[to++] = source[k] ?? 0;
      } else if (kind === 2) {
        out[to++] = doubleQuote;
        to += out.write(source.toString('hex', from, end), to, 'latin1');
        out[to++] = doubleQuote;
      } else {
        out[to++] = doubleQuote;
        for (let k = from; k < end; k++) {
          const byte = source[k] ?? 0;
          if (byte === doubleQuote) out[to++] = doubleQuote;
          else if (byte === lineFeed || byte === 13) breaks = true;
          out[to++] = byte;
        }
        out[to++] = doubleQuote;
      }
    }
    out[to++] = lineFeed;
    if (to - start > longest) longest = to - start;
  }
  return { data: out.subarray(0, to), rows, bytes: to, longest, breaks };
}

/** Room for every cell doubled, quoted and separated. */
function encodedSize(index: Int32Array, cells: number): number {
  let size = 0;
  for (let at = 0; at < 2 * cells; at += 2) size += 2 * ((index[at + 1] ?? 0) - (index[at] ?? 0)) + 4;
  return size + 16;
}
