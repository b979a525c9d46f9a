/** Up to so many bytes a loop is faster than a call. */
const shortest = 24;

/** Bytes of cells that were made anew, one behind the other. */
export class PatchBuffer {
  #bytes: Buffer;
  #length = 0;

  constructor(capacity = 65_536) {
    this.#bytes = Buffer.allocUnsafeSlow(capacity);
  }

  get length(): number {
    return this.#length;
  }

  /** What was written so far; may be another array after the next write. */
  get bytes(): Buffer {
    return this.#bytes;
  }

  /** Begins anew in the same memory. */
  clear(): void {
    this.#length = 0;
  }

  /** Appends a text as UTF-8. */
  writeText(text: string): void {
    this.#reserve(text.length * 3);
    this.#length += this.#bytes.write(text, this.#length, 'utf8');
  }

  write(bytes: Uint8Array): void {
    this.#reserve(bytes.length);
    this.#bytes.set(bytes, this.#length);
    this.#length += bytes.length;
  }

  /** Appends a stretch of other bytes. */
  copy(source: Buffer, from: number, to: number): void {
    this.#reserve(to - from);
    if (to - from > shortest) this.#length += source.copy(this.#bytes, this.#length, from, to);
    else for (let at = from; at < to; at++) this.#bytes[this.#length++] = source[at] ?? 0;
  }

  #reserve(more: number): void {
    if (this.#length + more <= this.#bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.#bytes.length * 2, this.#length + more));
    this.#bytes.copy(grown, 0, 0, this.#length);
    this.#bytes = grown;
  }
}
