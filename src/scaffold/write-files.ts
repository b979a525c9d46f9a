import { lstat, mkdir, readFile, realpath, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join, sep } from 'node:path';
import { EtlError, nativeCode } from '@etl/sdk';
import type { ScaffoldFile } from './scaffold-file.js';

export interface WriteOptions {
  /** Replace files that are there with other content. */
  readonly force: boolean;
}

export interface WrittenFiles {
  readonly written: readonly string[];
  /** There already, with the same content. */
  readonly unchanged: readonly string[];
}

/** Writes all files or none: refuses first, naming each file that is in the way. Throws CONFLICT. */
export async function writeFiles(directory: string, files: readonly ScaffoldFile[], { force }: WriteOptions): Promise<WrittenFiles> {
  const states = await Promise.all(files.map(async (file) => ({ file, state: await stateOf(directory, file) })));
  const inTheWay = states.filter(({ file, state }) => state === 'other' && file.replaces !== true).map(({ file }) => file.path);
  if (inTheWay.length > 0 && !force)
    throw new EtlError(
      'CONFLICT',
      `Nothing was written, since these files are there already:\n${inTheWay.map((path) => `  ${path}`).join('\n')}`,
      {
        hint: 'Choose another name, move them away, or replace them with --force',
      },
    );
  const toWrite = states.filter(({ state }) => state !== 'same').map(({ file }) => file);
  for (const file of toWrite) await writeWhole(directory, file);
  return {
    written: toWrite.map(({ path }) => path),
    unchanged: states.filter(({ state }) => state === 'same').map(({ file }) => file.path),
  };
}

async function stateOf(directory: string, { path, content }: ScaffoldFile): Promise<'absent' | 'same' | 'other'> {
  const target = join(directory, path);
  const found = await lstat(target).catch((error: unknown) => {
    if (nativeCode(error) === 'ENOENT') return null;
    if (nativeCode(error) === 'ENOTDIR')
      throw new EtlError('CONFLICT', `A file stands where a folder is needed for ${path}`, { hint: 'Choose another name or move it away' });
    throw error;
  });
  if (found === null) return 'absent';
  if (!found.isFile())
    throw new EtlError('CONFLICT', `${path} is there already and is no file`, { hint: 'Choose another name or move it away' });
  return (await readFile(target, 'utf8')) === content ? 'same' : 'other';
}

/** Under another name first, so that nobody ever reads half a file. */
async function writeWhole(directory: string, { path, content }: ScaffoldFile): Promise<void> {
  const target = join(directory, path);
  await mkdir(dirname(target), { recursive: true, mode: path.startsWith('.etl/') ? 0o700 : 0o777 });
  await refuseOutside(directory, dirname(target), path);
  const temporary = `${target}.etl-new`;
  try {
    await writeFile(temporary, content, { flag: 'w' });
    await rename(temporary, target);
  } catch (error) {
    await rm(temporary, { force: true });
    throw error;
  }
}

/** A folder of the project may be a link to somewhere else: nothing is written there. */
async function refuseOutside(directory: string, folder: string, path: string): Promise<void> {
  const [root, real] = await Promise.all([realpath(directory), realpath(folder)]);
  if (real === root || real.startsWith(root + sep)) return;
  throw new EtlError('CONFLICT', `${path} would be written outside of the project`, {
    hint: 'Its folder is a link; replace the link by a folder',
  });
}
