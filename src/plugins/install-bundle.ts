import { readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError } from '@etl/sdk';
import type { Bundle } from './bundle-document.js';
import { changePlugins, type PluginWorld } from './change-plugins.js';
import { npmSettings } from './install-plugins.js';
import { isCalled } from './is-called.js';
import { packageAt, readTree } from './npm-tree.js';
import { runNpm } from './npm.js';
import { readSetFolder, setText, type InstalledPlugin, type PluginSet } from './plugin-set.js';
import type { ServedBundle } from './restore-plugins.js';
import { runScripts } from './run-scripts.js';
import { withoutUnneeded } from './uninstall-plugins.js';

/** The plugins of a bundle that are meant: all, or those with this package or connector name. Throws USAGE. */
export function pluginsOfBundle({ plugins }: Bundle, names: readonly string[]): Bundle['plugins'] {
  if (names.length === 0) return plugins;
  return names.map((given) => {
    const found = plugins.find(({ name }) => name === given) ?? plugins.find((plugin) => isCalled(plugin, given));
    if (found !== undefined) return found;
    throw new EtlError('USAGE', `The bundle does not have ${given}`, { hint: `It has ${plugins.map(({ name }) => name).join(', ')}` });
  });
}

/** Installs plugins of a bundle beside what is there, from nowhere but the bundle. */
export function installBundle(
  world: PluginWorld,
  { served, plugins, allowScripts }: { served: ServedBundle; plugins: Bundle['plugins']; allowScripts: readonly string[] },
): Promise<PluginSet> {
  const { variables, signal } = world;
  return changePlugins(world, async ({ folder, before }) => {
    const added: InstalledPlugin[] = plugins.map((plugin) => ({ ...plugin, source: 'bundle', support: [] }));
    const names = new Set(added.map(({ name }) => name));
    const kept = before.plugins.filter(({ name }) => !names.has(name));
    const start = withoutUnneeded({ ...before, plugins: kept });
    await writeFile(join(folder, '.npmrc'), npmSettings(before.registry), { mode: 0o600 });
    await writeFile(join(folder, 'package.json'), setText(start), { mode: 0o600 });
    await forgetOthers(folder, names);
    const { registry, cache } = served;
    const words = [
      'install',
      ...plugins.map(({ name, version }) => `${name}@${version}`),
      '--save-exact',
      '--omit=dev',
      '--ignore-scripts',
    ];
    await runNpm({
      directory: folder,
      words: [...words, '--omit-lockfile-registry-resolved', '--cache', cache],
      variables, signal, scopeRegistry: registry, registry,
    }); // prettier-ignore
    const scripts = [...new Set([...before.scripts, ...allowScripts])].sort();
    await runScripts({ folder, scripts, world, registry: before.registry });
    const { dependencies } = await readSetFolder(folder);
    return { ...start, plugins: [...kept, ...added], scripts, dependencies };
  });
}

/** What has the same version but other content would be taken for what is asked for. */
async function forgetOthers(folder: string, names: ReadonlySet<string>): Promise<void> {
  const path = join(folder, 'package-lock.json');
  const text = await readFile(path, 'utf8').catch(() => null);
  if (text === null) return;
  const lock = JSON.parse(text) as { packages: Record<string, unknown> };
  for (const [location, entry] of Object.entries(await readTree(folder))) {
    if (!names.has(packageAt(location, entry))) continue;
    await rm(join(folder, location), { recursive: true, force: true });
    lock.packages = Object.fromEntries(Object.entries(lock.packages).filter(([at]) => at !== location && !at.startsWith(`${location}/`)));
  }
  await rm(join(folder, 'node_modules/.package-lock.json'), { force: true });
  await writeFile(path, JSON.stringify(lock));
}
