/** The bytes of a batch: a block of the file, and behind it the cells that had to be rewritten. What stands in the block is never changed. */
export class CellArea {
  /** The cell that was written or accepted last. */
  from = 0;
  to = 0;
  #end: number;

  /** `end`: where the block's own bytes end. `bytes` is replaced when it becomes too small; offsets stay. */
  constructor(
    public bytes: Buffer,
    end: number,
  ) {
    this.#end = end;
  }

  /** Room for a cell of at most `size` bytes; answers where it begins. Call `wrote` afterwards. */
  reserve(size: number): number {
    const needed = this.#end + size;
    if (needed > this.bytes.length) {
      const larger = Buffer.allocUnsafeSlow(Math.max(needed, this.bytes.length + (this.bytes.length >> 1)));
      this.bytes.copy(larger, 0, 0, this.#end);
      this.bytes = larger;
    }
    return this.#end;
  }

  /** The cell that begins where `reserve` said ends here. */
  wrote(to: number): true {
    this.from = this.#end;
    this.to = to;
    this.#end = to;
    return true;
  }

  /** A cell that stands in the bytes already. */
  accept(from: number, to: number): true {
    this.from = from;
    this.to = to;
    return true;
  }

  /** Writes a cell of ASCII text. */
  write(text: string): true {
    const at = this.reserve(text.length);
    return this.wrote(at + this.bytes.write(text, at, 'latin1'));
  }

  latin1(from: number, to: number): string {
    return this.bytes.toString('latin1', from, to);
  }
}
