import { createHash } from 'node:crypto';
import { realpath } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { EtlError, nativeCode, type Json } from '@etl/sdk';
import { addressLock } from './address-lock.js';
import { makePrivateFolder } from './durable-file.js';
import { fileError } from './file-error.js';
import { askFolderLock, folderLock } from './folder-lock.js';
import type { Attempt } from './lock-attempt.js';
import { askSocket } from './socket-answer.js';

export interface LockWait {
  /** Milliseconds until the answer is given up on; 0: one attempt. */
  readonly wait: number;
  readonly signal?: AbortSignal;
}

/**
 * One attempt to hold the lock that a folder stands for. At most one process on this machine holds it, also across containers that share
 * the folder; the kernel frees it when the holder ends, killed or not. `holder` is what the present holder gave as its answer.
 */
export async function tryLocalLock(folder: string, answer: Json): Promise<Attempt> {
  if (process.platform === 'win32') return addressLock(windowsPipe(folder), answer);
  await makePrivateFolder(folder);
  try {
    return await folderLock(folder, answer);
  } catch (cause) {
    const address = await withoutSockets(folder, cause);
    if (address === null) throw fileError(cause, 'lock', folder);
    return addressLock(address, answer);
  }
}

/** Like `tryLocalLock`, again and again until it is free or the time is up. Throws CANCELLED when the signal fires. */
export async function waitForLocalLock(folder: string, answer: Json, { wait, signal }: LockWait): Promise<Attempt> {
  const until = performance.now() + wait;
  for (let pause = 5; ; pause = Math.min(pause * 1.5, 500)) {
    if (signal?.aborted) throw cancelled(signal.reason);
    const attempt = await tryLocalLock(folder, answer);
    const left = until - performance.now();
    if ('lock' in attempt || left <= 0) return attempt;
    try {
      await sleep(Math.min(left, pause * (0.5 + Math.random())), undefined, { ...(signal && { signal }) });
    } catch (cause) {
      throw cancelled(cause);
    }
  }
}

/** The answer of the process that holds the lock, or undefined when it is free. Takes nothing and changes nothing. */
export async function askLocalLock(folder: string): Promise<Json | undefined> {
  if (process.platform === 'win32') return askSocket(windowsPipe(folder));
  const holder = await askFolderLock(folder);
  if (holder !== undefined || process.platform !== 'linux') return holder;
  const address = await abstractAddress(folder).catch(() => null); // no folder: nobody ever locked it
  return address === null ? undefined : askSocket(address);
}

const cancelled = (cause: unknown): EtlError => new EtlError('CANCELLED', 'Interrupted while waiting for a lock', { cause });

/** Some file systems (FAT, shared folders of virtual machines) hold no sockets; Linux has names without files for them. */
async function withoutSockets(folder: string, cause: unknown): Promise<string | null> {
  const refused = ['ENOTSUP', 'EOPNOTSUPP', 'ENOSYS', 'EPERM'].includes(nativeCode(cause) ?? '');
  return refused && process.platform === 'linux' ? abstractAddress(folder) : null;
}

const hashed = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 40);
const abstractAddress = async (folder: string): Promise<string> => `\0etl-${hashed(await realpath(folder))}`;
const windowsPipe = (folder: string): string => `\\\\.\\pipe\\etl-${hashed(folder.toLowerCase())}`;
