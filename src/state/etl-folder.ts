import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { makePrivateFolder, writeDurably } from './durable-file.js';
import { safeName } from './safe-name.js';

/** Where everything lies under `.etl`, the folder of a project that holds state, history, rejects and spool. */
export const etlPaths = (etl: string) => ({
  state: join(etl, 'state'),
  runs: join(etl, 'runs'),
  run: (run: string): string => join(etl, 'runs', safeName(run)),
  jobs: join(etl, 'jobs'),
  manifest: (job: string): string => join(etl, 'jobs', `${safeName(job)}.json`),
  spool: join(etl, 'spool'),
  /** What the names of a run's spool files begin with. */
  spoolName: (run: string): string => `${safeName(run)}.`,
  locks: join(etl, 'locks'),
  jobLock: (job: string): string => join(etl, 'locks', safeName(job)),
});

/** The `.etl` of a project's folder. */
export const etlFolder = (project: string): string => join(project, '.etl');

/** Makes `.etl` for this user alone, and ignored by git: it holds rows of customers. */
export async function makeEtlFolder(project: string): Promise<string> {
  const etl = etlFolder(project);
  await makePrivateFolder(etl);
  const ignore = join(etl, '.gitignore');
  if (!(await stat(ignore).catch(() => null))) await writeDurably(ignore, '*\n');
  return etl;
}
