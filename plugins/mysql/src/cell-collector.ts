import type { BufferPool, TextCells } from '@etl/sdk';

/** Bytes of the first buffer of a collector. */
const firstRoom = 16 * 1024;

/**
 * Puts row packets together to cells. A row of the text protocol is, for each cell, its length and its bytes; packets that follow each
 * other in one buffer are copied together. The bytes between cells become 0, so that a search for a special character finds none there.
 */
export class CellCollector {
  readonly #stride: number;
  readonly #pool: BufferPool;
  #index: Int32Array;
  /** Entries of the index that are filled. */
  #filled = 0;
  #bytes: Buffer;
  /** Where the next packets are copied to. */
  #end = 0;
  #buffer: Buffer | null = null;
  #from = 0;
  #to = 0;

  /** The cells that are taken lie in memory of the pool. */
  constructor(stride: number, pool: BufferPool) {
    this.#stride = stride;
    this.#pool = pool;
    this.#bytes = pool.takeBytes(firstRoom);
    this.#index = pool.takeIntegers(stride * 2 * 64);
  }

  get rows(): number {
    return this.#filled / (2 * this.#stride);
  }

  get bytes(): number {
    return this.#end + this.#to - this.#from;
  }

  /** Takes the row in `buffer` from `from` to `to`; `head` is where its packet begins. The lengths are overwritten: each row is taken once. */
  row(buffer: Buffer, head: number, from: number, to: number): void {
    if (buffer !== this.#buffer || head !== this.#to) this.#begin(buffer, head);
    this.#to = to;
    const width = this.#stride * 2;
    if (this.#filled + width > this.#index.length) this.#growIndex();
    buffer.fill(0, head, from);
    this.#filled = indexRow(buffer, from, {
      index: this.#index,
      at: this.#filled,
      end: this.#filled + width,
      shift: this.#end - this.#from,
    });
  }

  /** The rows since the last call. */
  take(): TextCells {
    this.#copy();
    const cells = { bytes: this.#bytes.subarray(0, this.#end), index: this.#index.subarray(0, this.#filled), stride: this.#stride };
    // The next rows will need about as much
    this.#bytes = this.#pool.takeBytes(this.#bytes.length);
    this.#index = this.#pool.takeIntegers(this.#index.length);
    this.#filled = 0;
    this.#end = 0;
    return cells;
  }

  #begin(buffer: Buffer, head: number): void {
    this.#copy();
    this.#buffer = buffer;
    this.#from = head;
    this.#to = head;
  }

  /** Copies the packets that follow each other. */
  #copy(): void {
    const length = this.#to - this.#from;
    if (this.#buffer !== null && length > 0) {
      if (this.#end + length > this.#bytes.length) this.#growBytes(length);
      this.#buffer.copy(this.#bytes, this.#end, this.#from, this.#to);
      this.#end += length;
    }
    this.#buffer = null;
    this.#from = 0;
    this.#to = 0;
  }

  #growBytes(room: number): void {
    const { buffer } = this.#bytes;
    const larger = this.#pool.takeBytes(Math.max(2 * this.#bytes.length, this.#end + room));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
    this.#pool.give(buffer);
  }

  #growIndex(): void {
    const { buffer } = this.#index;
    const larger = this.#pool.takeIntegers(this.#index.length * 2);
    larger.set(this.#index.subarray(0, this.#filled));
    this.#index = larger;
    this.#pool.give(buffer);
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
