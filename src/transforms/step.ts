import type { Session } from '@etl/columnar';
import type { Batch, EtlError, Field, FieldType, Place, Reject, Schema } from '@etl/sdk';
import type { z } from 'zod';

/** What a step did with its rows. Row steps: in = out + filtered + deduplicated + rejected; a reshaping step only reports in and out. */
export type StepCounts = {
  readonly step: string;
  readonly in: number;
  readonly out: number;
  readonly filtered: number;
  readonly deduplicated: number;
  readonly rejected: number;
  /** Rows that broke a rule with `on_fail: warn`; they go on. */
  readonly warned: number;
};

export interface StepReject extends Reject {
  readonly step: string;
  /** The columns of `values`: those of the row as it came to the step. */
  readonly schema: Schema;
}

/** A parameter of the job with its type; `value` is canonical text. */
export interface ParamValue {
  readonly type: FieldType;
  readonly value: string | null;
}

/** What a step may know when it is bound to its input: schemas and parameters, no rows. */
export interface BindContext {
  readonly dataset: string;
  /** Columns of the dataset before this step; null: the step makes a new dataset. */
  readonly input: Schema | null;
  /** All datasets as they are before this step. */
  readonly datasets: ReadonlyMap<string, Schema>;
  readonly params: ReadonlyMap<string, ParamValue>;
  /** When the run began, canonical `timestamptz` text: `:run_started` in SQL and expressions. */
  readonly started: string;
  /** Folder of the job: scripts are found from here. */
  readonly directory: string;
  /** Folder for built scripts. */
  readonly cache: string;
  readonly place: Place;
  /** An in-memory session for describing SQL against empty tables; it has no access to files. */
  readonly session: Session;
}

/** One operation of the transform library: options declared once, bound to a schema, then run. */
export interface StepDefinition<O = unknown> {
  readonly name: string;
  readonly summary: string;
  /** A YAML entry as the docs show it. */
  readonly example: string;
  readonly options: z.ZodType<O>;
  /** May a step with these options begin a dataset that does not exist yet? */
  readonly creates: boolean;
  /** Names of other datasets that it reads. */
  reads?(options: O): readonly string[];
  bind(options: O, context: BindContext): Promise<BoundStep>;
}

/** A step that knows its columns. How it works inside belongs to the transform library; `planStages` makes runnable stages of it. */
export interface BoundStep {
  readonly name: string;
  readonly output: Schema;
  /** Judges the total when all rows are through: an error stops the job before anything is published. */
  judge?(total: StepCounts): EtlError | null;
  /** Changes with code outside of the job file that the step runs, such as a script and what it imports. */
  readonly fingerprint?: string;
}

export interface StageResources {
  /** A folder of this run for segments, mode 0700. */
  readonly temporary: string;
  readonly signal: AbortSignal;
  /** Opens a locked-down in-memory session. The stage closes it. */
  readonly connect: () => Promise<Session>;
  readonly warn: (message: string) => void;
  /** What a script prints; absent: it is a warning. */
  readonly log?: (message: string) => void;
}

/** Neighbouring steps that run as one pass. */
export type Stage = StreamStage | TableStage;

interface StageBase {
  /** One for each step, in order. */
  readonly steps: readonly BoundStep[];
  readonly output: Schema;
}

/** Works batch by batch; a row that goes out keeps its number. */
export interface StreamStage extends StageBase {
  readonly kind: 'stream';
  readonly input: Schema;
  /** Rows of a group of batches from which on the stage is efficient; absent: any number. */
  readonly groupRows?: number;
  open(resources: StageResources): Promise<StreamOperator>;
  /** The same work on a whole table of the spool, where that is faster. */
  readonly runOnTable?: TableOperator;
  /** The same work in two, for rows that go to a table anyway: what is better done there (`table`, with `runOnTable`), and what comes before it. */
  readonly split?: { readonly lane: StreamStage | null; readonly table: StreamStage };
}

export interface StreamOperator {
  /** A result for each batch, in order: a group shares what a statement costs. Never changes a batch. Rejects carry the row as it was before the step that refused it. */
  apply(batches: readonly Batch[]): Promise<readonly StageResult[]>;
  close(): Promise<void>;
}

export interface StageResult {
  readonly batch: Batch;
  /** Whether the batch still stands in memory of the one that was given. */
  readonly shares: boolean;
  /** Gives back what the batch stands in beside that, once nobody reads it any more. */
  readonly release: () => void;
  readonly counts: readonly StepCounts[];
  readonly rejects: readonly StepReject[];
}

/** Needs all rows of one or more datasets: runs in the spool. */
export interface TableStage extends StageBase {
  readonly kind: 'table';
  /** Datasets whose tables it reads. */
  readonly reads: readonly string[];
  readonly run: TableOperator;
}

export type TableOperator = (
  tables: StageTables,
  resources: StageResources,
) => Promise<{ readonly counts: readonly StepCounts[]; readonly rejects: AsyncIterable<StepReject> }>;

/** Tables of the spool hold the columns of their schema and `_etl_row` (bigint, unique, ascending in source order; below `rowsPerPart` the number of the row in its part). */
export interface StageTables {
  readonly session: Session;
  /** Quoted name of the table of a dataset. */
  readonly table: (dataset: string) => string;
  /** The dataset that the stage reads as its own input, where it has one. */
  readonly dataset: string;
  /** Quoted name of the table to create, with `_etl_row` as last column. */
  readonly into: string;
  /** The result is read by one later stage only, and nothing else: a view will do where making it is all the work. */
  readonly lazy: boolean;
}

export const rowNumberColumn = '_etl_row';

export const rowNumberField: Field = { name: rowNumberColumn, type: { kind: 'integer', bits: 64, signed: true }, nullable: false };

/** Row numbers of part n begin at n times this, so that they ascend in source order over all parts: a million parts stay exact as numbers. */
export const rowsPerPart = 2 ** 33;
