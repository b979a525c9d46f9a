import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Json } from '@etl/sdk';

/** Files beside the job that change what it does. Tests and fixtures do not. */
const isPartOfJob = (name: string): boolean =>
  /\.(ts|mts|js|mjs|sql|ya?ml|json)$/.test(name) && !/\.test\.ya?ml$/.test(name) && name !== 'schemas.yaml';

/** A short hash over the job's own files and the given facts: while it stays the same, an interrupted run can be continued. */
export async function fingerprintOf(directory: string, facts: Json): Promise<string> {
  const hash = createHash('sha256');
  for (const file of await filesOf(directory, '')) {
    hash.update(`${file}\0`);
    hash.update(await readFile(join(directory, file)));
    hash.update('\0');
  }
  hash.update(JSON.stringify(facts));
  return hash.digest('hex').slice(0, 32);
}

async function filesOf(directory: string, under: string): Promise<string[]> {
  const entries = await readdir(join(directory, under), { withFileTypes: true });
  const files = await Promise.all(
    entries.map(async (entry) => {
      const path = join(under, entry.name);
      if (entry.isDirectory()) return entry.name === 'fixtures' || entry.name === 'node_modules' ? [] : filesOf(directory, path);
      return entry.isFile() && isPartOfJob(entry.name) ? [path] : [];
    }),
  );
  return files.flat().sort();
}
