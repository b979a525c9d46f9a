import { isEtlError, type EtlError } from '@etl/sdk';
import type { Job } from '../project/job.js';
import { readCursors, withJobAtRest, type LoadCursors, type StatefulLoad } from '../state/index.js';
import type { JobWorld } from './job-world.js';
import { openLoads } from './open-loads.js';

export interface JobState {
  readonly job: string;
  readonly loads: readonly LoadCursors[];
  /** Why the state of this job cannot be read, such as a target that cannot be reached. */
  readonly error: EtlError | null;
}

/** The cursors of each job; one that cannot be read hides no other. */
export async function listJobStates(world: JobWorld, jobs: readonly string[]): Promise<JobState[]> {
  const states: JobState[] = [];
  for (const job of jobs) {
    try {
      states.push({ job, loads: await withLoads(world, await world.project.job(job), readCursors), error: null });
    } catch (error) {
      if (!isEtlError(error)) throw error;
      states.push({ job, loads: [], error });
    }
  }
  return states;
}

export interface JobAtRest {
  readonly job: Job;
  readonly loads: readonly StatefulLoad[];
  readonly states: readonly LoadCursors[];
}

/** Opens the loads of a job and reads their cursors while no run of it can begin. Throws BUSY. */
export async function changeJobState<T>(world: JobWorld, name: string, change: (job: JobAtRest) => Promise<T>): Promise<T> {
  const job = await world.project.job(name);
  return withJobAtRest(world.etl, name, () =>
    withLoads(world, job, async (loads) => change({ job, loads, states: await readCursors(loads) })),
  );
}

async function withLoads<T>(world: JobWorld, job: Job, work: (loads: readonly StatefulLoad[]) => Promise<T>): Promise<T> {
  const opened = await openLoads(world, job);
  try {
    return await work(opened.loads);
  } finally {
    await opened.close();
  }
}
