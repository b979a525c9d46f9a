import type { PluginWorld } from './change-plugins.js';
import { packageAt, readTree } from './npm-tree.js';
import { runNpm } from './npm.js';

/** Runs the install scripts of the packages that a person allowed by name, and of no other. */
export async function runScripts(given: {
  readonly folder: string;
  readonly scripts: readonly string[];
  readonly world: PluginWorld;
  readonly registry: string | null;
}): Promise<void> {
  const { folder, scripts, world, registry } = given;
  const there = new Set(Object.entries(await readTree(folder)).map(([location, entry]) => packageAt(location, entry)));
  const names = scripts.filter((name) => there.has(name));
  if (names.length === 0) return;
  const { variables, signal } = world;
  await runNpm({ directory: folder, words: ['rebuild', ...names, '--ignore-scripts=false'], variables, signal, scopeRegistry: registry });
}
