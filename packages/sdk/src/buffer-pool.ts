import { EtlError } from './error.js';

/** Buffers are made in steps of so many bytes, so that those of nearly one size can stand in for each other. */
const step = 64 * 1024;

/**
 * Memory for the batches of one read, used again once nobody reads it: what is thrown away instead piles up until V8 collects it, and the system hands out
 * fresh memory page by page. One owner takes and gives; a buffer that is never given back is collected like any other.
 */
export class BufferPool {
  readonly #free: ArrayBuffer[] = [];
  readonly #most: number;
  #bytes = 0;

  /** `most`: bytes that are kept for later; what is given back beyond them is let go. */
  constructor(most = 32 * 1024 * 1024) {
    this.#most = most;
  }

  /** Memory of at least so many bytes; something may stand in it. */
  take(bytes: number): ArrayBuffer {
    let best = -1;
    for (const [at, { byteLength }] of this.#free.entries()) {
      const isBetter = best < 0 || byteLength < (this.#free[best]?.byteLength ?? 0);
      if (byteLength >= bytes && byteLength <= 2 * bytes + step && isBetter) best = at;
    }
    const [found] = best < 0 ? [] : this.#free.splice(best, 1);
    if (found === undefined) return Buffer.allocUnsafeSlow(Math.max(step, Math.ceil(bytes / step) * step)).buffer;
    this.#bytes -= found.byteLength;
    return found;
  }

  /** Takes back what `take` gave. Nobody reads it any more. */
  give(buffer: ArrayBufferLike): void {
    if (!(buffer instanceof ArrayBuffer)) return;
    if (this.#free.includes(buffer)) throw new EtlError('INTERNAL', 'Memory of a batch was given back twice');
    if (this.#bytes + buffer.byteLength > this.#most) return;
    this.#free.push(buffer);
    this.#bytes += buffer.byteLength;
  }

  /** Bytes of exactly this length. */
  takeBytes(length: number): Buffer {
    return Buffer.from(this.take(length), 0, length);
  }

  /** Integers of exactly this number. */
  takeIntegers(length: number): Int32Array {
    return new Int32Array(this.take(4 * length), 0, length);
  }
}
