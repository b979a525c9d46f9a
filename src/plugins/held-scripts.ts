import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { packageAt, readTree, type Tree } from './npm-tree.js';

const manifest = z.looseObject({ allowScripts: z.record(z.string(), z.unknown()).optional().catch(undefined) });

/**
 * Names of packages whose install scripts did not run and might be wanted: nobody allowed them, and no plugin says of them that it works without
 * (`"allowScripts": {"name": false}` in its package.json, as npm has it).
 */
export async function heldScripts(folder: string, allowed: readonly string[]): Promise<string[]> {
  const tree = await readTree(folder);
  const settled = new Set([...allowed, ...(await notNeeded(folder, tree))]);
  const held = new Set<string>();
  for (const [location, entry] of Object.entries(tree)) {
    const name = packageAt(location, entry);
    if (entry.hasInstallScript === true && !settled.has(name) && (await manifestAt(folder, location)) !== null) held.add(name);
  }
  return [...held].sort();
}

/** What plugins, and the packages of ours that they share, say that they work without. */
async function notNeeded(folder: string, tree: Tree): Promise<string[]> {
  const own = Object.entries(tree).filter(
    ([location, entry]) => packageAt(location, entry).startsWith('@etl/') || entry.dependencies?.['@etl/sdk'] !== undefined,
  );
  const manifests = await Promise.all(own.map(([location]) => manifestAt(folder, location)));
  return manifests.flatMap((found) =>
    Object.entries(found?.allowScripts ?? {}).flatMap(([name, allows]) => (allows === false ? [name] : [])),
  );
}

/** Null for a package that is not there, such as one for another system. */
async function manifestAt(folder: string, location: string): Promise<z.infer<typeof manifest> | null> {
  const text = await readFile(join(folder, location, 'package.json'), 'utf8').catch(() => null);
  return text === null ? null : manifest.parse(JSON.parse(text));
}
