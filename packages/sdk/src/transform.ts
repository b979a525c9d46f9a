import type { Value } from './value.js';

/** A row by column name, as scripts see it. */
export type NamedRow = { readonly [column: string]: Value };

export interface ScriptContext {
  /** Parameters of the job, as text. */
  readonly params: { readonly [name: string]: string };
  /** When the run began: the only clock a script should use. */
  readonly started: string;
  /** Refuses the current row with this reason; it is counted and kept. */
  reject(reason: string, field?: string): never;
}

/** Columns that change: a type name such as `decimal(12,2)` adds or retypes one, null drops it. Columns not named stay as they are. */
export type ScriptColumns = { readonly [column: string]: string | null };

export interface RowTransform {
  readonly columns?: ScriptColumns;
  /** Called once per row, in order. A row out; null filters it. */
  readonly row: (row: NamedRow, context: ScriptContext) => NamedRow | null | Promise<NamedRow | null>;
}

export interface BatchTransform {
  readonly columns?: ScriptColumns;
  /** Called with some thousand rows at a time; may return any number of rows. */
  readonly batch: (rows: readonly NamedRow[], context: ScriptContext) => readonly NamedRow[] | Promise<readonly NamedRow[]>;
}

export type ScriptTransform = RowTransform | BatchTransform;

/** What a script of a job exports as default: typed in the editor, run in a worker with limits of time and memory. */
export const defineTransform = <T extends ScriptTransform>(transform: T): T => transform;
