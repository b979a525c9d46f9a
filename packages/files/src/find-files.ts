import { EtlError } from '@etl/sdk';
import type { ByteStore, FileStat } from './byte-store.js';
import { globFolder, globMatcher, isGlob } from './glob.js';

/** A path as stores know it: from the root, with `/`, without `.`. Paths that lead out of the root are the store's to refuse. */
export const storePath = (path: string): string =>
  path
    .split('/')
    .filter((part, at) => part !== '.' && (part !== '' || at === 0))
    .join('/');

/** The files that a path or pattern names, sorted by path. Throws NOT_FOUND with what lies near. */
export async function findFiles(store: ByteStore, given: string): Promise<readonly FileStat[]> {
  const pattern = storePath(given);
  const exact = await store.stat(pattern).catch((error: unknown) => {
    if (isGlob(pattern)) return null;
    throw error;
  });
  if (exact !== null) return [exact];
  const folder = globFolder(pattern);
  const matches = globMatcher(pattern);
  const found: FileStat[] = [];
  const others: string[] = [];
  for await (const file of store.list(folder)) {
    if (isGlob(pattern) && matches(file.path)) found.push(file);
    else if (others.length < 10_000) others.push(file.path);
  }
  if (found.length > 0) return found.sort((a, b) => (a.path < b.path ? -1 : 1));
  throw notFound(store, pattern, others);
}

function notFound(store: ByteStore, pattern: string, others: readonly string[]): EtlError {
  const message = isGlob(pattern) ? `No file matches ${pattern} in ${store.name}` : `There is no file ${pattern} in ${store.name}`;
  const near = nearest(pattern, others);
  const hint =
    near.length > 0 ? `Near it: ${near.join(', ')}` : 'Paths begin at the folder of the connection (its `path`, by default the project)';
  return new EtlError('NOT_FOUND', message, { hint, place: { file: pattern } });
}

/** Up to three paths that look like it. */
function nearest(pattern: string, paths: readonly string[]): string[] {
  return paths
    .map((path) => ({ path, distance: editDistance(pattern.toLowerCase(), path.toLowerCase()) }))
    .filter(({ path, distance }) => distance <= Math.max(3, path.length / 3))
    .sort((a, b) => a.distance - b.distance || (a.path < b.path ? -1 : 1))
    .slice(0, 3)
    .map(({ path }) => path);
}

function editDistance(a: string, b: string): number {
  if (Math.abs(a.length - b.length) > 40) return Infinity;
  let row = Array.from({ length: b.length + 1 }, (_, at) => at);
  for (const [i, left] of Array.from(a).entries()) {
    const next = [i + 1];
    for (const [j, right] of Array.from(b).entries())
      next.push(Math.min((row[j + 1] ?? 0) + 1, (next[j] ?? 0) + 1, (row[j] ?? 0) + (left === right ? 0 : 1)));
    row = next;
  }
  return row[b.length] ?? Infinity;
}
