import type { Field } from '@etl/sdk';

/** What a worker is started for: to say what the script declares, or to run it. */
export type WorkerTask = { readonly kind: 'describe' } | RunTask;

export interface RunTask {
  readonly kind: 'run';
  readonly input: readonly Field[];
  readonly output: readonly Field[];
  readonly params: { readonly [name: string]: string };
  readonly started: string;
  readonly onError: 'stop' | 'reject';
  /** One number that counts rows: shows that the script goes on, and where it stopped. */
  readonly progress: SharedArrayBuffer;
}

/** What the script's default export says of itself. */
export interface ScriptFacts {
  readonly kind: 'row' | 'batch';
  readonly columns: { readonly [column: string]: string | null };
}

/** Cells of rows, transferred and not copied. */
export interface CellsMessage {
  readonly bytes: Uint8Array;
  readonly index: Int32Array;
  readonly rows: number;
}

/** What became of a row. */
export const rowKept = 0;
export const rowFiltered = 1;
export const rowRejected = 2;

/** An answer of a row script. Columns that it did not touch are absent; in the others -2 is a cell that stays, -1 null. */
export interface RowAnswer {
  readonly kind: 'rows';
  readonly status: Uint8Array;
  readonly bytes: Uint8Array;
  readonly columns: readonly { readonly at: number; readonly index: Int32Array }[];
  readonly rejects: readonly RowReject[];
}

export interface RowReject {
  readonly row: number;
  readonly reason: string;
  readonly field: string | null;
  /** The script threw; else it called reject. */
  readonly threw: boolean;
}

/** An answer of a batch script: whole rows of the output. */
export interface BatchAnswer extends CellsMessage {
  readonly kind: 'batch';
}

/** The script broke off. `row` is the position in the batch, null: no row in particular. */
export interface FailedAnswer {
  readonly kind: 'failed';
  readonly message: string;
  readonly stack: string | null;
  readonly row: number | null;
  /** Whether the fault is a value that the script gave back, so that there is no place in the script. */
  readonly isValue: boolean;
}

export type WorkerAnswer =
  { readonly kind: 'facts'; readonly facts: ScriptFacts } | { readonly kind: 'ready' } | RowAnswer | BatchAnswer | FailedAnswer;

export const staysAsItIs = -2;
