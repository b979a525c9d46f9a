import { BufferPool, EtlError, textBatch, type Schema, type TextCells } from '@etl/sdk';
import type { StreamBatch } from '@etl/sql';
import type { Connection } from 'mysql2';
import { canonicalCells } from './canonical-cells.js';
import { CellCollector } from './cell-collector.js';
import { readRowPackets, type PacketFlow } from './row-packets.js';

/** A batch ends with the first row behind so many bytes or rows. */
const batchBytes = 1024 * 1024;
const batchRows = 32_768;
/** Batches that wait until the server has to. */
const waiting = 2;

export interface RowQuery {
  readonly connection: Connection;
  readonly sql: string;
  readonly schema: Schema;
  readonly raw: boolean;
}

/** The rows of a query as batches, pulled; `broken` takes what ends the read where the driver does not tell it. */
export async function* streamRows(query: RowQuery, broken: (fail: (error: unknown) => void) => void): AsyncGenerator<StreamBatch> {
  const rows = new RowQueue(query);
  broken((error) => rows.fail(error));
  const canonical = canonicalCells(query.schema);
  let handed = 0;
  for (;;) {
    const cells = await rows.next();
    if (cells === null) break;
    const { cells: printed, refused } = canonical(cells);
    const batch = { ...textBatch(query.schema, printed), release: () => rows.release(cells) };
    handed += batch.length;
    yield refused.length === 0 ? batch : { ...batch, refused };
  }
  if (handed !== rows.received) throw new EtlError('INTERNAL', `${rows.received} rows came, ${handed} were handed on`);
}

/** Cells as they come, and those who wait for them. */
class RowQueue {
  received = 0;
  readonly #columns: number;
  readonly #flow: PacketFlow;
  readonly #pool = new BufferPool();
  readonly #ready: TextCells[] = [];
  #collector: CellCollector;
  #state: 'running' | 'ended' | { readonly error: unknown } = 'running';
  #paused = false;
  #wake: (() => void) | null = null;

  constructor({ connection, sql, schema, raw }: RowQuery) {
    this.#columns = schema.fields.length;
    this.#collector = new CellCollector(this.#columns, this.#pool);
    this.#flow = readRowPackets(connection, {
      sql,
      raw,
      sink: {
        columns: (columns) => {
          if (columns.length !== this.#columns)
            throw new EtlError('INTERNAL', `The answer has ${columns.length} columns where ${this.#columns} were asked for`);
        },
        row: (buffer, head, from, to) => this.#row(buffer, head, from, to),
      },
    });
    this.#flow.done.then(
      () => (this.#state === 'running' ? this.#ended('ended') : undefined),
      (error: unknown) => this.fail(error),
    );
  }

  #row(buffer: Buffer, head: number, from: number, to: number): void {
    const collector = this.#collector;
    collector.row(buffer, head, from, to);
    this.received++;
    if (collector.bytes < batchBytes && collector.rows < batchRows) return;
    this.#ready.push(collector.take());
    if (this.#ready.length >= waiting && !this.#paused) {
      this.#paused = true;
      this.#flow.pause();
    }
    this.#wake?.();
  }

  /** Nobody reads these cells any more. */
  release({ bytes, index }: TextCells): void {
    this.#pool.give(bytes.buffer);
    this.#pool.give(index.buffer);
  }

  /** The answer ends here, whatever the driver says. */
  fail(error: unknown): void {
    if (this.#state === 'running') this.#ended({ error });
  }

  #ended(state: 'ended' | { readonly error: unknown }): void {
    if (this.#collector.rows > 0) this.#ready.push(this.#collector.take());
    this.#state = state;
    this.#wake?.();
  }

  /** The next cells; null: that was all. Throws the native error. */
  async next(): Promise<TextCells | null> {
    for (;;) {
      if (typeof this.#state === 'object') throw this.#state.error;
      const cells = this.#ready.shift();
      if (this.#paused && this.#ready.length < waiting) {
        this.#paused = false;
        this.#flow.resume();
      }
      if (cells !== undefined) return cells;
      if (this.#state === 'ended') return null;
      await new Promise<void>((wake) => {
        this.#wake = wake;
      });
      this.#wake = null;
    }
  }
}
