import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { askLocalLock, makePrivateFolder, tryLocalLock } from '../state/index.js';

export interface TemporaryFolder {
  readonly path: string;
  remove(): Promise<void>;
}

/** How long a folder without a holder is left alone, in milliseconds: its owner may be about to lock it. */
const grace = 60_000;

/** A folder of this process under `.etl/tmp`, mode 0700. Those that killed processes left behind are removed; a living process is known by its lock, also in another container. */
export async function openTemporaryFolder(etl: string): Promise<TemporaryFolder> {
  const parent = join(etl, 'tmp');
  await makePrivateFolder(parent);
  await removeAbandoned(parent);
  const path = await mkdtemp(join(parent, `${Date.now()}-`));
  const attempt = await tryLocalLock(lockOf(path), { pid: process.pid });
  return {
    path,
    async remove() {
      await rm(path, { recursive: true, force: true });
      if ('lock' in attempt) await attempt.lock.release();
      await rm(lockOf(path), { recursive: true, force: true });
    },
  };
}

const lockOf = (path: string): string => `${path}.lock`;

async function removeAbandoned(parent: string): Promise<void> {
  const names = await readdir(parent);
  for (const name of names.filter((each) => !each.endsWith('.lock'))) {
    const path = join(parent, name);
    const made = Number(name.split('-')[0]);
    if (Date.now() - made < grace || (await askLocalLock(lockOf(path))) !== undefined) continue;
    await rm(path, { recursive: true, force: true });
    await rm(lockOf(path), { recursive: true, force: true });
  }
}
