import { access } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, isEtlError } from '@etl/sdk';
import { z } from 'zod';
import type { PluginSource } from '../registry/index.js';
import { readJsonDocument } from '../state/json-document.js';
import { writeDurably } from '../state/durable-file.js';
import { builtinOf, builtinPlugins } from './builtin-plugins.js';
import { currentSet, lockFile } from './plugin-home.js';
import { packageAt, readTree, tree, type Tree } from './npm-tree.js';
import { installedPlugin, readSetFolder, type InstalledPlugin, type PluginSet } from './plugin-set.js';

const lockedPlugin = installedPlugin.omit({ root: true, name: true });

/**
 * etl.lock: exactly which connectors the jobs of a project can use, those that come with etl and those that are installed. Addresses are never in
 * it: every machine has its own.
 */
const lockDocument = z.object({
  version: z.literal(1),
  builtin: builtinPlugins,
  plugins: z.record(z.string(), lockedPlugin),
  tree,
});

export type EtlLock = z.infer<typeof lockDocument>;

/** The lock of a project, or null. Throws CONFIG_INVALID for a damaged one. */
export async function readLock(project: string): Promise<EtlLock | null> {
  const cure = 'Take etl.lock from version control, or remove it and install the plugins again';
  try {
    return await readJsonDocument(join(project, lockFile), { what: 'The lock of the plugins', schema: lockDocument, cure });
  } catch (cause) {
    // It is a file of the project, as etl.yaml is
    if (!isEtlError(cause) || cause.code !== 'DATA_INVALID') throw cause;
    throw new EtlError('CONFIG_INVALID', cause.message, { cause, hint: cure, place: { file: lockFile } });
  }
}

/** What a lock is held against. */
export interface InstalledWorld {
  readonly home: string;
  /** The plugins that come with the CLI. */
  readonly bundled: readonly PluginSource[];
}

/** Writes what is installed; linked plugins are on this machine alone, so they are left out. */
export async function writeLock(project: string, { home, bundled }: InstalledWorld): Promise<EtlLock> {
  const lock: EtlLock = { version: 1, builtin: builtinOf(bundled), ...(await lockOfSet(currentSet(home))) };
  await writeDurably(join(project, lockFile), `${JSON.stringify(lock, null, 2)}\n`);
  return lock;
}

async function lockOfSet(folder: string): Promise<Pick<EtlLock, 'plugins' | 'tree'>> {
  const set = await readSetFolder(folder);
  const plugins = set.plugins
    .filter(({ source }) => source !== 'link')
    .sort((a, b) => (a.name < b.name ? -1 : 1))
    .map(({ name, version, source, integrity, connectors, support }) => [name, { version, source, integrity, connectors, support }] as const);
  return { plugins: Object.fromEntries(plugins), tree: withSources(await readTree(folder), set) };
} // prettier-ignore

/** What was built on this machine is known by its sources: the tarball differs by machine. */
const withSources = (found: Tree, { sources }: PluginSet): Tree =>
  Object.fromEntries(
    Object.entries(found).map(([location, entry]) => {
      const hash = location === `node_modules/${packageAt(location, entry)}` ? sources[packageAt(location, entry)] : undefined;
      return [location, hash === undefined ? entry : { ...entry, integrity: hash }];
    }),
  );

/** How what is installed differs from the lock, as sentences; empty: it is exactly that. */
export async function lockDifferences(lock: EtlLock, home: string): Promise<string[]> {
  const folder = currentSet(home);
  const set = await readSetFolder(folder);
  const installed = new Map(set.plugins.map((plugin) => [plugin.name, plugin]));
  const wrong = Object.entries(lock.plugins).map(([name, locked]) => pluginDifference(name, locked, installed.get(name)));
  const extra = set.plugins.filter(({ name, source }) => source !== 'link' && !(name in lock.plugins));
  const found = [...wrong, ...extra.map(({ name }) => `${name} is installed, but etl.lock does not have it`)].filter((text) => text !== null);
  if (found.length > 0) return found;
  const gone = await Promise.all(Object.keys(lock.plugins).map(async (name) => ((await isThere(folder, name)) ? null : `${name} is not in its folder any more`)));
  return [...gone.filter((text) => text !== null), ...treeDifferences(lock.tree, withSources(await readTree(folder), set))];
} // prettier-ignore

function pluginDifference(name: string, locked: EtlLock['plugins'][string], found: InstalledPlugin | undefined): string | null {
  if (found === undefined) return `${name} ${locked.version} is not installed`;
  if (found.source === 'link') return `${name} is linked to ${found.root ?? 'a folder'}, etl.lock has ${locked.version}`;
  if (found.version !== locked.version) return `${name} is installed in version ${found.version}, etl.lock has ${locked.version}`;
  if (found.integrity === locked.integrity) return null;
  return `${name} ${locked.version} has another content than etl.lock says`;
}

function treeDifferences(locked: Tree, found: Tree): string[] {
  const missing = Object.entries(locked).filter(([location, { optional }]) => !(location in found) && optional !== true);
  const other = Object.entries(found).filter(
    ([location, { version, integrity }]) => locked[location]?.version !== version || locked[location].integrity !== integrity,
  );
  const named = ([location, entry]: [string, Tree[string]]): string => `${packageAt(location, entry)} ${entry.version}`;
  return [
    ...missing.map((each) => `${named(each)}, which a plugin needs, is not installed`),
    ...other.map((each) => `${named(each)}, which a plugin needs, is not what etl.lock says`),
  ];
}

const isThere = (folder: string, name: string): Promise<boolean> =>
  access(join(folder, 'node_modules', name, 'package.json')).then(
    () => true,
    () => false,
  );
