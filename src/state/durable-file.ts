import { randomBytes } from 'node:crypto';
import { mkdir, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { nativeCode } from '@etl/sdk';
import { fileError } from './file-error.js';

/** The ending of a file that is being written; a killed process leaves it behind and `etl clean` removes it. */
export const temporaryEnding = '.tmp';

/** Makes the folder and its parents, for this user alone (0700). */
export async function makePrivateFolder(path: string): Promise<void> {
  try {
    await mkdir(path, { recursive: true, mode: 0o700 });
  } catch (cause) {
    throw fileError(cause, 'make the folder', path);
  }
}

/** Makes names in a folder (new, renamed, removed files) survive a power cut. */
export async function syncFolder(path: string): Promise<void> {
  if (process.platform === 'win32') return; // Windows cannot open a folder; NTFS journals names itself
  const handle = await open(path, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/**
 * Replaces a file as one step (0600): a reader, also after a kill or a power cut, meets the old text or the new one, never a part.
 * Durable when it returns. Throws DISK_FULL and PERMISSION_DENIED; the old text is then still there.
 */
export async function writeDurably(path: string, text: string): Promise<void> {
  const folder = dirname(path);
  await makePrivateFolder(folder);
  const temporary = join(folder, `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}${temporaryEnding}`);
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      await handle.writeFile(text);
      await handle.sync();
    } finally {
      await handle.close();
    }
    await rename(temporary, path);
    await syncFolder(folder);
  } catch (cause) {
    await rm(temporary, { force: true }).catch(() => undefined); // the first error is the one to tell; clean removes what is left
    throw fileError(cause, 'write', path);
  }
}

/** Removes a file so that it stays removed; one that is not there is fine. */
export async function removeDurably(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
    await syncFolder(dirname(path));
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return;
    throw fileError(cause, 'remove', path);
  }
}
