import type { TextCells } from '@etl/sdk';

/** How the cells of a column are written for LOAD DATA. */
export type CellForm =
  /** Digits and signs: nothing to escape. */
  | 'plain'
  | 'text'
  /** `true` as 1. */
  | 'boolean'
  /** Hexadecimal digits: bytes are no characters of any set. */
  | 'bytes'
  /** The largest FLOAT by all its digits: rounded to fewer it is too large for MySQL. */
  | 'float32'
  /** Without the zone at the end. */
  | 'utc';

export interface LoadColumn {
  /** Position among the cells of a row. */
  readonly at: number;
  readonly form: CellForm;
}

const [backslash, tab, newline, capitalN, zero, one] = [92, 9, 10, 78, 48, 49];
const special = [backslash, tab, newline] as const;
const zoneLength = '+00:00'.length;
const hexDigits = Buffer.from('0123456789abcdef', 'latin1');

/** Where rows are written; it grows when a row needs more. */
export class LoadBuffer {
  bytes: Buffer;
  view: DataView;
  used = 0;

  constructor(size: number) {
    this.bytes = Buffer.allocUnsafeSlow(size);
    this.view = new DataView(this.bytes.buffer);
  }

  /** Room for so many more bytes, and four beyond them. */
  room(more: number): void {
    if (this.used + more + 4 <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow((this.used + more) * 2 + 4);
    this.bytes.copy(larger, 0, 0, this.used);
    this.bytes = larger;
    this.view = new DataView(larger.buffer);
  }
}

/** Writes rows of one batch as LOAD DATA reads them: tabs between cells, a newline behind each row, backslashes before what is special, `\N` for null. */
export class LoadText {
  readonly #cells: TextCells;
  readonly #columns: readonly LoadColumn[];
  readonly #source: Buffer;
  readonly #view: DataView;
  /** Columns are all of the batch, in its order, and need nothing but escapes: a clean row is copied as one. */
  readonly #whole: boolean;
  /** Where the first of each special character is at or behind `from`. */
  readonly #seen = special.map(() => ({ from: 0, found: -1 }));

  constructor(cells: TextCells, columns: readonly LoadColumn[]) {
    const { bytes } = cells;
    this.#cells = cells;
    this.#columns = columns;
    this.#source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#whole =
      columns.length === cells.stride && columns.every(({ at, form }, column) => at === column && (form === 'plain' || form === 'text'));
  }

  /** Writes a row without what ends it. */
  row(row: number, out: LoadBuffer): void {
    if (this.#whole && this.#copyRow(row, out)) return;
    for (const [column, { at, form }] of this.#columns.entries()) {
      if (column > 0) out.bytes[out.used++] = tab;
      this.#cell(row * this.#cells.stride + at, form, out);
      out.room(1);
    }
  }

  /** Copies a row in which nothing is null or special and one byte stands between the cells; that byte becomes a tab. */
  #copyRow(row: number, out: LoadBuffer): boolean {
    const { index, stride } = this.#cells;
    const first = row * stride * 2;
    const last = first + stride * 2 - 1;
    const from = index[first] ?? -1;
    const to = index[last] ?? -1;
    if (from < 0 || to < from || this.#hasSpecial(from, to)) return false;
    out.room(to - from);
    const shift = out.used - from;
    // Word by word; what is copied too much is overwritten by the next row
    if (to + 4 > this.#source.length) this.#source.copy(out.bytes, out.used, from, to);
    else for (let at = from; at < to; at += 4) out.view.setUint32(at + shift, this.#view.getUint32(at, true), true);
    for (let entry = first + 1; entry < last; entry += 2) {
      const end = index[entry] ?? -1;
      if (end < 0 || (index[entry + 1] ?? -1) !== end + 1) return false;
      out.bytes[end + shift] = tab;
    }
    out.used += to - from;
    return true;
  }

  /** Whether a special character stands in these bytes. Cells mostly follow each other; one that lies before what was searched is looked at by itself. */
  #hasSpecial(from: number, to: number): boolean {
    for (const [which, character] of special.entries()) {
      const seen = this.#seen[which];
      if (seen === undefined) continue;
      if (from < seen.from) {
        if (includes(this.#source, character, { from, to })) return true;
        continue;
      }
      if (seen.found < from) {
        const found = this.#source.indexOf(character, from);
        seen.from = from;
        seen.found = found < 0 ? Infinity : found;
      }
      if (seen.found < to) return true;
    }
    return false;
  }

  #cell(cell: number, form: CellForm, out: LoadBuffer): void {
    const { index } = this.#cells;
    const from = index[2 * cell] ?? -1;
    const to = index[2 * cell + 1] ?? -1;
    if (from < 0) {
      out.room(2);
      out.bytes[out.used++] = backslash;
      out.bytes[out.used++] = capitalN;
      return;
    }
    out.room(2 * (to - from) + 1);
    if (form === 'plain') this.#copy(from, to, out);
    else if (form === 'text' && this.#hasSpecial(from, to)) this.#escape(from, to, out);
    else if (form === 'text') this.#copy(from, to, out);
    else if (form === 'utc') this.#copy(from, to - zoneLength, out);
    else if (form === 'boolean') out.bytes[out.used++] = to - from === 4 ? one : zero;
    else if (form === 'float32') this.#float32(from, to, out);
    else this.#hex(from, to, out);
  }

  #copy(from: number, to: number, out: LoadBuffer): void {
    const length = to - from;
    if (length > 256 || to + 4 > this.#source.length) this.#source.copy(out.bytes, out.used, from, to);
    else for (let at = 0; at < length; at += 4) out.view.setUint32(out.used + at, this.#view.getUint32(from + at, true), true);
    out.used += length;
  }

  #escape(from: number, to: number, out: LoadBuffer): void {
    const { bytes } = out;
    let used = out.used;
    for (let at = from; at < to; at++) {
      const byte = this.#source[at] ?? 0;
      if (byte === backslash || byte === tab || byte === newline) bytes[used++] = backslash;
      bytes[used++] = byte;
    }
    out.used = used;
  }

  #float32(from: number, to: number, out: LoadBuffer): void {
    const text = this.#source.toString('latin1', from, to);
    out.room(32);
    out.used += out.bytes.write(text.replace('3.4028235e+38', '3.4028234663852886e+38'), out.used, 'latin1');
  }

  #hex(from: number, to: number, out: LoadBuffer): void {
    for (let at = from; at < to; at++) {
      const byte = this.#source[at] ?? 0;
      out.bytes[out.used++] = hexDigits[byte >> 4] ?? zero;
      out.bytes[out.used++] = hexDigits[byte & 15] ?? zero;
    }
  }
}

function includes(bytes: Uint8Array, byte: number, { from, to }: { readonly from: number; readonly to: number }): boolean {
  for (let at = from; at < to; at++) if (bytes[at] === byte) return true;
  return false;
}
