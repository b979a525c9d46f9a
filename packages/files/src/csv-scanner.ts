import type { Block } from './block-source.js';
import type { CsvDialect } from './csv-dialect.js';
import { CsvRows } from './csv-rows.js';

const LF = 10;
const CR = 13;

/** The end of a quoted cell: -1 where the bytes end before it. `lines` counts line ends in it. */
interface QuotedCell {
  end: number;
  lines: number;
  doubled: boolean;
}

/**
 * Finds rows and cells of a block that begins with a record. Stops behind the last record that is complete; in the last block the end of
 * the file completes it. Overwrites up to two bytes behind the block.
 * One function, since it is the hot path: 1 million rows of 16 cells and 128 bytes take 0.35 to 0.45 s.
 */
export function scanCsv({ bytes, from, to, final }: Block, dialect: CsvDialect, width: number, expectedRows: number): CsvRows {
  const { delimiter, quote, stop, comment, emptyIsNull, nulls, carriageReturns } = dialect;
  const found = new CsvRows(width, expectedRows);
  const hasNulls = nulls.length > 0;
  const quotedCell: QuotedCell = { end: -1, lines: 0, doubled: false };
  found.end = from;
  let { index, starts } = found;
  let rows = 0;
  let lines = 0;
  let shift = 0;
  let p = from;
  bytes[to] = LF;
  bytes[to + 1] = LF;
  while (p < to) {
    const start = p;
    if (bytes[p] === comment) {
      const end = bytes.indexOf(carriageReturns ? CR : LF, p);
      if (end >= to && !final) break;
      p = Math.min(end < 0 ? to : end + 1, to);
      lines++;
      found.odd = true;
      found.end = p;
      continue;
    }
    if (rows === starts.length) {
      found.grow();
      ({ index, starts } = found);
    }
    let k = rows * width * 2;
    let cells = 0;
    let linesWithin = 0;
    let fault: 'text behind quote' | 'open quote' | null = null;
    let ended = false;
    while (!ended) {
      let s = p;
      let e = -1;
      let byte = bytes[p] ?? 0;
      let quoted = false;
      if (byte === quote) {
        findQuotedEnd(quotedCell, bytes, p + 1, to, { quote, final, lineEnd: carriageReturns ? CR : LF });
        linesWithin += quotedCell.lines;
        quoted = true;
        s = p + 1;
        if (quotedCell.end < 0) {
          fault = 'open quote';
          break;
        }
        e = quotedCell.end;
        if (quotedCell.doubled && cells < width) found.doubled.push(k);
        p = e + 1;
        byte = bytes[p] ?? 0;
      }
      // to the end of the cell
      for (;;) {
        while (stop[byte] === 0) byte = bytes[++p] ?? 0;
        if (byte === delimiter || byte === LF) break;
        if (byte === CR && (carriageReturns || (bytes[p + 1] === LF && (p + 1 < to || final)))) break;
        if (byte === CR && p + 1 === to && !final) {
          p = to;
          break;
        }
        found.odd = true;
        byte = bytes[++p] ?? 0;
      }
      if (p >= to && !final) {
        ended = false;
        break;
      }
      if (!quoted) e = p;
      else if (p !== e + 1) fault = 'text behind quote';
      if (cells < width) {
        const isNull = !quoted && ((emptyIsNull && s === e) || (hasNulls && isNullText(bytes, s, e, nulls)));
        index[k++] = isNull ? -1 : s;
        index[k++] = isNull ? -1 : e;
      }
      cells++;
      if (byte === delimiter) {
        p++;
        continue;
      }
      ended = true;
      if (byte === CR && bytes[p + 1] === LF && p + 1 < to) {
        found.carriageReturns++;
        p += 2;
      } else if (p < to) p++;
    }
    if (!ended && !(final && fault === 'open quote')) {
      // cut off: the next block begins with this record
      found.end = start;
      while ((found.doubled.at(-1) ?? -1) >= rows * width * 2) found.doubled.pop();
      break;
    }
    if (!ended) p = to;
    if (fault === null && cells === width) {
      starts[rows] = start;
      if (lines - rows !== shift) {
        shift = lines - rows;
        found.shifts.push(rows, shift);
      }
      rows++;
    } else {
      while ((found.doubled.at(-1) ?? -1) >= rows * width * 2) found.doubled.pop();
      const isBlank = fault === null && cells === 1 && bytes[start] !== quote && (bytes[start] === LF || bytes[start] === CR);
      if (isBlank) found.odd = true;
      else found.bad.push({ after: rows, from: start, to: p, line: lines, fault: fault ?? 'ragged', cells, lines: linesWithin });
    }
    lines += 1 + linesWithin;
    found.end = p;
  }
  found.rows = rows;
  found.lines = lines;
  return found;
}

interface QuoteRule {
  readonly quote: number;
  readonly final: boolean;
  readonly lineEnd: number;
}

function findQuotedEnd(found: QuotedCell, bytes: Uint8Array, from: number, to: number, { quote, final, lineEnd }: QuoteRule): void {
  let p = from;
  let lines = 0;
  let doubled = false;
  for (;;) {
    let byte = bytes[p] ?? 0;
    while (byte !== quote && byte !== LF && byte !== CR) byte = bytes[++p] ?? 0;
    if (p >= to) break;
    if (byte !== quote) {
      if (byte === lineEnd) lines++;
      p++;
      continue;
    }
    if (p + 1 >= to && !final) break;
    if (p + 1 < to && bytes[p + 1] === quote) {
      doubled = true;
      p += 2;
      continue;
    }
    found.end = p;
    found.lines = lines;
    found.doubled = doubled;
    return;
  }
  found.end = -1;
  found.lines = lines;
}

function isNullText(bytes: Buffer, from: number, to: number, nulls: readonly Buffer[]): boolean {
  for (const text of nulls) if (text.length === to - from && bytes.compare(text, 0, text.length, from, to) === 0) return true;
  return false;
}
