import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import type { Json } from '@etl/sdk';

/** Files beside the job that change what it does. Tests and fixtures do not. */
const isPartOfJob = (name: string): boolean =>
  /\.(ts|mts|js|mjs|sql|ya?ml|json)$/.test(name) && !/\.test\.ya?ml$/.test(name) && name !== 'schemas.yaml';

/** Code that scripts of the job may import from elsewhere in the project. */
const isCode = (name: string): boolean => /\.(ts|mts|js|mjs)$/.test(name);

export interface FingerprintScope {
  /** Folder of the project. */
  readonly project: string;
  /** Folder of the job. */
  readonly job: string;
}

/** A short hash over the job's own files, the code of the project and the given facts: while it stays the same, an interrupted run can be continued. */
export async function fingerprintOf({ project, job }: FingerprintScope, facts: Json): Promise<string> {
  const hash = createHash('sha256');
  const shared = (await filesOf(project, '', isCode)).filter((file) => !file.startsWith('jobs'));
  const files = [...shared.map((file) => join(project, file)), ...(await filesOf(job, '', isPartOfJob)).map((file) => join(job, file))];
  for (const file of files) {
    hash.update(`${relative(project, file)}\0`);
    hash.update(await readFile(file));
    hash.update('\0');
  }
  hash.update(JSON.stringify(facts));
  return hash.digest('hex').slice(0, 32);
}

async function filesOf(directory: string, under: string, isWanted: (name: string) => boolean): Promise<string[]> {
  const entries = await readdir(join(directory, under), { withFileTypes: true });
  const files = await Promise.all(
    entries.map(async (entry) => {
      const path = join(under, entry.name);
      if (entry.isDirectory()) return isLeftOut(entry.name) ? [] : filesOf(directory, path, isWanted);
      return entry.isFile() && isWanted(entry.name) ? [path] : [];
    }),
  );
  return files.flat().sort();
}

const isLeftOut = (folder: string): boolean => folder === 'fixtures' || folder === 'node_modules' || folder.startsWith('.');
