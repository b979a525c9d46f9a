import type { BufferPool } from '@etl/sdk';
import type { Block } from './block-source.js';
import type { CsvDialect } from './csv-dialect.js';
import { CsvRows, type BadRecord } from './csv-rows.js';

const LF = 10;
const CR = 13;
const cutOff = -1;

export interface CsvScan {
  readonly dialect: CsvDialect;
  /** Cells in a row. */
  readonly width: number;
  readonly expectedRows: number;
  /** Where the memory of the rows comes from. */
  readonly pool: BufferPool;
}

/**
 * Finds rows and cells of a block that begins with a record. Stops behind the last record that is complete; in the last block the end of
 * the file completes it. Overwrites up to two bytes behind the block. 1 million rows of 16 cells and 128 bytes take 0.3 to 0.45 s.
 */
export function scanCsv(block: Block, { dialect, width, expectedRows, pool }: CsvScan): CsvRows {
  return new CsvScanner(block, dialect, new CsvRows(width, expectedRows, pool)).scan();
}

class CsvScanner {
  private readonly bytes: Buffer;
  private readonly to: number;
  private readonly final: boolean;
  private readonly lineEnd: number;
  private readonly hasNulls: boolean;
  /** Line ends before the record at hand, from the start of the block. */
  private lines = 0;
  private shift = 0;
  /** Of the quoted cell that was looked for last. */
  private linesWithin = 0;
  private isDoubled = false;

  constructor(
    private readonly block: Block,
    private readonly dialect: CsvDialect,
    private readonly found: CsvRows,
  ) {
    this.bytes = block.bytes;
    this.to = block.to;
    this.final = block.final;
    this.lineEnd = dialect.carriageReturns ? CR : LF;
    this.hasNulls = dialect.nulls.length > 0;
  }

  scan(): CsvRows {
    const { bytes, to, found, dialect } = this;
    // so that no loop has to look for the end of the block
    bytes[to] = LF;
    bytes[to + 1] = LF;
    found.end = this.block.from;
    while (found.end < to) {
      const next = bytes[found.end] === dialect.comment ? this.comment(found.end) : this.record(found.end);
      if (next === cutOff) break;
      found.end = next;
    }
    found.lines = this.lines;
    return found;
  }

  private comment(start: number): number {
    const end = this.bytes.indexOf(this.lineEnd, start);
    if (!this.final && (end < 0 || end >= this.to)) return cutOff;
    this.lines++;
    this.found.odd = true;
    return end < 0 ? this.to : Math.min(end + 1, this.to);
  }

  /** Takes the record at `start`; answers its end. One method, since it is the hot path. */
  private record(start: number): number {
    const { bytes, to, final, found, hasNulls } = this;
    const { delimiter, quote, stop, emptyIsNull, nulls, carriageReturns } = this.dialect;
    const { width, rows } = found;
    if (rows === found.starts.length) found.grow();
    const { index } = found;
    let k = rows * width * 2;
    let cells = 0;
    let lines = 0;
    let fault: BadRecord['fault'] | null = null;
    for (let p = start; ;) {
      let from = p;
      let end = cutOff;
      let byte = bytes[p] ?? 0;
      if (byte === quote) {
        from++;
        end = this.quotedEnd(from);
        lines += this.linesWithin;
        if (end === cutOff) return final ? this.refuse({ from: start, to, cells, lines, fault: 'open quote' }) : this.cut();
        if (this.isDoubled && cells < width) found.doubled.push(k);
        p = end + 1;
        byte = bytes[p] ?? 0;
      }
      for (;;) {
        while (stop[byte] === 0) byte = bytes[++p] ?? 0;
        if (byte === delimiter || byte === LF) break;
        if (byte === CR && (carriageReturns || (bytes[p + 1] === LF && (p + 1 < to || final)))) break;
        if (byte === CR && p + 1 === to) return this.cut();
        found.odd = true;
        byte = bytes[++p] ?? 0;
      }
      if (p >= to && !final) return this.cut();
      const isQuoted = end !== cutOff;
      if (!isQuoted) end = p;
      else if (p !== end + 1) fault = 'text behind quote';
      if (cells++ < width) {
        const isNull = !isQuoted && ((emptyIsNull && from === end) || (hasNulls && isNullText(bytes, from, end, nulls)));
        index[k++] = isNull ? -1 : from;
        index[k++] = isNull ? -1 : end;
      }
      if (byte !== delimiter) {
        const after = this.behindLineEnd(byte, p);
        if (fault !== null || cells !== width) return this.refuse({ from: start, to: after, cells, lines, fault: fault ?? 'ragged' });
        this.keep(start, lines);
        return after;
      }
      p++;
    }
  }

  private behindLineEnd(byte: number, p: number): number {
    if (p >= this.to) return this.to;
    if (byte !== CR || this.bytes[p + 1] !== LF || p + 1 >= this.to) return p + 1;
    this.found.carriageReturns++;
    return p + 2;
  }

  private keep(start: number, linesWithin: number): void {
    const { found } = this;
    found.starts[found.rows] = start;
    if (this.lines - found.rows !== this.shift) {
      this.shift = this.lines - found.rows;
      found.shifts.push(found.rows, this.shift);
    }
    found.rows++;
    this.lines += 1 + linesWithin;
  }

  /** Nothing of the record counts: the next block begins with it. */
  private cut(): number {
    this.found.forget();
    return cutOff;
  }

  private refuse(record: Omit<BadRecord, 'after' | 'line'>): number {
    const { found, lines, bytes } = this;
    found.forget();
    const first = bytes[record.from];
    if (record.fault === 'ragged' && record.cells === 1 && (first === LF || first === CR)) found.odd = true;
    else found.bad.push({ ...record, after: found.rows, line: lines });
    this.lines += 1 + record.lines;
    return record.to;
  }

  /** Where the quote is that closes the cell. */
  private quotedEnd(from: number): number {
    const { bytes, to, final, lineEnd } = this;
    const { quote } = this.dialect;
    this.linesWithin = 0;
    this.isDoubled = false;
    for (let p = from; ;) {
      let byte = bytes[p] ?? 0;
      while (byte !== quote && byte !== LF && byte !== CR) byte = bytes[++p] ?? 0;
      if (p >= to) return cutOff;
      if (byte !== quote) {
        if (byte === lineEnd) this.linesWithin++;
        p++;
      } else if (p + 1 < to && bytes[p + 1] === quote) {
        this.isDoubled = true;
        p += 2;
      } else return p + 1 >= to && !final ? cutOff : p;
    }
  }
}

function isNullText(bytes: Buffer, from: number, to: number, nulls: readonly Buffer[]): boolean {
  for (const text of nulls) if (text.length === to - from && bytes.compare(text, 0, text.length, from, to) === 0) return true;
  return false;
}
