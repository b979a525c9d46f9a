import type { Field, NamedRow, RowTransform, ScriptContext, Value } from '@etl/sdk';
import { PatchBuffer } from '../patch-buffer.js';
import {
  rowFiltered,
  rowKept,
  rowRejected,
  staysAsItIs,
  type CellsMessage,
  type RowAnswer,
  type RowReject,
  type RunTask,
} from './protocol.js';
import { RowReader, type RowMaker } from './runtime-rows.js';
import { cellWriter, ValueFault, type CellWriter } from './runtime-values.js';

/** Thrown by `reject`, so that the script goes no further with the row; one for all, since a stack costs more than a row. */
const rejection = new Error('The row is rejected');

interface OutputColumn {
  readonly field: Field;
  /** Position of the same column in the input, where its type is unchanged; else -1. */
  readonly source: number;
  readonly write: CellWriter;
}

/** A row that broke off: what was thrown, and at which row of the batch. */
export class RowFault extends Error {
  constructor(
    readonly row: number,
    override readonly cause: unknown,
  ) {
    super('A row failed');
  }
}

/** Runs a row script over batches. A column that the script does not give back stays as it is; only cells that change are encoded. */
export class RowScript {
  readonly #reader: RowReader;
  readonly #output: readonly OutputColumn[];
  readonly #known: ReadonlySet<string>;
  readonly #context: ScriptContext;
  readonly #progress: Int32Array;
  #rejection: Omit<RowReject, 'row'> | null = null;

  constructor(
    private readonly transform: RowTransform,
    private readonly make: RowMaker,
    private readonly task: RunTask,
  ) {
    this.#reader = new RowReader(task.input);
    this.#output = task.output.map((field) => ({ field, source: sourceOf(field, task.input), write: cellWriter(field) }));
    this.#known = new Set([...task.input, ...task.output].map(({ name }) => name));
    this.#progress = new Int32Array(task.progress);
    this.#context = {
      params: task.params,
      started: task.started,
      reject: (reason, field) => {
        this.#rejection = { reason, field: field ?? null, threw: false };
        throw rejection;
      },
    };
  }

  async run(cells: CellsMessage): Promise<RowAnswer> {
    const { rows } = cells;
    this.#reader.open(cells);
    const status = new Uint8Array(rows);
    const rejects: RowReject[] = [];
    const patch = new PatchBuffer();
    const columns = this.#output.map((): Int32Array | null => null);
    for (let row = 0; row < rows; row++) {
      this.#progress[0] = row;
      this.#reader.read(row);
      this.#rejection = null;
      let result: NamedRow | null = null;
      try {
        const answer = this.transform.row(this.make(this.#reader.values), this.#context);
        result = isThenable(answer) ? await answer : answer;
        if (this.#refusal() === null && result !== null) this.#write(result, row, { rows, columns, patch });
      } catch (cause) {
        if (this.#refusal() === null && this.task.onError === 'stop') throw new RowFault(row, cause);
        this.#rejection ??= {
          reason: cause instanceof ValueFault ? cause.message : `the script failed: ${nameOf(cause)}`,
          field: null,
          threw: true,
        };
      }
      const refused = this.#refusal();
      status[row] = refused !== null ? rowRejected : result === null ? rowFiltered : rowKept;
      if (refused !== null) rejects.push({ row, ...refused });
    }
    const touched = columns.flatMap((index, at) => (index === null ? [] : [{ at, index }]));
    return { kind: 'rows', status, bytes: new Uint8Array(patch.bytes.buffer, 0, patch.length), columns: touched, rejects };
  }

  #refusal(): Omit<RowReject, 'row'> | null {
    return this.#rejection;
  }

  #write(
    result: NamedRow,
    row: number,
    { rows, columns, patch }: { rows: number; columns: (Int32Array | null)[]; patch: PatchBuffer },
  ): void {
    if (typeof result !== 'object') throw new ValueFault(`the script gave back ${typeof result} instead of a row or null`);
    const { values } = this.#reader;
    let given = 0;
    for (let at = 0; at < this.#output.length; at++) {
      const column = this.#output[at];
      if (column === undefined) continue;
      const value: Value | undefined = result[column.field.name];
      if (value !== undefined) given++;
      const isMade = column.source < 0;
      if (!isMade && (value === undefined || Object.is(value, values[column.source]))) continue;
      const index = (columns[at] ??= new Int32Array(rows * 2).fill(isMade ? -1 : staysAsItIs));
      if (value === null || value === undefined) {
        index[2 * row] = -1;
        continue;
      }
      index[2 * row] = patch.length;
      column.write(value, patch);
      index[2 * row + 1] = patch.length;
    }
    const names = Object.keys(result);
    if (names.length > given) refuseUnknown(names, this.#known);
  }
}

const isThenable = (answer: unknown): answer is Promise<NamedRow | null> =>
  typeof answer === 'object' && answer !== null && typeof (answer as { readonly then?: unknown }).then === 'function';

const sourceOf = (field: Field, input: readonly Field[]): number =>
  input.findIndex(({ name, type }) => name === field.name && JSON.stringify(type) === JSON.stringify(field.type));

/** What is given back under a name that is no column would be lost silently. */
export function refuseUnknown(names: readonly string[], known: ReadonlySet<string>): void {
  const unknown = names.find((name) => !known.has(name));
  if (unknown !== undefined)
    throw new ValueFault(`the script gave column ${unknown}, which is not declared: add it to columns with its type`);
}

/** Without the message, which may quote values. */
const nameOf = (cause: unknown): string => (cause instanceof Error ? cause.name : 'it threw something that is no Error');
