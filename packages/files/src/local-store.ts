import { createHash } from 'node:crypto';
import { mkdir, open, opendir, realpath, rm, stat, type FileHandle } from 'node:fs/promises';
import { basename, dirname, isAbsolute, join, relative, resolve, sep } from 'node:path';
import { EtlError, nativeCode } from '@etl/sdk';
import type { ByteReader, ByteStore, FileStat, StageOptions, StagedFile } from './byte-store.js';
import { fileError } from './file-error.js';
import { localStat, openLocalStage, syncFolder } from './local-staged-file.js';

const stageMark = '.etl-stage-';

/** A folder of this machine. `root` is absolute; symbolic links below it are followed. */
export function localStore(root: string): ByteStore {
  const inside = (path: string): string => containedPath(root, path);
  const stagePath = async (path: string, key: string): Promise<string> => {
    const target = await targetOf(inside(path), path);
    await makeFolder(dirname(target), path);
    return temporaryOf(target, key);
  };
  return {
    name: root,
    list: (folder) => listFiles(root, inside(folder)),
    async stat(path) {
      const found = await statOrNull(inside(path), path);
      return found === null ? null : localStat(path, found);
    },
    open: (path, from = 0) => openReader(inside(path), path, from),
    async stage(path, { key, adopt, keep }: StageOptions): Promise<StagedFile> {
      const temporary = await stagePath(path, key);
      const from = adopt && { from: await stagePath(path, adopt.key), length: adopt.length };
      return openLocalStage({
        temporary,
        target: await targetOf(inside(path), path),
        path,
        ...(from && { adopt: from }),
        ...(keep && { keep }),
      });
    },
    async unstage(path, key) {
      await rm(temporaryOf(await targetOf(inside(path), path), key), { force: true });
    },
    async remove(path) {
      try {
        await rm(inside(path), { force: true });
      } catch (cause) {
        throw fileError(cause, path);
      }
    },
    local: { path: inside, stagePath },
  };
}

/** The absolute path of `path` in `root`. Throws CONFIG_INVALID where it leads out of it. */
export function containedPath(root: string, path: string): string {
  const full = resolve(root, path);
  const way = relative(root, full);
  if (path.includes('\0') || way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way))
    throw new EtlError('CONFIG_INVALID', `${path} leads out of the connection's folder ${root}`, {
      hint: 'Set `path:` of the connection in etl.yaml to a folder above both, and name the file from there',
    });
  return full;
}

const temporaryOf = (target: string, key: string): string =>
  join(
    dirname(target),
    `${stageMark}${createHash('sha256')
      .update(`${basename(target)}\0${key}`)
      .digest('hex')
      .slice(0, 20)}`,
  );

/** A link is written through, so that it stays a link. */
async function targetOf(full: string, path: string): Promise<string> {
  try {
    return await realpath(full);
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return full;
    throw fileError(cause, path);
  }
}

async function makeFolder(folder: string, path: string): Promise<void> {
  try {
    const first = await mkdir(folder, { recursive: true });
    if (first !== undefined) await syncFolder(dirname(first));
  } catch (cause) {
    throw fileError(cause, path);
  }
}

async function statOrNull(full: string, path: string): Promise<{ size: bigint; mtimeNs: bigint; ino: bigint } | null> {
  try {
    const found = await stat(full, { bigint: true });
    if (found.isDirectory())
      throw new EtlError('CONFIG_INVALID', `${path} is a folder, not a file`, { hint: `Write ${path}/*.csv for the files in it` });
    return found;
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT' || nativeCode(cause) === 'ENOTDIR') return null;
    throw fileError(cause, path);
  }
}

async function* listFiles(root: string, folder: string): AsyncGenerator<FileStat> {
  let entries;
  try {
    entries = await opendir(folder, { recursive: true });
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT' || nativeCode(cause) === 'ENOTDIR') return;
    throw fileError(cause, folder);
  }
  for await (const entry of entries) {
    if (entry.isDirectory() || entry.name.startsWith(stageMark)) continue;
    const full = join(entry.parentPath, entry.name);
    const path = relative(root, full).split(sep).join('/');
    const found = await stat(full, { bigint: true }).catch(() => null);
    if (found?.isFile() === true) yield localStat(path, found);
  }
}

async function openReader(full: string, path: string, from: number): Promise<ByteReader> {
  let handle: FileHandle | null;
  try {
    handle = await open(full, 'r');
  } catch (cause) {
    throw fileError(cause, path);
  }
  let at = from;
  return {
    async read(into) {
      if (handle === null) throw new EtlError('INTERNAL', `${path} is read after it was closed`);
      try {
        const { bytesRead } = await handle.read(into, 0, into.length, at);
        at += bytesRead;
        return bytesRead;
      } catch (cause) {
        throw fileError(cause, path);
      }
    },
    async close() {
      const open = handle;
      handle = null;
      await open?.close();
    },
  };
}
