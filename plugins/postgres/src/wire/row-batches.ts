import { textBatch, type Schema } from '@etl/sdk';
import type { RefusedCell, StreamBatch } from '@etl/sql';
import { affectedRows, isAside, type TransactionStatus } from './exchange.js';
import { canonicalFloat, refusalOf, type CellForm } from './cell-form.js';
import { ServerError } from './server-error.js';
import type { Wire } from './wire.js';

/** Bytes of rows in one batch, about. */
const batchBytes = 512 * 1024;

const [dataRow, ready, complete, failure] = [68, 90, 67, 69];

/**
 * Rows of an answer as batches of text cells that point into the buffer of the wire: no value is made of a cell, none is copied but where its text is not
 * canonical. Ends behind the server's word that it is ready; what came must be what the command says it gave.
 */
export class RowBatches {
  readonly #wire: Wire;
  readonly #schema: Schema;
  readonly #forms: readonly CellForm[];
  readonly #stride: number;
  #index: Int32Array;
  /** Where the next message begins. */
  #at = 0;
  #filled = 0;
  #bytes = 0;
  #rows = 0;
  /** Texts that had to be written anew, with their places in the index. */
  #rewritten: { readonly at: number; readonly text: string }[] = [];
  /** Cells of the batch that no canonical text can say; they stay as the server printed them. */
  #refused: RefusedCell[] = [];
  #failed: ServerError | null = null;
  #told: number | null = null;
  status: TransactionStatus | null = null;

  constructor(wire: Wire, schema: Schema, forms: readonly CellForm[]) {
    this.#wire = wire;
    this.#index = wire.pool.takeIntegers(64 * 1024);
    this.#schema = schema;
    this.#forms = forms;
    this.#stride = forms.length;
  }

  async *[Symbol.asyncIterator](): AsyncGenerator<StreamBatch> {
    const wire = this.#wire;
    let { buffer, start } = wire;
    this.#at = start;
    for (;;) {
      this.#parse(buffer, wire.end);
      if (this.status !== null || this.#bytes >= batchBytes) {
        wire.consume(this.#at);
        if (this.#filled > 0) yield this.#cut(buffer, start);
        ({ buffer, start } = this.#follow(wire, { buffer, start: this.#at }));
        if (this.status === null) continue;
        break;
      }
      await wire.more();
      ({ buffer, start } = this.#follow(wire, { buffer, start }));
    }
    if (this.#failed !== null) throw this.#failed;
    if (this.#told !== this.#rows) throw new Error(`The server says that it gave ${this.#told ?? 'no'} rows, ${this.#rows} came`);
  }

  /** Follows the unread bytes into another buffer, where the wire took one. */
  #follow(wire: Wire, before: { readonly buffer: Buffer; readonly start: number }): { readonly buffer: Buffer; readonly start: number } {
    const { buffer, start } = wire;
    if (buffer === before.buffer) return { buffer, start };
    const moved = start - before.start;
    for (let at = 0; at < this.#filled; at++) if ((this.#index[at] ?? -1) >= 0) this.#index[at] = (this.#index[at] ?? 0) + moved;
    this.#at += moved;
    return { buffer, start };
  }

  /** Takes whole messages until a batch is full: where it ends depends on the rows alone, not on how they arrive. */
  #parse(buffer: Buffer, end: number): void {
    let at = this.#at;
    while (end - at >= 5 && this.#bytes < batchBytes && this.status === null) {
      const length = buffer.readInt32BE(at + 1);
      const next = at + 1 + length;
      if (next > end) break;
      const type = buffer[at];
      if (type === dataRow) {
        this.#row(buffer, at + 7);
        this.#bytes += length;
      } else this.#other(type ?? 0, buffer.subarray(at + 5, next));
      at = next;
    }
    this.#at = at;
  }

  /** Indexes the cells of a row whose first length stands at `from`. */
  #row(buffer: Buffer, from: number): void {
    const stride = this.#stride;
    if (buffer.readUInt16BE(from - 2) !== stride) throw new Error('The server sent a row of another width than it described');
    if (this.#filled + 2 * stride > this.#index.length) this.#grow();
    const index = this.#index;
    const forms = this.#forms;
    let at = from;
    let filled = this.#filled;
    for (let column = 0; column < stride; column++) {
      const length = ((buffer[at] ?? 0) << 24) | ((buffer[at + 1] ?? 0) << 16) | ((buffer[at + 2] ?? 0) << 8) | (buffer[at + 3] ?? 0);
      at += 4;
      if (length < 0) {
        index[filled++] = -1;
        index[filled++] = -1;
        continue;
      }
      const end = at + length;
      index[filled] = at;
      index[filled + 1] = end;
      const form = forms[column];
      if (form?.inspect != null) {
        const action = form.inspect(buffer, at, end);
        if (action !== 0) this.#act(buffer, { form, action, filled });
      }
      filled += 2;
      at = end;
    }
    this.#filled = filled;
    this.#rows++;
  }

  #act(buffer: Buffer, { form, action, filled }: { form: CellForm; action: number; filled: number }): void {
    const [from, to] = [this.#index[filled] ?? 0, this.#index[filled + 1] ?? 0];
    if (action === 3) {
      const cell = filled >> 1;
      const column = cell % this.#stride;
      this.#refused.push({ row: (cell - column) / this.#stride, column, reason: refusalOf(form.field) });
      return;
    }
    if (action === 2) {
      this.#rewritten.push({ at: filled, text: canonicalFloat(buffer.toString('latin1', from, to), form.field.type) });
      return;
    }
    // The length in front of the cell is read: the cell moves over it, and `:00` finds room
    buffer.copyWithin(from - 3, from, to);
    buffer[to - 3] = 58;
    buffer[to - 2] = 48;
    buffer[to - 1] = 48;
    this.#index[filled] = from - 3;
  }

  #other(type: number, body: Buffer): void {
    if (type === complete) this.#told = affectedRows(body);
    else if (type === failure) {
      this.#failed ??= ServerError.read(body);
      if (this.#failed.severity === 'FATAL' || this.#failed.severity === 'PANIC') throw this.#failed;
    } else if (type === ready) this.status = String.fromCharCode(body[0] ?? 0) as TransactionStatus;
    else if (!isAside(String.fromCharCode(type)) && !expected.has(type)) throw new Error(`The server sent an unknown message ${type}`);
  }

  /** The rows between `from` and where the next message begins. */
  #cut(buffer: Buffer, from: number): StreamBatch {
    const { pool } = this.#wire;
    const index = this.#index.subarray(0, this.#filled);
    const isCopied = this.#rewritten.length > 0;
    const bytes = isCopied ? this.#withTexts(buffer, from) : buffer;
    const letGo = isCopied ? () => pool.give(bytes.buffer) : this.#wire.hold();
    const release = (): void => {
      letGo();
      pool.give(index.buffer);
    };
    const batch = { ...textBatch(this.#schema, { bytes, index, stride: this.#stride }), release };
    const refused = this.#refused;
    this.#index = pool.takeIntegers(this.#index.length);
    this.#filled = 0;
    this.#bytes = 0;
    this.#rewritten = [];
    this.#refused = [];
    return refused.length === 0 ? batch : { ...batch, refused };
  }

  /** A copy of the rows from `from`, at the places where they lie, and behind them the texts that were written anew, to which their cells then point. */
  #withTexts(buffer: Buffer, from: number): Buffer {
    const written = this.#rewritten.map(({ text }) => Buffer.from(text, 'latin1'));
    let end = this.#at;
    const copy = this.#wire.pool.takeBytes(end + written.reduce((sum, { length }) => sum + length, 0));
    buffer.copy(copy, from, from, end);
    for (const [number, { at }] of this.#rewritten.entries()) {
      const text = written[number];
      this.#index[at] = end;
      end += text?.copy(copy, end) ?? 0;
      this.#index[at + 1] = end;
    }
    return copy;
  }

  #grow(): void {
    const { buffer } = this.#index;
    const larger = this.#wire.pool.takeIntegers(this.#index.length * 2);
    larger.set(this.#index.subarray(0, this.#filled));
    this.#index = larger;
    this.#wire.pool.give(buffer);
  }
}

/** Parse complete, bind complete, no data, row description, portal suspended, empty query. */
const expected: ReadonlySet<number> = new Set([49, 50, 110, 84, 115, 73]);
