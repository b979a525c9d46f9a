import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, messageOf } from '@etl/sdk';
import { z } from 'zod';
import { loadRegistry, type PluginSource } from '../registry/index.js';
import type { InstalledPlugin, PluginSet } from './plugin-set.js';

interface SetInFolder {
  readonly folder: string;
  readonly set: PluginSet;
}

/**
 * Proves a new set before anybody uses it: each plugin is one, is made for this SDK, offers what no other does, and does what it says.
 * What was wrong before and is still there (a plugin that a newer etl refuses) does not keep another from being installed.
 */
export async function checkPlugins(given: {
  readonly bundled: readonly PluginSource[];
  readonly before: SetInFolder;
  readonly after: SetInFolder;
}): Promise<void> {
  const { bundled, before, after } = given;
  const sources = await Promise.all(after.set.plugins.map((plugin) => pluginSource(after.folder, plugin)));
  const registry = loadRegistry([...bundled, ...sources]);
  const known = new Set((await oldProblems(bundled, before)).map(({ message }) => message));
  for (const problem of registry.problems) if (!known.has(problem.message)) throw problem;
  const same = new Set(before.set.plugins.map(identity));
  const changed = new Set(after.set.plugins.filter((plugin) => !same.has(identity(plugin))).map(({ name }) => name));
  for (const { name, plugin } of registry.list()) if (changed.has(plugin)) await registry.get(name);
}

const identity = ({ name, version, source, integrity, root }: InstalledPlugin): string =>
  JSON.stringify([name, version, source, integrity, root]);

/** A plugin that is gone from the disk was wrong before, but has no problem of its own to compare. */
async function oldProblems(bundled: readonly PluginSource[], { folder, set }: SetInFolder): Promise<readonly EtlError[]> {
  const sources = await Promise.all(set.plugins.map((plugin) => pluginSource(folder, plugin).catch(() => null)));
  return loadRegistry([...bundled, ...sources.filter((source) => source !== null)]).problems;
}

/** Where the files of an installed plugin lie. */
export const pluginFolder = (set: string, { name, root }: Pick<InstalledPlugin, 'name' | 'root'>): string =>
  root ?? join(set, 'node_modules', name);

async function pluginSource(set: string, plugin: InstalledPlugin): Promise<PluginSource> {
  const root = pluginFolder(set, plugin);
  return { name: plugin.name, root, pjson: await readPluginManifest(root) };
}

const pluginManifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  dependencies: z.record(z.string(), z.string()).optional(),
  oclif: z.looseObject({}),
  etl: z.looseObject({ sdk: z.unknown(), connectors: z.record(z.string(), z.unknown()) }),
});

export type PluginManifest = z.infer<typeof pluginManifest>;

/** The package.json of a plugin. Throws CONFIG_INVALID for a package that is none. */
export async function readPluginManifest(folder: string): Promise<PluginManifest> {
  const path = join(folder, 'package.json');
  const text = await readFile(path, 'utf8').catch((cause: unknown) => {
    throw new EtlError('CONFIG_INVALID', `There is no package.json in ${folder}`, { cause, hint: 'Name the folder of a plugin' });
  });
  let raw: unknown;
  try {
    raw = JSON.parse(text);
  } catch (cause) {
    throw new EtlError('CONFIG_INVALID', `${path} is not JSON: ${messageOf(cause)}`, { cause });
  }
  const parsed = pluginManifest.safeParse(raw);
  if (parsed.success) return parsed.data;
  const name = typeof raw === 'object' && raw !== null && 'name' in raw && typeof raw.name === 'string' ? raw.name : folder;
  const missing = parsed.error.issues.map(({ path: at }) => at.join('.')).join(', ');
  throw new EtlError('CONFIG_INVALID', `${name} is not a plugin of etl: its package.json lacks ${missing}`, {
    hint: 'A plugin says under "etl" which connectors it has, and carries "oclif": {}. Nothing was changed',
  });
}
