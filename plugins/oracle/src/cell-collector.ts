import type { CellCheck, TextCells } from '@etl/sdk';

/** Puts cells behind each other as bytes. */
export class CellCollector {
  readonly #stride: number;
  #buffer: Buffer;
  #end = 0;
  #index: Int32Array;
  #filled = 0;

  constructor(stride: number, { rows, bytes }: { readonly rows: number; readonly bytes: number }) {
    this.#stride = stride;
    this.#buffer = Buffer.allocUnsafe(bytes);
    this.#index = new Int32Array(stride * 2 * rows);
  }

  get bytes(): number {
    return this.#end;
  }

  null(): void {
    this.#grow(0);
    this.#index[this.#filled++] = -1;
    this.#index[this.#filled++] = -1;
  }

  text(text: string): void {
    // A character of UTF-16 takes at most three bytes
    this.#grow(text.length * 3);
    this.#index[this.#filled++] = this.#end;
    this.#end += this.#buffer.write(text, this.#end, 'utf8');
    this.#index[this.#filled++] = this.#end;
  }

  raw(bytes: Uint8Array): void {
    this.#grow(bytes.length);
    this.#index[this.#filled++] = this.#end;
    this.#buffer.set(bytes, this.#end);
    this.#end += bytes.length;
    this.#index[this.#filled++] = this.#end;
  }

  /** Whether this is true of the last cell. */
  isLast(check: CellCheck): boolean {
    return check(this.#buffer, this.#index[this.#filled - 2] ?? 0, this.#end);
  }

  /** The rows, as bytes that nobody writes to again. */
  take(): TextCells {
    return { bytes: this.#buffer.subarray(0, this.#end), index: this.#index.subarray(0, this.#filled), stride: this.#stride };
  }

  #grow(bytes: number): void {
    if (this.#end + bytes > this.#buffer.length) {
      const wider = Buffer.allocUnsafe(Math.max(this.#buffer.length * 2, this.#end + bytes));
      this.#buffer.copy(wider, 0, 0, this.#end);
      this.#buffer = wider;
    }
    if (this.#filled + 2 <= this.#index.length) return;
    const wider = new Int32Array(this.#index.length * 2 + 2);
    wider.set(this.#index);
    this.#index = wider;
  }
}
