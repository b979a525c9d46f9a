import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, messageOf, nativeCode } from '@etl/sdk';

/** Names of the jobs: the folders in jobs/ that hold a job.yaml, sorted. */
export async function listJobs(directory: string): Promise<readonly string[]> {
  const folder = join(directory, 'jobs');
  const entries = await readdir(folder, { withFileTypes: true }).catch((cause: unknown) => {
    if (nativeCode(cause) === 'ENOENT') return [];
    throw new EtlError('CONFIG_INVALID', `The folder jobs cannot be read: ${messageOf(cause)}`, { cause, place: { file: 'jobs' } });
  });
  return entries
    .filter((entry) => (entry.isDirectory() || entry.isSymbolicLink()) && existsSync(join(folder, entry.name, 'job.yaml')))
    .map(({ name }) => name)
    .sort();
}
