import type { Connection, Extractor, Loader, Mode, Schema, SchemaPolicy } from '@etl/sdk';
import type { EachOptions, Limits, StepEntry } from '../project/job.js';
import type { ParamValue } from '../transforms/step.js';

/** A job whose connections are open: all that the engine needs, with no connector known by name. */
export interface EngineJob {
  readonly name: string;
  /** Folder of the job: scripts are found from here. */
  readonly directory: string;
  /** Changes with the job, its scripts, schemas, parameters and connectors: unfinished work of another fingerprint is dropped. */
  readonly fingerprint: string;
  /** Options or added columns hold the id or date of the run, so only a run that is known on this machine can be continued. */
  readonly namesRun: boolean;
  readonly params: ReadonlyMap<string, ParamValue>;
  readonly extracts: readonly EngineExtract[];
  readonly transforms: readonly EngineTransform[];
  readonly loads: readonly EngineLoad[];
  /** Loads that are only statements. */
  readonly statements: readonly EngineTarget[];
  readonly limits: Limits;
}

export interface EngineExtract {
  readonly dataset: string;
  readonly connection: string;
  readonly extractor: Extractor;
  /** Committed columns, which an extractor that infers its types keeps to. */
  readonly schema: Schema | null;
  readonly parallel: number;
  /** Rows of another dataset that bind the read; null: none. */
  readonly each: EachOptions | null;
  /** Milliseconds that a read for an append is held back. */
  readonly lag: number | null;
}

export interface EngineTransform {
  readonly dataset: string;
  readonly steps: readonly StepEntry[];
}

/** What a run publishes: a load of rows, or statements. */
export interface EngineTarget {
  /** `job/load` */
  readonly id: string;
  readonly name: string;
  readonly connectionName: string;
  readonly connection: Connection;
  readonly loader: Loader;
  /** Names of loads that are published before this one. */
  readonly after: readonly string[];
}

export interface EngineLoad extends EngineTarget {
  readonly dataset: string;
  readonly mode: Mode;
  readonly key: readonly string[];
  readonly policy: SchemaPolicy;
  readonly orderBy: readonly string[];
  readonly add: { readonly [column: string]: string };
  /** Deletes or marks rows that it does not bring (`missing`). */
  readonly settlesMissing: boolean;
}

export interface RunOptions {
  /** Given by an orchestrator: the same id again does not load again. */
  readonly runId: string | null;
  /** Ignore cursors and replace the targets. */
  readonly fullRefresh: boolean;
  /** Drop the unfinished run's staging; cursors stay. */
  readonly restart: boolean;
  /** Rows read per dataset; cursors are not saved. */
  readonly limit: number | null;
  /** Extract, transform and check; load nothing, save no cursor. */
  readonly dryRun: boolean;
  readonly takeOver: boolean;
}

export const defaultRunOptions: RunOptions = {
  runId: null,
  fullRefresh: false,
  restart: false,
  limit: null,
  dryRun: false,
  takeOver: false,
};
