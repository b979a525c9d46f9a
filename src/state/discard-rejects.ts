import { rm, stat } from 'node:fs/promises';
import { EtlError } from '@etl/sdk';
import { etlPaths } from './etl-folder.js';
import { fileError } from './file-error.js';
import { readManifest } from './job-manifest.js';
import { countRejectRows, rejectFiles } from './read-rejects.js';
import { rejectsFolder } from './rejects-file.js';
import { readRun } from './run-history.js';

/** Removes the rejects of a finished run and answers how many rows they were. Throws BUSY for a run that is not finished: its balance needs them. */
export async function discardRejects(etl: string, run: string): Promise<{ readonly rows: number; readonly bytes: number }> {
  const { job, status } = await readRun(etl, run);
  const unfinished = status === 'running' || (await readManifest(etl, job))?.run === run;
  if (unfinished) {
    throw new EtlError('BUSY', `Run ${run} is not finished: its rejected rows are part of its balance`, {
      hint: `Finish it first: etl run ${job}`,
      place: { job },
    });
  }
  const files = await rejectFiles(etl, run);
  const sizes = await Promise.all(files.map((file) => stat(file)));
  const rows = await countRejectRows(etl, run);
  const folder = rejectsFolder(etlPaths(etl).run(run));
  try {
    await rm(folder, { recursive: true, force: true });
  } catch (cause) {
    throw fileError(cause, 'remove', folder);
  }
  return { rows, bytes: sizes.reduce((sum, { size }) => sum + size, 0) };
}
