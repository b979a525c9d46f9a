import type { TextCells } from '@etl/sdk';
import type { ArrayType } from './array-protocol.js';
import type { CellForm, LoadBuffer, LoadColumn } from './load-text.js';

export const arrayType = (form: CellForm): ArrayType => (form === 'bytes' ? 'bytes' : 'text');

const [value, none] = [0, 1];
const [zero, one] = [48, 49];
const zoneLength = '+00:00'.length;

/** Writes rows of one batch as an array takes them: before each cell whether it is null, then its length and its bytes. */
export class ArrayRows {
  readonly #cells: TextCells;
  readonly #columns: readonly LoadColumn[];
  readonly #source: Buffer;
  readonly #view: DataView;

  constructor(cells: TextCells, columns: readonly LoadColumn[]) {
    const { bytes } = cells;
    this.#cells = cells;
    this.#columns = columns;
    this.#source = Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
    this.#view = new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
  }

  row(row: number, out: LoadBuffer): void {
    const { index, stride } = this.#cells;
    for (const { at, form } of this.#columns) {
      const entry = 2 * (row * stride + at);
      const from = index[entry] ?? -1;
      const to = index[entry + 1] ?? -1;
      out.room(to - from + 48);
      if (from < 0) {
        out.bytes[out.used++] = none;
        continue;
      }
      out.bytes[out.used++] = value;
      if (form === 'plain' || form === 'text' || form === 'bytes') this.#copy(from, to, out);
      else if (form === 'utc') this.#copy(from, to - zoneLength, out);
      else if (form === 'boolean') this.#boolean(to - from === 4, out);
      else this.#float32(from, to, out);
    }
  }

  #copy(from: number, to: number, out: LoadBuffer): void {
    const length = to - from;
    writeLength(length, out);
    // Word by word; what is copied too much is overwritten by the next cell
    if (length > 128 || to + 4 > this.#source.length) this.#source.copy(out.bytes, out.used, from, to);
    else for (let at = 0; at < length; at += 4) out.view.setUint32(out.used + at, this.#view.getUint32(from + at, true), true);
    out.used += length;
  }

  #boolean(isTrue: boolean, out: LoadBuffer): void {
    out.bytes[out.used++] = 1;
    out.bytes[out.used++] = isTrue ? one : zero;
  }

  /** The largest FLOAT by all its digits: rounded to fewer it is too large for MySQL. */
  #float32(from: number, to: number, out: LoadBuffer): void {
    const text = this.#source.toString('latin1', from, to).replace('3.4028235e+38', '3.4028234663852886e+38');
    out.bytes[out.used++] = text.length;
    out.used += out.bytes.write(text, out.used, 'latin1');
  }
}

/** The length of a value, in 1, 3, 4 or 9 bytes. */
export function writeLength(length: number, out: LoadBuffer): void {
  const { bytes } = out;
  if (length < 0xfb) {
    bytes[out.used++] = length;
    return;
  }
  const width = length < 0x1_00_00 ? 2 : length < 0x1_00_00_00 ? 3 : 8;
  bytes[out.used++] = width === 2 ? 0xfc : width === 3 ? 0xfd : 0xfe;
  bytes.writeUIntLE(length, out.used, Math.min(width, 6));
  if (width === 8) bytes.fill(0, out.used + 6, out.used + 8);
  out.used += width;
}
