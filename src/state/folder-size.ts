import { lstat, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { nativeCode } from '@etl/sdk';
import { fileError } from './file-error.js';

/** Bytes of all files in a folder, or of one file; links are not followed. What vanishes meanwhile counts nothing. */
export async function folderSize(path: string): Promise<number> {
  try {
    const found = await lstat(path);
    if (!found.isDirectory()) return found.size;
    let bytes = 0;
    for (const name of await readdir(path)) bytes += await folderSize(join(path, name));
    return bytes;
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return 0;
    throw fileError(cause, 'read', path);
  }
}
