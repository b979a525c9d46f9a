import { join } from 'node:path';
import { defaultCheckpoint, type EngineContext, type Observe } from '../engine/engine-context.js';
import type { LaneReject } from '../engine/lane.js';
import { scriptCache, silentLog, type JobWorld } from './job-world.js';

export interface DryOptions {
  readonly observe: Observe | null;
  readonly fuse: boolean;
  readonly warn: (message: string) => void;
  /** Takes refused rows; without it they are only counted. */
  readonly onReject?: (dataset: string, reject: LaneReject) => void;
  readonly now?: () => Date;
}

/** The world of a run that leaves nothing behind: no history, no manifest, rejects in memory, the spool in a temporary folder. */
export function dryContext(world: JobWorld, { observe, fuse, warn, onReject, now = world.now }: DryOptions): EngineContext {
  const { signal, failpoint, temporary, etl } = world;
  return {
    log: { ...silentLog, warn },
    signal,
    progress: () => undefined,
    failpoint,
    checkpoint: defaultCheckpoint,
    manifest: { read: async () => null, write: async () => undefined, remove: async () => undefined },
    rejects: () => async (dataset) => ({
      append: async (rejects) => {
        for (const reject of rejects) onReject?.(dataset, reject);
      },
      sync: async () => 0,
      truncate: async () => undefined,
      close: async () => undefined,
    }),
    spool: (run) => join(temporary, `${run}.duckdb`),
    temporary,
    cache: scriptCache(etl),
    fuse,
    observe,
    now,
    newRunId: () => `dry-${process.pid}-${Math.random().toString(36).slice(2)}`,
    onRun: async () => undefined,
  };
}
