import { EtlError, type Cursor } from '@etl/sdk';
import type { ByteStore, FileStat } from './byte-store.js';
import { identify, isUnchanged, type FileIdentity } from './file-identity.js';

/** The files that were loaded, by path: the cursor of a file extract. It only grows, so that a file that comes back is not loaded twice. */
export type FileCursor = { readonly files: { readonly [path: string]: FileIdentity } };

export const changedPolicies = ['refuse', 'reload', 'ignore'] as const;
export type ChangedPolicy = (typeof changedPolicies)[number];

export interface IdentifiedFile extends FileStat {
  readonly identity: FileIdentity;
}

export interface NewFiles {
  readonly files: readonly IdentifiedFile[];
  readonly until: FileCursor;
}

/** Cursors are made here alone. */
const asCursor = (cursor: Cursor | null): FileCursor => (cursor as FileCursor | null) ?? { files: {} };

/** The files that the cursor does not have yet. Throws CONFLICT where one of those loaded holds something else now. */
export async function newFiles(
  store: ByteStore,
  found: readonly FileStat[],
  since: Cursor | null,
  changed: ChangedPolicy,
): Promise<NewFiles> {
  const known = new Map(Object.entries(asCursor(since).files));
  const paths = new Set(found.map(({ path }) => path));
  const files: IdentifiedFile[] = [];
  const until = new Map(known);
  for (const file of found) {
    const before = known.get(file.path);
    if (before !== undefined && (await isUnchanged(store, file, before))) continue;
    if (before !== undefined && changed === 'refuse') throw changedFile(file, before);
    if (before !== undefined && changed === 'ignore') continue;
    const identity = await identify(store, file);
    until.set(file.path, identity);
    if (before === undefined && wasMoved(identity, known, paths)) continue;
    files.push({ ...file, identity });
  }
  return { files, until: { files: Object.fromEntries(until) } };
}

/** A file of a new name that holds what one held that is gone from its place. */
function wasMoved({ size, digest }: FileIdentity, known: ReadonlyMap<string, FileIdentity>, paths: ReadonlySet<string>): boolean {
  if (size === 0) return false;
  for (const [path, identity] of known) if (!paths.has(path) && identity.digest === digest && identity.size === size) return true;
  return false;
}

function changedFile({ path, size }: FileStat, before: FileIdentity): EtlError {
  const how = size > before.size ? `grew from ${before.size} to ${size} bytes` : 'holds something else';
  return new EtlError('CONFLICT', `${path} was loaded already and ${how} since`, {
    place: { file: path },
    hint: 'Deliver new rows in new files. `changed: reload` loads all of the file once more, `changed: ignore` leaves it as it was loaded',
  });
}
