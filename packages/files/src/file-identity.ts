import { createHash } from 'node:crypto';
import type { ByteStore, FileStat } from './byte-store.js';

/** Which file it was, and what it held: kept in plans and cursors. */
export type FileIdentity = {
  readonly size: number;
  readonly modified: string;
  readonly version: string;
  /** Of all bytes up to 3 MiB, else of 1 MiB each at start, middle and end. */
  readonly digest: string;
};

const piece = 1 << 20;

export async function identify(store: ByteStore, { path, size, modified, version }: FileStat): Promise<FileIdentity> {
  return { size, modified, version, digest: await digestOf(store, path, size) };
}

async function digestOf(store: ByteStore, path: string, size: number): Promise<string> {
  const hash = createHash('sha256');
  const starts = size <= 3 * piece ? [0] : [0, Math.floor((size - piece) / 2), size - piece];
  const length = size <= 3 * piece ? size : piece;
  const buffer = Buffer.allocUnsafeSlow(Math.max(1, Math.min(length, piece)));
  for (const start of starts) {
    const reader = await store.open(path, start);
    try {
      for (let left = length; left > 0;) {
        const read = await reader.read(buffer.subarray(0, Math.min(left, buffer.length)));
        if (read === 0) break;
        hash.update(buffer.subarray(0, read));
        left -= read;
      }
    } finally {
      await reader.close();
    }
  }
  return hash.digest('hex');
}

/** Whether a file is the one of this identity, and holds the same. A copy or a new time alone makes it no other. */
export async function isUnchanged(store: ByteStore, now: FileStat, { size, modified, version, digest }: FileIdentity): Promise<boolean> {
  if (now.size !== size) return false;
  if (now.modified === modified && now.version === version) return true;
  return (await digestOf(store, now.path, size)) === digest;
}
