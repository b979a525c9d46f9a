import { stat } from 'node:fs/promises';
import { nativeCode } from '@etl/sdk';
import { fileError } from './file-error.js';
import { fileLines } from './file-lines.js';
import { rotatedName } from './rotating-file.js';

/** Lines of a log, from the oldest file that is kept. A log that was never written has none. */
export async function* readLog(file: string): AsyncGenerator<string> {
  for (const each of await logFiles(file)) {
    for await (const { text, ended } of fileLines(each.path)) if (ended) yield text;
  }
}

export interface LogFile {
  readonly path: string;
  readonly inode: bigint;
}

/** The files of a log that are there, the oldest first. */
export async function logFiles(file: string): Promise<LogFile[]> {
  const files: LogFile[] = [];
  for (let age = 0; ; age += 1) {
    const path = rotatedName(file, age);
    const inode = await inodeOf(path);
    // The current file may be missing for a moment while it is rotated.
    if (inode === null && age > 0) return files.reverse();
    if (inode !== null) files.push({ path, inode });
  }
}

async function inodeOf(path: string): Promise<bigint | null> {
  try {
    return (await stat(path, { bigint: true })).ino;
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return null;
    throw fileError(cause, 'read', path);
  }
}
