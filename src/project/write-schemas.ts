import { randomUUID } from 'node:crypto';
import { open, readFile, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, messageOf, nativeCode } from '@etl/sdk';
import type { Job } from './job.js';
import { schemasPath, type Schemas } from './read-schemas.js';
import { schemasText } from './schemas-text.js';

/**
 * Writes the columns of a job's extracts into its schemas.yaml. Comments, order and what did not change stay; datasets that are not given are
 * removed. The file is replaced in one step, and not touched where nothing changes. Throws CONFIG_INVALID where the file there cannot be read.
 */
export async function writeSchemas(job: Pick<Job, 'directory' | 'file'>, schemas: Schemas): Promise<void> {
  const path = join(job.directory, 'schemas.yaml');
  const before = await readFile(path, 'utf8').catch((cause: unknown) => {
    if (nativeCode(cause) === 'ENOENT') return null;
    throw new EtlError('CONFIG_INVALID', `${schemasPath(job)} cannot be read: ${messageOf(cause)}`, { cause });
  });
  const after = schemasText(before, schemas, schemasPath(job));
  if (after !== before) await replaceFile(path, after);
}

/** Writes a file beside its place and renames it there, so that a reader sees the old text or the new. */
export async function replaceFile(path: string, text: string): Promise<void> {
  const temporary = `${path}.${randomUUID().slice(0, 8)}.tmp`;
  try {
    const file = await open(temporary, 'wx');
    try {
      await file.writeFile(text);
      await file.sync();
    } finally {
      await file.close();
    }
    await rename(temporary, path);
  } catch (cause) {
    await rm(temporary, { force: true });
    const code = nativeCode(cause) === 'ENOSPC' ? 'DISK_FULL' : 'PERMISSION_DENIED';
    throw new EtlError(code, `${path} cannot be written: ${messageOf(cause)}`, {
      cause,
      hint: 'Look at the folder, its owner and the space left',
    });
  }
}
