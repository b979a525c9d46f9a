import { messageOf, isEtlError, nativeCode, type LayerResult } from '@etl/sdk';
import { access, constants, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import type { DatabaseHolder } from './database-holder.js';

/** Folder, file, database, permission: ends behind the first that fails. */
export async function* checkLayers(holder: DatabaseHolder): AsyncGenerator<LayerResult> {
  const { path, options } = holder;
  const layers: readonly (readonly [string, () => Promise<string>])[] = [
    ['folder', () => checkFolder(path)],
    ['file', () => checkFile(path, options.read_only)],
    ['database', () => checkDatabase(holder)],
    ['permission', async () => (options.read_only ? 'reads only' : checkWritable(path))],
  ];
  for (const [layer, check] of layers) {
    try {
      yield { layer, ok: true, detail: await check() };
    } catch (error) {
      yield { layer, ok: false, detail: messageOf(error), hint: hintOf(error) };
      return;
    }
  }
}

function hintOf(error: unknown): string {
  if (isEtlError(error) && error.hint !== undefined) return error.hint;
  switch (nativeCode(error)) {
    case 'ENOENT':
      return 'Correct the path of the connection, or create the folder';
    case 'EACCES':
    case 'EROFS':
      return 'Give this user the right to the file and its folder, or write read_only: true';
    default:
      return 'Correct the path of the connection';
  }
}

async function checkFolder(path: string): Promise<string> {
  const folder = dirname(path);
  await access(folder, constants.R_OK);
  return folder;
}

async function checkFile(path: string, readOnly: boolean): Promise<string> {
  try {
    const { size } = await stat(path);
    return `${path}, ${size} bytes`;
  } catch (error) {
    if (nativeCode(error) !== 'ENOENT' || readOnly) throw error;
    return `${path} does not exist yet: the first load makes it`;
  }
}

/** Opening a file that is not there would make it: a check changes nothing. */
async function checkDatabase(holder: DatabaseHolder): Promise<string> {
  if (!(await holder.exists())) return 'nothing to open yet';
  return holder.with(async (session) => {
    const [row] = await session.rows('select version() as version');
    return `DuckDB ${String(row?.['version'] ?? '')}`;
  });
}

async function checkWritable(path: string): Promise<string> {
  const target = await stat(path).then(
    () => path,
    () => dirname(path),
  );
  await access(target, constants.W_OK);
  return 'reads and writes';
}
