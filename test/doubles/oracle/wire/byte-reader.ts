/** Reads the primitives of TTC, Oracle's presentation layer, from one whole request. Throws where the request ends too early. */
export class ByteReader {
  #at = 0;
  readonly #bytes: Buffer;

  constructor(bytes: Buffer) {
    this.#bytes = bytes;
  }

  get left(): number {
    return this.#bytes.length - this.#at;
  }

  /** The next byte without passing it. */
  peek(): number {
    return this.#bytes.readUInt8(this.#at);
  }

  byte(): number {
    return this.#bytes.readUInt8(this.#at++);
  }

  bytes(length: number): Buffer {
    if (length > this.left) throw new RangeError(`The request ends ${length - this.left} bytes too early`);
    this.#at += length;
    return this.#bytes.subarray(this.#at - length, this.#at);
  }

  uint16(): number {
    return this.bytes(2).readUInt16BE();
  }

  /** An integer behind its own length, big-endian; the highest bit of the length is the sign. */
  integer(): number {
    const length = this.byte();
    let value = 0;
    for (const digit of this.bytes(length & 0x7f)) value = value * 256 + digit;
    return length & 0x80 ? -value : value;
  }

  /** Bytes behind their length; 254 begins chunks, 0 and 255 are null. */
  chunked(): Buffer | null {
    const length = this.byte();
    if (length === 0 || length === 255) return null;
    if (length !== 254) return this.bytes(length);
    const chunks: Buffer[] = [];
    for (let size = this.integer(); size > 0; size = this.integer()) chunks.push(this.bytes(size));
    return Buffer.concat(chunks);
  }

  text(): string {
    return this.chunked()?.toString('utf8') ?? '';
  }

  /** A name and a value, as the messages of the log-in carry them. */
  pair(): readonly [string, string] {
    const name = this.integer() > 0 ? this.text() : '';
    const value = this.integer() > 0 ? this.text() : '';
    this.integer();
    return [name, value];
  }

  skipBytes(count: number): void {
    this.bytes(count);
  }

  skipIntegers(count: number): void {
    for (let index = 0; index < count; index++) this.integer();
  }
}
