import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nativeCode } from '@etl/sdk';
import { etlPaths } from './etl-folder.js';
import { fileError } from './file-error.js';
import { readManifestFile, type JobManifest } from './job-manifest.js';

/** Every job with an unfinished run. Throws DATA_INVALID for a damaged manifest: what is unfinished must be known for sure. */
export async function listManifests(etl: string): Promise<{ readonly job: string; readonly manifest: JobManifest }[]> {
  const folder = etlPaths(etl).jobs;
  let names: string[];
  try {
    names = await readdir(folder);
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return [];
    throw fileError(cause, 'list', folder);
  }
  const found = [];
  for (const name of names.filter((each) => each.endsWith('.json')).sort())
    found.push(await readManifestFile(join(folder, name), `An unfinished run`));
  return found.filter((each) => each !== null);
}
