import { access, constants, opendir, stat } from 'node:fs/promises';
import { messageOf, nativeCode, type LayerResult } from '@etl/sdk';

/** Tests a folder layer by layer: it is there, it can be listed, it can be written to. A folder that only gives is fine as a source. */
export async function* checkFolder(folder: string): AsyncGenerator<LayerResult> {
  const found = await folderFault(folder);
  yield found ?? { layer: 'folder', ok: true, detail: folder };
  if (found !== null) return;
  const unreadable = await readFault(folder);
  yield unreadable ?? { layer: 'read', ok: true };
  if (unreadable !== null) return;
  const canWrite = await access(folder, constants.W_OK).then(
    () => true,
    () => false,
  );
  yield { layer: 'write', ok: true, detail: canWrite ? 'can be a source and a target' : 'read-only: can be a source, not a target' };
}

async function folderFault(folder: string): Promise<LayerResult | null> {
  try {
    if ((await stat(folder)).isDirectory()) return null;
    return {
      layer: 'folder',
      ok: false,
      detail: `${folder} is a file`,
      hint: 'Set `path` of the connection to the folder that it lies in',
    };
  } catch (cause) {
    const isMissing = nativeCode(cause) === 'ENOENT';
    return {
      layer: 'folder',
      ok: false,
      detail: isMissing ? `${folder} does not exist` : messageOf(cause),
      hint: isMissing ? `Make it (mkdir -p '${folder}'), or set \`path\` of the connection` : 'Give this user the right to enter it',
    };
  }
}

async function readFault(folder: string): Promise<LayerResult | null> {
  try {
    const handle = await opendir(folder);
    await handle.close();
    return null;
  } catch (cause) {
    return { layer: 'read', ok: false, detail: messageOf(cause), hint: 'Give this user the right to list it' };
  }
}
