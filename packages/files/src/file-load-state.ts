import { createHash } from 'node:crypto';
import { noCounts, type Commit, type Json, type LoadCounts, type LoadDocument } from '@etl/sdk';
import type { ByteStore, StagedFile } from './byte-store.js';
import type { SavedFile } from './open-sink.js';
import { readHead } from './source-file.js';

/** What is about to become visible, so that a kill before and behind that step can be told apart. */
export type Publishing = {
  readonly run: string;
  readonly counts: LoadCounts;
  readonly summary: Json;
  readonly cursors: { readonly [dataset: string]: Json };
  readonly path: string;
  readonly size: number;
  readonly version: string;
  /** Of the last bytes: finds them again where another program has appended since. */
  readonly tail: string;
  readonly append: boolean;
};

/** What a file load keeps in its document. */
export type FileIntent = {
  /** The stage that the run in progress writes to. */
  readonly stage: { readonly path: string; readonly key: string } | null;
  readonly saved: SavedFile | null;
  readonly publishing: Publishing | null;
};

/** Documents of file loads are written here alone. */
export const intentOf = (document: LoadDocument): FileIntent =>
  (document.intent as FileIntent | null) ?? { stage: null, saved: null, publishing: null };

const tailSize = 1 << 16;

export async function publishingOf(
  staged: StagedFile,
  { commit, path, append }: { commit: Commit; path: string; append: boolean },
): Promise<Publishing> {
  const { size, version } = await staged.stat();
  const { run, rows, summary, cursors } = commit;
  return {
    run,
    counts: { ...noCounts, in: rows, inserted: rows },
    summary,
    cursors,
    path,
    size,
    version,
    tail: digest(await staged.tail(tailSize)),
    append,
  };
}

const digest = (bytes: Uint8Array): string => createHash('sha256').update(bytes).digest('hex');

/** Whether the file of an interrupted publish did become visible. */
export async function isVisible(store: ByteStore, { path, size, version, tail, append }: Publishing): Promise<boolean> {
  const now = await store.stat(path);
  if (now === null || now.size < size) return false;
  if (now.version === version && now.size === size) return true;
  // a file that was replaced anew is written once more without harm; rows that another program has appended to are not
  if (!append) return false;
  const from = Math.max(0, size - tailSize);
  const reader = await store.open(path, from);
  try {
    return digest((await readHead(reader, size - from)).bytes) === tail;
  } finally {
    await reader.close();
  }
}

/** The document behind a publish. */
export const afterPublish = (document: LoadDocument, { run, counts, summary, cursors }: Publishing, epoch: number): LoadDocument => ({
  epoch,
  cursors: { ...document.cursors, ...cursors },
  published: { run, counts, summary },
  unfinished: null,
  intent: null,
});
