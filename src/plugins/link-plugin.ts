import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { changePlugins, type PluginWorld } from './change-plugins.js';
import { readPluginManifest } from './check-plugins.js';
import { npmInstall } from './install-plugins.js';
import { setText, type InstalledPlugin } from './plugin-set.js';
import { withoutUnneeded } from './uninstall-plugins.js';

/** Makes a plugin work from the folder in which it is written: a new build is used at once. It takes the place of an installed one. */
export async function linkPlugin(world: PluginWorld, root: string): Promise<InstalledPlugin> {
  const { name, version, etl } = await readPluginManifest(root);
  const linked: InstalledPlugin = { name, version, source: 'link', integrity: '', connectors: Object.keys(etl.connectors).sort(), root, support: [] };
  await changePlugins(world, async ({ folder, before }) => {
    const after = withoutUnneeded({ ...before, plugins: [...before.plugins.filter((plugin) => plugin.name !== name), linked] });
    const shrunk = Object.keys(after.dependencies).length < Object.keys(before.dependencies).length;
    await writeFile(join(folder, 'package.json'), setText(after), { mode: 0o600 });
    if (shrunk) await npmInstall(world, folder, { words: [], registry: before.registry, fromRegistry: false });
    return after;
  });
  return linked;
} // prettier-ignore
