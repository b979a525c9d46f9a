import type { Batch } from '@etl/sdk';

/** Turns batches into the bytes of a format, without knowing where they go. */
export interface RowEncoder {
  /** What stands before the first row of a new file. */
  start(): Uint8Array;
  /** The bytes of these rows. Valid until the next call. `isFirst`: no row stands before them. */
  encode(batch: Batch, options: { readonly isFirst: boolean }): Uint8Array;
  /** What stands behind the last row. */
  end(options: { readonly isEmpty: boolean }): Uint8Array;
}

/** A growing buffer that is used again for batch after batch. */
export class OutputBuffer {
  bytes = Buffer.allocUnsafeSlow(1 << 16);
  length = 0;

  /** Makes room for this many more bytes; `bytes` may be another buffer afterwards. */
  room(size: number): void {
    const needed = this.length + size;
    if (needed <= this.bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length * 2));
    this.bytes.copy(larger, 0, 0, this.length);
    this.bytes = larger;
  }

  take(): Buffer {
    const taken = this.bytes.subarray(0, this.length);
    this.length = 0;
    return taken;
  }

  /** Appends text. */
  text(text: string): void {
    this.room(text.length * 3);
    this.length += this.bytes.write(text, this.length);
  }
}
