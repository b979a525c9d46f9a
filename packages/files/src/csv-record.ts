import type { CsvDialect } from './csv-dialect.js';
import { showBytes } from './show-bytes.js';

/** The texts of one record, for headers and rejects: the slow way, which also makes the best of a broken one. Unquoted empty cells are null. */
export function csvRecord(bytes: Uint8Array, from: number, to: number, dialect: CsvDialect): (string | null)[] {
  const { delimiter, quote } = dialect;
  const end = withoutLineEnd(bytes, from, to);
  const texts: (string | null)[] = [];
  let p = from;
  for (;;) {
    const quoted = bytes[p] === quote && p < end;
    const close = quoted ? closingQuote(bytes, p + 1, end, quote) : p;
    let stop = close;
    while (stop < end && bytes[stop] !== delimiter) stop++;
    const text = showBytes(bytes.subarray(quoted ? p + 1 : p, quoted && stop === close + 1 ? close : stop));
    const pair = quote < 0 ? '' : String.fromCharCode(quote).repeat(2);
    texts.push(quoted ? text.replaceAll(pair, pair.slice(1)) : text === '' ? null : text);
    if (stop >= end) return texts;
    p = stop + 1;
  }
}

/** Behind the line end of the record that begins at `at`, and the lines it takes; null: it is not complete. */
export function recordEnd(
  bytes: Uint8Array,
  at: number,
  { delimiter, quote, carriageReturns }: CsvDialect,
): { readonly end: number; readonly lines: number } | null {
  const lineEnd = carriageReturns ? 13 : 10;
  let isStart = true;
  let isQuoted = false;
  let lines = 1;
  for (let p = at; p < bytes.length; p++) {
    const byte = bytes[p];
    if (byte === quote && (isStart || isQuoted)) {
      // a doubled quote closes and opens again
      isQuoted = !isQuoted;
      isStart = !isQuoted;
      continue;
    }
    if (byte === lineEnd && !isQuoted) return { end: p + 1, lines };
    if (byte === lineEnd) lines++;
    isStart = !isQuoted && byte === delimiter;
  }
  return null;
}

function withoutLineEnd(bytes: Uint8Array, from: number, to: number): number {
  let end = to;
  if (end > from && bytes[end - 1] === 10) end--;
  if (end > from && bytes[end - 1] === 13) end--;
  return end;
}

/** Where the quote is that closes the cell, else the end. */
function closingQuote(bytes: Uint8Array, from: number, end: number, quote: number): number {
  for (let p = from; p < end; p++) {
    if (bytes[p] !== quote) continue;
    if (bytes[p + 1] !== quote || p + 1 >= end) return p;
    p++;
  }
  return end;
}
