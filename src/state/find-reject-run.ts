import { EtlError } from '@etl/sdk';
import { findRun, type RunChoice } from './find-run.js';
import { rejectFiles, type RejectFilter } from './read-rejects.js';
import { stat } from 'node:fs/promises';
import { listRuns } from './run-history.js';
import type { RunRecord } from './run-record.js';

/** The run whose rejects a person means: the one that is named, else the newest that keeps any. Throws NOT_FOUND, USAGE. */
export async function findRejectRun(etl: string, { run, job }: RunChoice): Promise<RunRecord> {
  if (run !== undefined) return findRun(etl, { run, job });
  for (const record of (await listRuns(etl, job === undefined ? {} : { job })).runs) {
    const sizes = await Promise.all((await rejectFiles(etl, record.id)).map(async (file) => (await stat(file)).size));
    if (sizes.some((size) => size > 0)) return record;
  }
  throw new EtlError('NOT_FOUND', `No run${job === undefined ? '' : ` of job ${job}`} keeps rejected rows`, {
    hint: 'etl runs list shows the runs that are kept',
  });
}

/** The filter that flags ask for. */
export const rejectFilter = (flags: { readonly [name in keyof RejectFilter]?: string | undefined }): RejectFilter => ({
  ...(flags.dataset !== undefined && { dataset: flags.dataset }),
  ...(flags.step !== undefined && { step: flags.step }),
  ...(flags.field !== undefined && { field: flags.field }),
});
