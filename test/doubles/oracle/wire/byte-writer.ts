const chunkSize = 32_767;

/** Writes the primitives of TTC; `finish` gives the whole message. */
export class ByteWriter {
  #buffer = Buffer.allocUnsafe(4096);
  #at = 0;

  byte(...values: readonly number[]): this {
    this.#reserve(values.length);
    for (const value of values) this.#buffer[this.#at++] = value & 0xff;
    return this;
  }

  raw(bytes: Uint8Array): this {
    this.#reserve(bytes.length);
    this.#buffer.set(bytes, this.#at);
    this.#at += bytes.length;
    return this;
  }

  /** A non-negative integer behind the number of its bytes. */
  integer(value: number): this {
    if (value === 0) return this.byte(0);
    if (value <= 0xff) return this.byte(1, value);
    if (value <= 0xffff) return this.byte(2, value >> 8, value);
    if (value <= 0xffff_ffff) return this.byte(4, value >>> 24, value >>> 16, value >>> 8, value);
    const wide = Buffer.alloc(9, 8);
    wide.writeBigUInt64BE(BigInt(value), 1);
    return this.raw(wide);
  }

  /** Several integers of 0: fields that the driver skips. */
  zeros(count: number): this {
    for (let index = 0; index < count; index++) this.byte(0);
    return this;
  }

  /** Bytes behind their length, in chunks where they are more than 252. */
  chunked(bytes: Buffer): this {
    if (bytes.length <= 252) return this.byte(bytes.length).raw(bytes);
    this.byte(254);
    for (let from = 0; from < bytes.length; from += chunkSize) {
      const chunk = bytes.subarray(from, from + chunkSize);
      this.integer(chunk.length).raw(chunk);
    }
    return this.integer(0);
  }

  /** A text behind its length in bytes, which is written twice; nothing follows a length of 0. */
  text(value: string): this {
    const bytes = Buffer.from(value, 'utf8');
    this.integer(bytes.length);
    return bytes.length === 0 ? this : this.chunked(bytes);
  }

  pair(name: string, value: string, flags = 0): this {
    return this.text(name).text(value).integer(flags);
  }

  finish(): Buffer {
    return this.#buffer.subarray(0, this.#at);
  }

  #reserve(count: number): void {
    if (this.#at + count <= this.#buffer.length) return;
    const wider = Buffer.allocUnsafe(Math.max(2 * this.#buffer.length, this.#at + count));
    this.#buffer.copy(wider, 0, 0, this.#at);
    this.#buffer = wider;
  }
}
