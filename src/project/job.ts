import type { FieldType, Mode, Place, SchemaPolicy } from '@etl/sdk';

/** One job as its file says it: parsed and checked by shape, names resolved, options still raw where a connector or step owns their schema. */
export interface Job {
  readonly name: string;
  readonly description?: string;
  readonly schedule?: string;
  readonly tags: readonly string[];
  /** Absolute folder of the job. */
  readonly directory: string;
  /** Path of job.yaml from the project's root. */
  readonly file: string;
  readonly params: ReadonlyMap<string, ParamDefinition>;
  readonly extracts: readonly ExtractEntry[];
  /** In order; the `check` section stands at the end as entries with `check` steps. */
  readonly transforms: readonly TransformEntry[];
  readonly loads: readonly LoadEntry[];
  /** Entries of `load` that are only statements in a target. */
  readonly statements: readonly StatementsEntry[];
  readonly limits: Limits;
  /** The text of the file, for the fingerprint and code frames. */
  readonly source: string;
}

export interface ParamDefinition {
  readonly type: FieldType;
  /** Canonical text; absent: the parameter must be given. */
  readonly default?: string | null;
  readonly description?: string;
  readonly place: Place;
}

export interface ExtractEntry {
  readonly dataset: string;
  readonly from: string;
  /** What the connector's extract schema parses: everything that the engine does not own. */
  readonly options: { readonly [name: string]: unknown };
  readonly cursor?: CursorOptions;
  /** How many parts are read side by side. */
  readonly parallel: number;
  /** Rows of another dataset bind this read. */
  readonly each?: EachOptions;
  readonly place: Place;
}

export interface EachOptions {
  readonly dataset: string;
  /** Columns whose values bind the read: once for each of their combinations. */
  readonly distinct: readonly string[];
  /** Those of them that each row of the result carries. */
  readonly include: readonly string[];
}

export interface CursorOptions {
  readonly field: string;
  /** Milliseconds before the newest value that are read again (merge) or held back (append). */
  readonly lag: number | null;
  /** The source never commits late: no lag is needed. */
  readonly settled: boolean;
}

export interface TransformEntry {
  readonly dataset: string;
  readonly steps: readonly StepEntry[];
  readonly place: Place;
}

export interface StepEntry {
  readonly name: string;
  /** Parsed by the schema of the step. */
  readonly options: unknown;
  readonly place: Place;
}

export interface LoadEntry {
  readonly id: string;
  readonly dataset: string;
  readonly to: string;
  readonly mode: Mode;
  readonly key: readonly string[];
  readonly policy: SchemaPolicy;
  readonly orderBy: readonly string[];
  /** Columns added to each row: name to text, placeholders filled in (`{run.id}`, `{run.date}`). */
  readonly add: { readonly [column: string]: string };
  /** Loads that are published before this one. */
  readonly after: readonly string[];
  readonly options: { readonly [name: string]: unknown };
  readonly place: Place;
}

/** Statements that run in a target behind other loads. */
export interface StatementsEntry {
  readonly id: string;
  readonly to: string;
  /** Loads that are published before them. */
  readonly after: readonly string[];
  readonly options: { readonly [name: string]: unknown };
  readonly place: Place;
}

export interface Limits {
  /** Rejected rows that are allowed: a share of the rows read, or a number; null: any. */
  readonly rejects: { readonly share: number } | { readonly rows: number } | null;
}
