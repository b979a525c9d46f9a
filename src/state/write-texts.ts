import { randomBytes } from 'node:crypto';
import { link, open, rename, rm } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EtlError, nativeCode } from '@etl/sdk';
import { syncFolder } from './durable-file.js';
import { fileError } from './file-error.js';

/**
 * Writes a stream of texts as one new file (0600) that is there whole or not at all; answers how many texts it took. Throws CONFLICT where the
 * file is there and may not be replaced.
 */
export async function writeTexts(path: string, texts: AsyncIterable<string>, { replace }: { readonly replace: boolean }): Promise<number> {
  const temporary = join(dirname(path), `.${basename(path).slice(0, 100)}.${randomBytes(6).toString('hex')}.tmp`);
  let count = 0;
  try {
    const handle = await open(temporary, 'wx', 0o600);
    try {
      for await (const text of texts) {
        await handle.writeFile(text);
        count += 1;
      }
      await handle.sync();
    } finally {
      await handle.close();
    }
    // A link, unlike a rename, never replaces a file that is there.
    await (replace ? rename(temporary, path) : link(temporary, path));
    await syncFolder(dirname(path));
    return count;
  } catch (cause) {
    if (nativeCode(cause) !== 'EEXIST') throw fileError(cause, 'write', path);
    throw new EtlError('CONFLICT', `${path} is already there`, { hint: 'Choose another name, or replace it with --force', cause });
  } finally {
    await rm(temporary, { force: true });
  }
}
