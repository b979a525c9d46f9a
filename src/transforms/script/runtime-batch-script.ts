import type { BatchTransform, Field, NamedRow, ScriptContext } from '@etl/sdk';
import { PatchBuffer } from '../patch-buffer.js';
import type { BatchAnswer, CellsMessage, RunTask } from './protocol.js';
import { RowReader, type RowMaker } from './runtime-rows.js';
import { refuseUnknown, RowFault } from './runtime-row-script.js';
import { cellWriter, ValueFault, type CellWriter } from './runtime-values.js';

/** Runs a batch script: any number of rows may come back, each whole. A column that a row does not have is null. */
export class BatchScript {
  readonly #reader: RowReader;
  readonly #writers: readonly { readonly field: Field; readonly write: CellWriter }[];
  readonly #known: ReadonlySet<string>;
  readonly #context: ScriptContext;
  readonly #progress: Int32Array;

  constructor(
    private readonly transform: BatchTransform,
    private readonly make: RowMaker,
    task: RunTask,
  ) {
    this.#reader = new RowReader(task.input);
    this.#writers = task.output.map((field) => ({ field, write: cellWriter(field) }));
    this.#known = new Set([...task.input, ...task.output].map(({ name }) => name));
    this.#progress = new Int32Array(task.progress);
    const reject = (): never => {
      throw new Error('reject belongs to scripts with row: a batch has no current row');
    };
    this.#context = { params: task.params, started: task.started, reject };
  }

  async run(cells: CellsMessage): Promise<BatchAnswer> {
    this.#reader.open(cells);
    const rows: NamedRow[] = [];
    for (let row = 0; row < cells.rows; row++) {
      this.#reader.read(row);
      rows.push(this.make(this.#reader.values));
    }
    const answer: unknown = await this.transform.batch(rows, this.#context);
    if (!Array.isArray(answer)) throw new ValueFault(`the script gave back ${typeof answer} instead of a list of rows`);
    return this.#encode(answer);
  }

  #encode(rows: readonly unknown[]): BatchAnswer {
    const patch = new PatchBuffer();
    const index = new Int32Array(rows.length * this.#writers.length * 2).fill(-1);
    let at = 0;
    for (const [number, row] of rows.entries()) {
      this.#progress[0] = (this.#progress[0] ?? 0) + 1;
      try {
        if (typeof row !== 'object' || row === null)
          throw new ValueFault(`the script gave back ${row === null ? 'null' : typeof row} in place of a row`);
        refuseUnknown(Object.keys(row), this.#known);
        const given = row as Partial<NamedRow>;
        for (const { field, write } of this.#writers) {
          const value = given[field.name];
          if (value !== null && value !== undefined) {
            index[at] = patch.length;
            write(value, patch);
            index[at + 1] = patch.length;
          }
          at += 2;
        }
      } catch (cause) {
        throw new RowFault(number, cause);
      }
    }
    return { kind: 'batch', bytes: new Uint8Array(patch.bytes.buffer, 0, patch.length), index, rows: rows.length };
  }
}
