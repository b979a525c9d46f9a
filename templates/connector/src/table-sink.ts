import { createHash, randomUUID } from 'node:crypto';
import { mkdir, open, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, isEtlError, type Json, type LoadTarget, type Sink } from '@etl/sdk';
import { headerText, readHeader, rowsText, tableFile } from './table-file.js';
import { tableError } from './table-error.js';

/** Writes a table aside; `finish` renames it into place, so that readers see the old rows or the new ones, never half of them. */
export async function openTableSink(folder: string, table: string, { id, mode, schema }: LoadTarget): Promise<Sink> {
  if (mode !== 'replace')
    throw new EtlError('CAPABILITY_MISSING', `A table here cannot be loaded with mode ${mode}`, { hint: 'Write mode: replace' });
  const load = randomUUID();
  const file = tableFile(folder, table);
  const mark = `.etl-${createHash('sha256').update(`${id}\0${table}`).digest('hex').slice(0, 16)}-`;
  const aside = join(folder, `${mark}${load}`);
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    try {
      return await work();
    } catch (cause) {
      throw tableError(cause, file);
    }
  };
  const handle = await attempt(async () => {
    await mkdir(folder, { recursive: true });
    await sweep(folder, mark);
    return open(aside, 'wx');
  });
  const discard = async (): Promise<void> => {
    await attempt(() => handle.close());
    await attempt(() => rm(aside, { force: true }));
  };
  try {
    await attempt(() => handle.writeFile(headerText({ load, schema })));
  } catch (error) {
    await discard();
    throw error;
  }
  return {
    write: (batch) => attempt(() => handle.writeFile(rowsText(schema, batch))),
    async prepare() {
      await attempt(() => handle.sync());
      await attempt(() => handle.close());
      return { intent: load };
    },
    finish: () =>
      attempt(async () => {
        await rename(aside, file);
        await syncFolder(folder);
      }),
    discard,
  };
}

/** Whether the table is the one that this load wrote: asked after a kill. */
export async function isTokenVisible(file: string, intent: Json): Promise<boolean> {
  try {
    return (await readHeader(file)).load === intent;
  } catch (error) {
    if (isEtlError(error) && error.code === 'NOT_FOUND') return false;
    throw error;
  }
}

/** What a killed run of the same load left. */
async function sweep(folder: string, mark: string): Promise<void> {
  for (const name of await readdir(folder)) if (name.startsWith(mark)) await rm(join(folder, name), { force: true });
}

/** Makes the rename itself durable; Windows has no way to ask for it. */
async function syncFolder(folder: string): Promise<void> {
  if (process.platform === 'win32') return;
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
