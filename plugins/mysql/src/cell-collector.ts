import type { TextCells } from '@etl/sdk';

/**
 * Puts row packets together to cells. A row of the text protocol is, for each cell, its length and its bytes; packets that follow each
 * other in one buffer are copied together. The bytes between cells become 0, so that a search for a special character finds none there.
 */
export class CellCollector {
  readonly #stride: number;
  #index: Int32Array;
  /** Entries of the index that are filled. */
  #filled = 0;
  #pieces: Uint8Array[] = [];
  /** Bytes of the finished pieces. */
  #bytes = 0;
  #buffer: Buffer | null = null;
  #from = 0;
  #to = 0;

  constructor(stride: number) {
    this.#stride = stride;
    this.#index = new Int32Array(stride * 2 * 1024);
  }

  get rows(): number {
    return this.#filled / (2 * this.#stride);
  }

  get bytes(): number {
    return this.#bytes + this.#to - this.#from;
  }

  /** Takes the row in `buffer` from `from` to `to`; `head` is where its packet begins. The lengths are overwritten: each row is taken once. */
  row(buffer: Buffer, head: number, from: number, to: number): void {
    if (buffer !== this.#buffer || head !== this.#to) this.#begin(buffer, head);
    this.#to = to;
    const width = this.#stride * 2;
    if (this.#filled + width > this.#index.length) this.#grow();
    buffer.fill(0, head, from);
    this.#filled = indexRow(buffer, from, {
      index: this.#index,
      at: this.#filled,
      end: this.#filled + width,
      shift: this.#bytes - this.#from,
    });
  }

  /** The rows since the last call. */
  take(): TextCells {
    this.#end();
    const cells = {
      bytes:
        this.#pieces.length === 1 && this.#pieces[0] !== undefined
          ? Buffer.from(this.#pieces[0])
          : Buffer.concat(this.#pieces, this.#bytes),
      index: this.#index.subarray(0, this.#filled),
      stride: this.#stride,
    };
    this.#index = new Int32Array(Math.max(this.#filled, this.#stride * 2));
    this.#filled = 0;
    this.#pieces = [];
    this.#bytes = 0;
    return cells;
  }

  #begin(buffer: Buffer, head: number): void {
    this.#end();
    this.#buffer = buffer;
    this.#from = head;
    this.#to = head;
  }

  #end(): void {
    if (this.#buffer !== null && this.#to > this.#from) {
      this.#pieces.push(this.#buffer.subarray(this.#from, this.#to));
      this.#bytes += this.#to - this.#from;
    }
    this.#buffer = null;
    this.#from = 0;
    this.#to = 0;
  }

  #grow(): void {
    const larger = new Int32Array(this.#index.length * 2);
    larger.set(this.#index.subarray(0, this.#filled));
    this.#index = larger;
  }
}

interface Indexing {
  readonly index: Int32Array;
  readonly at: number;
  readonly end: number;
  /** From a place in the buffer to a place in the bytes of the batch. */
  readonly shift: number;
}

/** The hot loop of every read: one pass over the lengths of a row, no object, no call. */
function indexRow(buffer: Buffer, from: number, { index, at, end, shift }: Indexing): number {
  let position = from;
  let entry = at;
  while (entry < end) {
    let length = buffer[position] ?? 0;
    buffer[position++] = 0;
    if (length >= 0xfb) {
      if (length === 0xfb) {
        index[entry++] = -1;
        index[entry++] = -1;
        continue;
      }
      const width = length === 0xfc ? 2 : length === 0xfd ? 3 : 8;
      length = buffer.readUIntLE(position, Math.min(width, 6));
      buffer.fill(0, position, position + width);
      position += width;
    }
    index[entry++] = position + shift;
    position += length;
    index[entry++] = position + shift;
  }
  return entry;
}
