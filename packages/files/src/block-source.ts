import { BufferPool, EtlError } from '@etl/sdk';
import type { ByteReader } from './byte-store.js';

/** Bytes of a file from `from` to `to` in a buffer of their own, from the pool, which may be handed on; behind `to` there is room for what has to be rewritten. */
export interface Block {
  readonly bytes: Buffer;
  readonly from: number;
  readonly to: number;
  /** Nothing comes after it. */
  readonly final: boolean;
}

export interface BlockOptions {
  /** Bytes in a block, where no record is longer. */
  readonly size: number;
  readonly signal: AbortSignal;
  /** Where blocks come from; absent: no memory is used twice. */
  readonly pool?: BufferPool;
}

interface Filled {
  readonly bytes: Buffer;
  readonly count: number;
  readonly ended: boolean;
}

/** Two bytes behind the end may be overwritten by a scanner, the rest is for rewritten cells. */
const slack = (size: number): number => 64 + (size >> 4);

/** Cuts a file into blocks; the next block is read while this one is worked on. */
export class BlockSource {
  readonly #head: number;
  readonly #pool: BufferPool;
  #ahead: Promise<Filled> | null = null;
  #ended = false;

  constructor(
    private readonly reader: ByteReader,
    private readonly options: BlockOptions,
  ) {
    this.#head = Math.min(options.size, 1 << 14);
    this.#pool = options.pool ?? new BufferPool();
  }

  /** The block that begins with what is left of the one before. Throws CANCELLED. */
  async next(rest: Uint8Array = new Uint8Array(0)): Promise<Block> {
    if (this.options.signal.aborted) throw new EtlError('CANCELLED', 'Reading was interrupted');
    if (this.#ended) return this.#withRest(rest, { bytes: this.#pool.takeBytes(64), count: 0, ended: true }, 0);
    const filled = await (this.#ahead ?? this.#fill());
    this.#ahead = null;
    this.#ended = filled.ended;
    // a record longer than a block doubles it each time
    const block =
      rest.length > this.options.size && !filled.ended ? await this.#double(rest, filled) : this.#withRest(rest, filled, this.#head);
    if (!this.#ended) {
      this.#ahead = this.#fill();
      this.#ahead.catch(() => undefined);
    }
    return block;
  }

  async close(): Promise<void> {
    await this.#ahead?.catch(() => undefined);
    await this.reader.close();
  }

  async #double(rest: Uint8Array, first: Filled): Promise<Block> {
    const pieces = [first.bytes.subarray(this.#head, this.#head + first.count)];
    let length = first.count;
    while (length < rest.length && !this.#ended) {
      const more = await this.#fill();
      this.#ended = more.ended;
      pieces.push(more.bytes.subarray(this.#head, this.#head + more.count));
      length += more.count;
    }
    return this.#withRest(rest, { bytes: Buffer.concat(pieces), count: length, ended: this.#ended }, 0);
  }

  async #fill(): Promise<Filled> {
    const { size } = this.options;
    const bytes = this.#pool.takeBytes(this.#head + size + slack(size));
    let count = 0;
    while (count < size) {
      const read = await this.reader.read(bytes.subarray(this.#head + count, this.#head + size));
      if (read === 0) return { bytes, count, ended: true };
      count += read;
    }
    return { bytes, count, ended: false };
  }

  #withRest(rest: Uint8Array, { bytes, count, ended }: Filled, head: number): Block {
    if (rest.length <= head) {
      bytes.set(rest, head - rest.length);
      return { bytes, from: head - rest.length, to: head + count, final: ended };
    }
    const size = rest.length + count;
    const larger = this.#pool.takeBytes(size + slack(size));
    larger.set(rest, 0);
    larger.set(bytes.subarray(head, head + count), rest.length);
    return { bytes: larger, from: 0, to: size, final: ended };
  }
}
