import { rm } from 'node:fs/promises';
import { fileError } from './file-error.js';
import { listManifests } from './list-manifests.js';
import type { CleanItem } from './plan-clean.js';

export interface Cleaned {
  readonly removed: readonly CleanItem[];
  /** Left, since a run has taken them up in the meantime. */
  readonly kept: readonly CleanItem[];
}

/** Removes what `planClean` found. Looks again, right before each, that its run was not taken up meanwhile. */
export async function clean(etl: string, items: readonly CleanItem[]): Promise<Cleaned> {
  const removed: CleanItem[] = [];
  const kept: CleanItem[] = [];
  for (const item of items) {
    const taken = item.run !== null && (await listManifests(etl)).some(({ manifest }) => manifest.run === item.run);
    if (!taken) await remove(item.path);
    (taken ? kept : removed).push(item);
  }
  return { removed, kept };
}

async function remove(path: string): Promise<void> {
  try {
    await rm(path, { recursive: true, force: true });
  } catch (cause) {
    throw fileError(cause, 'remove', path);
  }
}
