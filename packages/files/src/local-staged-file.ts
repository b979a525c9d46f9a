import { constants } from 'node:fs';
import { copyFile, open, rename, rm, stat, type FileHandle } from 'node:fs/promises';
import { dirname } from 'node:path';
import { EtlError, nativeCode } from '@etl/sdk';
import type { FileStat, StagedFile } from './byte-store.js';
import { fileError } from './file-error.js';

export interface LocalStage {
  /** Absolute path of the temporary. */
  readonly temporary: string;
  /** Absolute path of the target, symbolic links followed. */
  readonly target: string;
  /** As the store calls the target. */
  readonly path: string;
  /** Begin with the first bytes of this file. */
  readonly adopt?: { readonly from: string; readonly length: number };
  /** Take the temporary as it is. */
  readonly keep?: true;
}

/** Opens the temporary of a target: mode 0600 until it is published, then the mode of the file that it replaces, else what the umask leaves of 0666. */
export async function openLocalStage({ temporary, target, path, adopt, keep }: LocalStage): Promise<StagedFile> {
  const finalMode = await modeOf(target);
  if (adopt !== undefined) await copyStage(adopt.from, temporary, path);
  const handle = await openTemporary(temporary, adopt === undefined && keep === undefined ? 'w+' : 'r+', path);
  try {
    const { size } = await handle.stat();
    const length = adopt?.length ?? size;
    if (size < length)
      throw new EtlError('STAGING_LOST', `The unfinished file of ${path} holds fewer bytes than were saved`, { place: { file: path } });
    await handle.truncate(length);
    const mode = finalMode ?? (await umaskMode(temporary));
    await handle.chmod(0o600);
    return new LocalStagedFile({ temporary, target, path }, handle, mode, length);
  } catch (cause) {
    await handle.close();
    throw fileError(cause, path);
  }
}

async function copyStage(from: string, temporary: string, path: string): Promise<void> {
  try {
    await copyFile(from, temporary, constants.COPYFILE_FICLONE);
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT')
      throw new EtlError('STAGING_LOST', `The unfinished file of ${path} is no longer there`, { cause, place: { file: path } });
    throw fileError(cause, path);
  }
}

async function openTemporary(temporary: string, flags: 'w+' | 'r+', path: string): Promise<FileHandle> {
  try {
    return await open(temporary, flags, 0o600);
  } catch (cause) {
    throw fileError(cause, path);
  }
}

async function modeOf(path: string): Promise<number | null> {
  try {
    return (await stat(path)).mode & 0o7777;
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return null;
    throw fileError(cause, path);
  }
}

/** What the umask leaves of 0666, learnt from a file, since asking for the umask sets it for all threads. */
async function umaskMode(temporary: string): Promise<number> {
  const probe = `${temporary}.mode`;
  const handle = await open(probe, 'w', 0o666);
  try {
    return (await handle.stat()).mode & 0o7777;
  } finally {
    await handle.close();
    await rm(probe, { force: true });
  }
}

/** So many bytes go to the disk while further ones are written: the wait at the end is short. */
const storedAtOnce = 32 * 1024 * 1024;

class LocalStagedFile implements StagedFile {
  #length: number;
  #handle: FileHandle | null;
  #unstored = 0;
  #storing: Promise<void> | null = null;
  /** The system tells a failed write to the disk once only. */
  #failure: { readonly cause: unknown } | null = null;

  constructor(
    private readonly at: { readonly temporary: string; readonly target: string; readonly path: string },
    handle: FileHandle,
    private readonly mode: number,
    length: number,
  ) {
    this.#handle = handle;
    this.#length = length;
  }

  get length(): number {
    return this.#length;
  }

  async write(bytes: Uint8Array): Promise<void> {
    const handle = this.#open();
    try {
      let done = 0;
      while (done < bytes.length) {
        const { bytesWritten } = await handle.write(bytes, done, bytes.length - done, this.#length + done);
        done += bytesWritten;
      }
      this.#length += bytes.length;
      this.#unstored += bytes.length;
      if (this.#unstored >= storedAtOnce) this.#store(handle);
    } catch (cause) {
      throw fileError(cause, this.at.path);
    }
  }

  /** Begins to bring to the disk what is written; `#stored` tells how that went. */
  #store(handle: FileHandle): void {
    if (this.#storing !== null) return;
    this.#unstored = 0;
    this.#storing = handle
      .datasync()
      .catch((cause: unknown) => {
        this.#failure ??= { cause };
      })
      .finally(() => {
        this.#storing = null;
      });
  }

  /** All that was written is on the disk. */
  async #stored(handle: FileHandle): Promise<void> {
    await this.#storing;
    await handle.sync();
    if (this.#failure !== null) throw this.#failure.cause;
    this.#unstored = 0;
  }

  async copyTarget(length: number): Promise<void> {
    const handle = this.#open();
    try {
      await copyFile(this.at.target, this.at.temporary, constants.COPYFILE_FICLONE);
      await handle.chmod(0o600);
      await handle.truncate(length);
      this.#length = length;
    } catch (cause) {
      throw fileError(cause, this.at.path);
    }
  }

  async tail(size: number): Promise<Uint8Array> {
    const bytes = Buffer.alloc(Math.min(size, this.#length));
    const { bytesRead } = await this.#open().read(bytes, 0, bytes.length, this.#length - bytes.length);
    return bytes.subarray(0, bytesRead);
  }

  async sync(): Promise<number> {
    try {
      await this.#stored(this.#open());
      return this.#length;
    } catch (cause) {
      throw fileError(cause, this.at.path);
    }
  }

  async stat(): Promise<FileStat> {
    return localStat(this.at.path, await this.#open().stat({ bigint: true }));
  }

  async publish(): Promise<void> {
    const { temporary, target, path } = this.at;
    try {
      const handle = this.#open();
      await handle.chmod(this.mode);
      await this.#stored(handle);
      await this.close();
      await rename(temporary, target);
      await syncFolder(dirname(target));
    } catch (cause) {
      throw fileError(cause, path);
    }
  }

  async close(): Promise<void> {
    const handle = this.#handle;
    this.#handle = null;
    await this.#storing;
    await handle?.close();
  }

  async discard(): Promise<void> {
    await this.close();
    await rm(this.at.temporary, { force: true });
  }

  #open(): FileHandle {
    if (this.#handle === null) throw new EtlError('INTERNAL', `The unfinished file of ${this.at.path} is closed already`);
    return this.#handle;
  }
}

/** What was measured of a file of this machine; `version` is its inode, which a rename keeps. */
export const localStat = (path: string, { size, mtimeNs, ino }: { size: bigint; mtimeNs: bigint; ino: bigint }): FileStat => ({
  path,
  size: Number(size),
  modified: String(mtimeNs),
  version: String(ino),
});

/** Makes the names in a folder durable. */
export async function syncFolder(folder: string): Promise<void> {
  const handle = await open(folder, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}
