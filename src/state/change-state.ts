import { EtlError } from '@etl/sdk';
import { lockJob } from './job-lock.js';
import { readManifest } from './job-manifest.js';

/**
 * Does a change of a job's cursors while no run of it can. Throws BUSY when one is running, and when one is unfinished: it would be continued
 * with the cursors that it planned with, and publish those over the change.
 */
export async function withJobAtRest<T>(etl: string, job: string, change: () => Promise<T>): Promise<T> {
  const lock = await lockJob({ etl, job, run: 'state' });
  try {
    const unfinished = await readManifest(etl, job);
    if (unfinished !== null) {
      throw new EtlError('BUSY', `Run ${unfinished.run} of job ${job} is unfinished and would set its own cursors`, {
        hint: `Finish it first: etl run ${job}`,
        place: { job },
        details: { run: unfinished.run },
      });
    }
    return await change();
  } finally {
    await lock.release();
  }
}
