import { cellsOf, type Batch, type Schema } from '@etl/sdk';

/** How the cells of one column stand in tab-separated text. */
export type TabCell =
  /** As they are: no byte of them ever needs an escape (numbers, times, booleans). */
  | 'plain'
  /** Backslash, tab, line feed and carriage return escaped. */
  | 'text'
  /** `\\x` and hexadecimal digits, the backslash escaped: bytea. */
  | 'hex'
  /** Bytes escaped like text, NUL as `\0` too. */
  | 'binary';

export interface TabColumn {
  readonly cell: TabCell;
  /** Place of the column among the cells of a row. */
  readonly at: number;
  /** Texts that stand for others: `true` as `1`. */
  readonly words?: ReadonlyMap<string, string>;
}

const [backslash, tab, feed, carriage, upperN] = [92, 9, 10, 13, 78];
/** What follows the backslash of an escaped byte; 0: the byte needs none. */
const escapes = new Uint8Array(256);
escapes[backslash] = backslash;
escapes[tab] = 116;
escapes[feed] = 110;
escapes[carriage] = 114;
const binaryEscapes = Uint8Array.from(escapes);
binaryEscapes[0] = 48;
const hexDigits = Buffer.from('0123456789abcdef', 'latin1');

/**
 * Cells as the text that `COPY … FROM STDIN` and `LOAD DATA LOCAL` read: fields separated by tabs, rows ended by line feeds, `\N` for null. `ordinal`
 * puts ascending numbers in front, beginning with `first`.
 */
export function tabText(
  schema: Schema,
  batch: Batch,
  { columns, ordinal }: { readonly columns: readonly TabColumn[]; readonly ordinal: { readonly first: bigint } | null },
): Uint8Array {
  const { bytes, index, stride } = cellsOf(schema, batch);
  let out: Buffer = Buffer.allocUnsafe(sizeFor(index, batch.length, columns.length));
  let end = 0;
  for (let row = 0; row < batch.length; row++) {
    if (ordinal !== null) end += out.write(`${ordinal.first + BigInt(row)}\t`, end, 'latin1');
    for (const [number, column] of columns.entries()) {
      const at = 2 * (row * stride + column.at);
      const from = index[at] ?? -1;
      const to = index[at + 1] ?? -1;
      const need = end + 4 * Math.max(0, to - from) + 64;
      if (need > out.length) out = grown(out, end, need);
      if (from < 0) {
        out[end++] = backslash;
        out[end++] = upperN;
      } else end = writeCell(out, end, { bytes, from, to, column });
      out[end++] = number === columns.length - 1 ? feed : tab;
    }
  }
  return out.subarray(0, end);
}

/** Room for the cells and a little more; grown where escapes need it. */
const sizeFor = (index: Int32Array, rows: number, columns: number): number => {
  let size = 1024 + rows * (columns * 3 + 24);
  for (let at = 0; at < index.length; at += 2) size += Math.max(0, (index[at + 1] ?? 0) - (index[at] ?? 0));
  return size + 4096;
};

function grown(out: Buffer, end: number, need: number): Buffer {
  const larger = Buffer.allocUnsafe(Math.max(need, out.length + (out.length >> 1)));
  out.copy(larger, 0, 0, end);
  return larger;
}

interface Cell {
  readonly bytes: Uint8Array;
  readonly from: number;
  readonly to: number;
  readonly column: TabColumn;
}

function writeCell(out: Buffer, start: number, { bytes, from, to, column }: Cell): number {
  let end = start;
  if (column.words !== undefined) {
    const word = Buffer.from(bytes.buffer, bytes.byteOffset + from, to - from).toString('latin1');
    return end + out.write(column.words.get(word) ?? word, end, 'latin1');
  }
  if (column.cell === 'plain') {
    for (let at = from; at < to; at++) out[end++] = bytes[at] ?? 0;
    return end;
  }
  if (column.cell === 'hex') {
    out[end++] = backslash;
    out[end++] = backslash;
    out[end++] = 120;
    for (let at = from; at < to; at++) {
      const byte = bytes[at] ?? 0;
      out[end++] = hexDigits[byte >> 4] ?? 0;
      out[end++] = hexDigits[byte & 15] ?? 0;
    }
    return end;
  }
  const escaped = column.cell === 'binary' ? binaryEscapes : escapes;
  for (let at = from; at < to; at++) {
    const byte = bytes[at] ?? 0;
    const escape = escaped[byte] ?? 0;
    if (escape === 0) out[end++] = byte;
    else {
      out[end++] = backslash;
      out[end++] = escape;
    }
  }
  return end;
}
