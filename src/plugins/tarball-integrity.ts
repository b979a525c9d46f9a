import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';

/** `sha512-…` of a file, as npm writes it. */
export const integrityOf = async (path: string): Promise<string> =>
  `sha512-${createHash('sha512').update(await readFile(path)).digest('base64')}`; // prettier-ignore
