import { isEtlError } from '@etl/sdk';
import type { Job } from '../project/job.js';
import type { RunRecord } from '../state/index.js';
import { openJobWorld, type JobDependencies } from './job-world.js';
import { runJob, type RunJobOptions } from './run-job.js';

export interface RunJobsOptions extends Omit<RunJobOptions, 'params'> {
  readonly paramsOf: (job: Job) => RunJobOptions['params'];
  /** Told before each job begins and after it ended. */
  readonly onJob?: (job: Job, record: RunRecord | null) => void;
}

/** One job that could not even begin, such as when another run holds it, or the record of its run. */
export type JobOutcome = { readonly job: string; readonly record: RunRecord } | { readonly job: string; readonly refused: Error };

/** Runs jobs one after the other; a failed one does not keep the next from running, an interruption does. */
export async function runJobs(
  dependencies: JobDependencies,
  jobs: readonly Job[],
  options: RunJobsOptions,
): Promise<readonly JobOutcome[]> {
  const world = await openJobWorld(dependencies);
  const outcomes: JobOutcome[] = [];
  try {
    for (const job of jobs) {
      if (dependencies.signal.aborted) break;
      options.onJob?.(job, null);
      outcomes.push(await runOne(job));
    }
  } finally {
    await world.close();
  }
  return outcomes;

  async function runOne(job: Job): Promise<JobOutcome> {
    try {
      const record = await runJob(world, job, { ...options, params: options.paramsOf(job) });
      options.onJob?.(job, record);
      return { job: job.name, record };
    } catch (error) {
      if (isEtlError(error)) return { job: job.name, refused: error };
      throw error;
    }
  }
}
