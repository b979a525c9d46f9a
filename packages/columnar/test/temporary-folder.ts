import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { openDatabase, type Session } from '../src/index.js';

/** Work in a folder that is gone afterwards. */
export async function inFolder<T>(work: (folder: string) => Promise<T>): Promise<T> {
  const folder = await mkdtemp(join(tmpdir(), 'etl-columnar-'));
  try {
    return await work(folder);
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

/** Work in a database in memory; `folder` is where its segments go. */
export const inMemory = <T>(work: (session: Session, folder: string) => Promise<T>): Promise<T> =>
  inFolder(async (folder) => {
    const database = await openDatabase(':memory:', { temporary: folder });
    try {
      return await work(await database.connect(), folder);
    } finally {
      await database.close();
    }
  });
