import type { Batch, Logger, PartWriter, Schema } from '@etl/sdk';
import type { EngineLoad } from './engine-job.js';
import type { CheckpointPolicy } from './lane.js';
import type { Failpoint } from './failpoint.js';
import type { Progress } from './progress.js';
import type { OpenRejects } from './rejects.js';

/** What is durable on this machine about the run that is under way, so that a kill can be continued. */
export interface Manifest {
  readonly run: string;
  /** Of the job as it was. */
  readonly fingerprint: string;
  /** New with every run that is begun: staging of another generation is worth nothing. */
  readonly generation: string;
  /** When the run began, canonical `timestamptz`. */
  readonly started: string;
  readonly spool: string | null;
  readonly phase: 'running' | 'publishing';
}

export interface ManifestStore {
  read(): Promise<Manifest | null>;
  write(manifest: Manifest): Promise<void>;
  remove(): Promise<void>;
}

/** A dataset in the spool as one step left it; `rows` can be read until the call returns. */
export interface Observation {
  readonly dataset: string;
  readonly step: string | null;
  readonly schema: Schema;
  rows(): AsyncIterable<Batch>;
}

export type Observe = (seen: Observation) => Promise<void>;

/** The world of one run: folders, clock, log and what a test may break. */
export interface EngineContext {
  readonly log: Logger;
  readonly signal: AbortSignal;
  readonly progress: Progress;
  readonly failpoint: Failpoint;
  readonly checkpoint: CheckpointPolicy;
  readonly manifest: ManifestStore;
  /** Rejects belong to a run, so that a continued run finds those of the interrupted one. */
  readonly rejects: (run: string) => OpenRejects;
  /** Path of the spool file of a run, in a folder of mode 0700. */
  readonly spool: (run: string) => string;
  /** Folder of this process for segments, mode 0700. */
  readonly temporary: string;
  /** Folder for built scripts. */
  readonly cache: string;
  /** false: every step runs by itself and can be observed. */
  readonly fuse: boolean;
  /** Told of every dataset after a step, and with step null at the end; only of those that are in the spool. */
  readonly observe: Observe | null;
  /** Takes the rows that a load would bring in a dry run; absent: they are only counted. */
  readonly compare?: (load: EngineLoad) => PartWriter;
  readonly now: () => Date;
  readonly newRunId: () => string;
  /** Said as soon as the run knows who it is. */
  readonly onRun: (run: { readonly run: string; readonly started: string; readonly resumed: boolean }) => Promise<void>;
}

/** Loses at most some seconds of work to a kill, and keeps what waits for a target short of 24 MB. */
export const defaultCheckpoint: CheckpointPolicy = { rows: Infinity, bytes: 24 * 2 ** 20, milliseconds: 15_000 };
