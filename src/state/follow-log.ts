import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { nativeCode } from '@etl/sdk';
import { fileError } from './file-error.js';
import { logFiles } from './read-log.js';

export interface FollowOptions {
  readonly signal: AbortSignal;
  /** Whether the run still writes. After the first no, what is left is read and the lines end. */
  readonly isRunning: () => Promise<boolean>;
  /** Milliseconds between two looks. */
  readonly pause?: number;
}

interface OpenFile {
  readonly handle: FileHandle;
  readonly inode: bigint;
}

/** Lines of a log from its oldest file, then as they are written, also over rotations, until the run ends or the signal fires. */
export async function* followLog(file: string, { signal, isRunning, pause = 200 }: FollowOptions): AsyncGenerator<string> {
  let current: OpenFile | null = null;
  const lines = new LineSplitter();
  try {
    for (let ended = false; !ended && !signal.aborted;) {
      ended = !(await isRunning());
      for (;;) {
        const next: OpenFile | null = await openNext(file, current?.inode ?? null);
        // Read behind the look for the next file: what was written before the rotation is then all there.
        if (current !== null) yield* lines.split(await readRest(current.handle));
        if (next === null) break;
        await current?.handle.close();
        current = next;
      }
      if (!ended) await sleep(pause, undefined, { signal }).catch(() => undefined); // the loop looks at the signal itself
    }
  } finally {
    await current?.handle.close();
  }
}

/** The file behind the one that is open; null when that is the newest. */
async function openNext(file: string, inode: bigint | null): Promise<OpenFile | null> {
  const files = await logFiles(file);
  const at = files.findIndex((each) => each.inode === inode);
  const next = files[at + 1];
  if (next === undefined) return null;
  try {
    const handle = await open(next.path, 'r');
    const opened = { handle, inode: (await handle.stat({ bigint: true })).ino };
    if (opened.inode === next.inode) return opened;
    await handle.close(); // rotated in between
  } catch (cause) {
    if (nativeCode(cause) !== 'ENOENT') throw fileError(cause, 'read', next.path);
  }
  return openNext(file, inode);
}

async function readRest(handle: FileHandle): Promise<Buffer> {
  const parts: Buffer[] = [];
  for (;;) {
    const { bytesRead, buffer } = await handle.read(Buffer.allocUnsafe(65_536), 0, 65_536, null);
    if (bytesRead === 0) return Buffer.concat(parts);
    parts.push(buffer.subarray(0, bytesRead));
  }
}

/** Joins the pieces of a line, also when a character is cut in two. */
class LineSplitter {
  #rest = Buffer.alloc(0);

  *split(bytes: Buffer): Generator<string> {
    let rest = Buffer.concat([this.#rest, bytes]);
    for (let at = rest.indexOf(0x0a); at !== -1; at = rest.indexOf(0x0a)) {
      yield rest.subarray(0, at).toString('utf8');
      rest = rest.subarray(at + 1);
    }
    this.#rest = rest;
  }
}
