import type { DuckDBDataChunk } from '@duckdb/node-api';
import { textBatch, type Field, type Schema } from '@etl/sdk';
import { isBytes } from './crossing-sql.js';
import type { Placed } from './session.js';
import { copyStrings, integersOf, stringRoom } from './vector-bytes.js';
import { loadBindings } from './load-duckdb.js';

const bindings = loadBindings();

const vectorRows = 2048;
const firstRoom = 1 << 18;

/** Collects chunks of `crossingSql` into the cells of a batch. */
export class CellCollector {
  readonly #schema: Schema;
  readonly #places: readonly Field[];
  #last: readonly (string | null)[] = [];
  readonly #starts: Int32Array[];
  /** For each column the vector that holds its cells: 0 the joined texts, from 1 on a column of bytes. */
  readonly #sources: number[];
  #bytes: Buffer;
  #end = 0;
  #index: Int32Array;
  #cells = 0;

  /** `places` are columns behind those of the schema of which only the last cell is kept. */
  constructor(schema: Schema, places: readonly Field[]) {
    this.#schema = schema;
    this.#places = places;
    let blobs = 0;
    this.#sources = schema.fields.map((field) => (isBytes(field) ? ++blobs : 0));
    this.#starts = Array.from({ length: blobs + 1 }, () => new Int32Array(vectorRows));
    this.#bytes = Buffer.allocUnsafeSlow(firstRoom);
    this.#index = new Int32Array(vectorRows * schema.fields.length * 2);
  }

  get rows(): number {
    return this.#cells / 2 / this.#schema.fields.length;
  }

  get size(): number {
    return this.#end;
  }

  /** Copies the rows of a chunk: it may be freed afterwards. */
  add({ chunk, rowCount }: DuckDBDataChunk): void {
    const stride = this.#schema.fields.length;
    for (const [source, starts] of this.#starts.entries()) {
      const vector = bindings.data_chunk_get_vector(chunk, stride + this.#places.length + source);
      this.#ensureBytes(stringRoom(vector, rowCount));
      this.#end = copyStrings(vector, rowCount, { bytes: this.#bytes, at: this.#end, starts });
    }
    this.#ensureIndex(rowCount * stride * 2);
    for (let column = 0; column < stride; column++) {
      const lengths = integersOf(bindings.data_chunk_get_vector(chunk, column), rowCount);
      this.#addColumn(column, lengths, this.#starts[this.#sources[column] ?? 0] ?? lengths);
    }
    this.#cells += rowCount * stride * 2;
    this.#last = this.#places.map((_, place) =>
      this.#lastCell(integersOf(bindings.data_chunk_get_vector(chunk, stride + place), rowCount)),
    );
  }

  /** Cells of places are text, behind the other text cells of their row. */
  #lastCell(lengths: Int32Array): string | null {
    const starts = this.#starts[0] ?? lengths;
    const row = lengths.length - 1;
    const length = lengths[row] ?? -1;
    if (length < 0) return null;
    const start = starts[row] ?? 0;
    starts[row] = start + length;
    return this.#bytes.toString('utf8', start, start + length);
  }

  /** Fills one column of the index; `starts` moves on behind its cells, where the next column of the row begins. */
  #addColumn(column: number, lengths: Int32Array, starts: Int32Array): void {
    const index = this.#index;
    const width = this.#schema.fields.length * 2;
    let at = this.#cells + column * 2;
    for (let row = 0; row < lengths.length; row++, at += width) {
      const length = lengths[row] ?? -1;
      const start = starts[row] ?? 0;
      if (length < 0) {
        index[at] = -1;
        index[at + 1] = -1;
      } else {
        index[at] = start;
        index[at + 1] = start + length;
        starts[row] = start + length;
      }
    }
  }

  /** The batch collected so far; the collector begins anew. */
  take(origin: { readonly part: string; readonly first: number }): Placed {
    const cells = {
      bytes: this.#bytes.subarray(0, this.#end),
      index: this.#index.subarray(0, this.#cells),
      stride: this.#schema.fields.length,
    };
    this.#bytes = Buffer.allocUnsafeSlow(Math.max(firstRoom, Math.min(this.#bytes.length, 2 * this.#end)));
    this.#index = new Int32Array(Math.max(this.#cells, vectorRows * cells.stride * 2));
    this.#end = 0;
    this.#cells = 0;
    return { batch: textBatch(this.#schema, cells, { origin }), last: this.#last };
  }

  #ensureBytes(room: number): void {
    if (this.#end + room <= this.#bytes.length) return;
    const larger = Buffer.allocUnsafeSlow(Math.max(2 * this.#bytes.length, this.#end + room));
    this.#bytes.copy(larger, 0, 0, this.#end);
    this.#bytes = larger;
  }

  #ensureIndex(room: number): void {
    if (this.#cells + room <= this.#index.length) return;
    const larger = new Int32Array(Math.max(2 * this.#index.length, this.#cells + room));
    larger.set(this.#index.subarray(0, this.#cells));
    this.#index = larger;
  }
}
