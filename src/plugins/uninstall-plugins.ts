import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changePlugins, type PluginWorld } from './change-plugins.js';
import { npmInstall } from './install-plugins.js';
import { setText, type PluginSet } from './plugin-set.js';

/** Removes plugins and what only they needed. All or none. */
export const uninstallPlugins = (world: PluginWorld, names: ReadonlySet<string>): Promise<PluginSet> =>
  changePlugins(world, async ({ folder, before }) => {
    const plugins = before.plugins.filter(({ name }) => !names.has(name));
    const after = withoutUnneeded({ ...before, plugins });
    const shrunk = Object.keys(after.dependencies).length < Object.keys(before.dependencies).length;
    await writeFile(join(folder, 'package.json'), setText(after), { mode: 0o600 });
    if (shrunk) await npmInstall(world, folder, { words: [], registry: before.registry, fromRegistry: false });
    return after;
  });

/** Leaves only the dependencies that are an installed plugin or its support. */
export function withoutUnneeded(set: PluginSet): PluginSet {
  const installed = set.plugins.filter(({ source }) => source !== 'link');
  const needed = new Set(installed.flatMap(({ name, support }) => [name, ...support]));
  const only = (record: Readonly<Record<string, string>>): Record<string, string> =>
    Object.fromEntries(Object.entries(record).filter(([name]) => needed.has(name)));
  return { ...set, dependencies: only(set.dependencies), sources: only(set.sources) };
}
