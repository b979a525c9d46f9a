import { cellsOf, type Batch, type FieldType, type Schema, type TextCells } from '@etl/sdk';
import type { CsvWriteOptions } from './file-load-options.js';
import { OutputBuffer, type RowEncoder } from './row-encoder.js';

export interface CsvEncoderOptions {
  readonly schema: Schema;
  readonly options: CsvWriteOptions;
  readonly delimiter: string;
}

const quote = 0x22;
const hexadecimal = Buffer.from('0123456789abcdef');

/** How the cells of a column are written. `plain`: no cell of this type can need a quote. */
type Way = 'plain' | 'text' | 'bytes';

/** CSV as RFC 4180 has it; null and the empty text stay apart, since the latter is quoted. */
export function csvEncoder({ schema, options, delimiter }: CsvEncoderOptions): RowEncoder {
  const out = new OutputBuffer();
  const nullText = Buffer.from(options.null);
  const special = new Uint8Array(256);
  for (const byte of [delimiter.charCodeAt(0), quote, 10, 13]) special[byte] = 1;
  const isPlainSyntax = options.quote === 'needed' && !couldBeInNumbers(delimiter) && !couldBeNumber(options.null);
  const ways = schema.fields.map(({ type }): Way =>
    type.kind === 'bytes' ? 'bytes' : isPlainSyntax && isPlainKind(type) ? 'plain' : 'text',
  );
  const rule: CsvRule = {
    special,
    nullText,
    ways,
    always: options.quote === 'always',
    delimiter: delimiter.charCodeAt(0),
    crlf: options.newline === 'crlf',
  };
  const isStandard =
    delimiter === ',' && options.quote === 'needed' && options.null === '' && options.newline === 'lf' && schema.fields.length > 1;
  return {
    start() {
      if (options.bom) out.text('\uFEFF');
      if (options.header) writeRows(out, headerCells(schema), { ...rule, ways: schema.fields.map(() => 'text') });
      return out.take();
    },
    encode(batch: Batch) {
      if (isStandard && batch.csv !== undefined && !batch.csv.includes(13) && !ways.includes('bytes')) return batch.csv;
      writeRows(out, cellsOf(schema, batch), rule);
      return out.take();
    },
    end: () => new Uint8Array(0),
  };
}

const couldBeInNumbers = (delimiter: string): boolean => /[-0-9a-zA-Z+.:\s]/.test(delimiter) && delimiter !== '\t';
const couldBeNumber = (text: string): boolean => text !== '' && /^[-+0-9a-zA-Z.: ]*$/.test(text);

const isPlainKind = ({ kind }: FieldType): boolean => kind !== 'text' && kind !== 'json';

function headerCells(schema: Schema): TextCells {
  const names = schema.fields.map(({ name }) => Buffer.from(name));
  const index = new Int32Array(names.length * 2);
  let end = 0;
  for (const [column, name] of names.entries()) {
    index[2 * column] = end;
    end += name.length;
    index[2 * column + 1] = end;
  }
  return { bytes: Buffer.concat(names), index, stride: names.length };
}

interface CsvRule {
  readonly special: Uint8Array;
  readonly nullText: Buffer;
  readonly ways: readonly Way[];
  readonly always: boolean;
  readonly delimiter: number;
  readonly crlf: boolean;
}

/** The hot path of exports: 1 million rows of 16 cells in 0.3 to 0.5 s, in 0.1 to 0.2 s where they lie as they are written. */
function writeRows(out: OutputBuffer, cells: TextCells, rule: CsvRule): void {
  const { index, stride } = cells;
  const rows = stride === 0 ? 0 : index.length / (2 * stride);
  const lies = rowsAsTheyLie(cells, rows, rule);
  for (let row = 0; row < rows;) {
    const end = lies === null ? row : copyRows(out, cells, { lies, row, rows, rule });
    if (end === row) writeRow(out, cells, row++, rule);
    else row = end;
  }
}

function writeRow(out: OutputBuffer, { bytes, index, stride }: TextCells, row: number, rule: CsvRule): void {
  const { special, nullText, ways, always, delimiter, crlf } = rule;
  const last = stride - 1;
  let at = row * 2 * stride;
  let size = stride * (nullText.length + 3) + 2;
  for (let cell = at; cell < at + 2 * stride; cell += 2) size += 2 * ((index[cell + 1] ?? 0) - (index[cell] ?? 0));
  out.room(size);
  const target = out.bytes;
  let to = out.length;
  for (let column = 0; column < stride; column++, at += 2) {
    const from = index[at] ?? -1;
    const end = index[at + 1] ?? -1;
    const way = ways[column];
    if (from < 0) to += nullText.copy(target, to);
    else if (way === 'plain') for (let p = from; p < end; p++) target[to++] = bytes[p] ?? 0;
    else if (way === 'bytes') to = writeBytes(target, to, bytes.subarray(from, end), always);
    else if (always || needsQuote(bytes, from, end, rule)) to = writeQuoted(target, to, bytes, from, end);
    else {
      const begin = to;
      let p = from;
      for (; p < end; p++) {
        const byte = bytes[p] ?? 0;
        if (special[byte] === 1) break;
        target[to++] = byte;
      }
      if (p < end) to = writeQuoted(target, begin, bytes, from, end);
    }
    if (column < last) target[to++] = delimiter;
  }
  if (crlf) target[to++] = 13;
  target[to++] = 10;
  out.length = to;
}

const byteOrderMark = Buffer.from([0xef, 0xbb, 0xbf]);

/**
 * Where the rows begin and end whose cells lie as they are written, with a byte between each two and none for one that is null, as MySQL sends them: two numbers for each,
 * -1 for one that does not, or lies before the one in front of it. null: none is written as it lies, since something may need a quote.
 */
function rowsAsTheyLie(cells: TextCells, rows: number, { special, nullText, always, ways }: CsvRule): Int32Array | null {
  const { bytes, index, stride } = cells;
  if (always || nullText.length > 0 || ways.includes('bytes')) return null;
  const lies = new Int32Array(2 * rows).fill(-1);
  let behind = -1;
  for (let row = 0; row < rows; row++) {
    const from = row * 2 * stride;
    const until = from + 2 * stride;
    let at = from;
    while (at < until && (index[at] ?? -1) < 0) at += 2;
    const start = (index[at] ?? 0) - (at - from) / 2;
    if (at === until || start <= behind) continue;
    let position = start;
    let isPlain = true;
    for (at = from; at < until; at += 2) {
      const cell = index[at] ?? -1;
      if (cell >= 0) {
        const end = index[at + 1] ?? -1;
        // An empty text is quoted
        isPlain &&= cell === position && end > cell;
        position = end;
      }
      position++;
    }
    if (!isPlain) continue;
    lies[2 * row] = start;
    lies[2 * row + 1] = position - 1;
    behind = position - 1;
  }
  return behind >= 0 && leaveOutQuoted(bytes, lies, special) ? lies : null;
}

/** Rows of a batch, one in so many, that may need a quote before it is not worth while to tell them from the others. */
const quotedShare = 4;

/** Takes rows out in which any byte may need a quote; false: there are too many of them. */
function leaveOutQuoted(bytes: Uint8Array, lies: Int32Array, special: Uint8Array): boolean {
  const all = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length);
  let left = lies.length / 2 / quotedShare;
  for (const sought of [...[...special.keys()].filter((byte) => special[byte] === 1), byteOrderMark]) {
    let at = all.indexOf(sought);
    for (let row = 0; at >= 0 && row < lies.length; row += 2) {
      const start = lies[row] ?? -1;
      const end = lies[row + 1] ?? -1;
      if (start < 0) continue;
      if (at < start) at = all.indexOf(sought, start);
      if (at < 0 || at >= end) continue;
      lies[row] = -1;
      if (--left < 0) return false;
      at = all.indexOf(sought, end);
    }
  }
  return true;
}

interface CopiedRows {
  /** See `rowsAsTheyLie`. */
  readonly lies: Int32Array;
  readonly row: number;
  readonly rows: number;
  readonly rule: CsvRule;
}

/** Copies the rows from `row` on that lie as they are written, all at once, closes the gaps between them, and puts delimiters between cells. Answers the row behind them. */
function copyRows(out: OutputBuffer, { bytes, index, stride }: TextCells, { lies, row, rows, rule }: CopiedRows): number {
  const { delimiter, crlf } = rule;
  const newline = crlf ? 2 : 1;
  const first = lies[2 * row] ?? -1;
  let end = row;
  let last = first;
  // The rows move to the front: each must have its place before the next one, which is still to be moved
  for (let length = 0; end < rows; end++) {
    const start = lies[2 * end] ?? -1;
    if (start < 0 || start < first + length) break;
    last = lies[2 * end + 1] ?? 0;
    length += last - start + newline;
  }
  if (end === row) return row;
  out.room(last - first + newline);
  const target = out.bytes;
  target.set(bytes.subarray(first, last), out.length);
  const base = out.length - first;
  let to = out.length;
  for (let each = row, at = row * 2 * stride; each < end; each++) {
    const start = lies[2 * each] ?? 0;
    const stop = lies[2 * each + 1] ?? 0;
    if (to !== base + start) target.copyWithin(to, base + start, base + stop);
    for (const until = at + 2 * stride - 2; at < until; at += 2) {
      to += (index[at + 1] ?? 0) - (index[at] ?? 0);
      target[to++] = delimiter;
    }
    to += (index[at + 1] ?? 0) - (index[at] ?? 0);
    at += 2;
    if (crlf) target[to++] = 13;
    target[to++] = 10;
  }
  out.length = to;
  return end;
}

/** Texts that would be misread as they stand: the empty one, one that means null, one that begins like a byte order mark. */
function needsQuote(bytes: Uint8Array, from: number, to: number, { nullText }: CsvRule): boolean {
  if (from === to) return true;
  if (bytes[from] === 0xef && bytes[from + 1] === 0xbb && bytes[from + 2] === 0xbf) return true;
  if (nullText.length !== to - from) return false;
  for (let at = 0; at < nullText.length; at++) if (bytes[from + at] !== nullText[at]) return false;
  return true;
}

function writeQuoted(target: Buffer, at: number, bytes: Uint8Array, from: number, to: number): number {
  let end = at;
  target[end++] = quote;
  for (let p = from; p < to; p++) {
    const byte = bytes[p] ?? 0;
    if (byte === quote) target[end++] = quote;
    target[end++] = byte;
  }
  target[end++] = quote;
  return end;
}

/** `\x` and hexadecimal digits. */
function writeBytes(target: Buffer, at: number, cell: Uint8Array, isQuoted: boolean): number {
  let end = at;
  if (isQuoted) target[end++] = quote;
  target[end++] = 0x5c;
  target[end++] = 0x78;
  for (const byte of cell) {
    target[end++] = hexadecimal[byte >> 4] ?? 0;
    target[end++] = hexadecimal[byte & 15] ?? 0;
  }
  if (isQuoted) target[end++] = quote;
  return end;
}
