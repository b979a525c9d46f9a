import { access, copyFile, mkdir, mkdtemp, readdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { basename, dirname, join } from 'node:path';
import { EtlError } from '@etl/sdk';
import { bundleFile, type Bundle, type BundlePackage } from './bundle-document.js';
import type { PluginWorld } from './change-plugins.js';
import { packageAt, readTree, type TreePackage } from './npm-tree.js';
import { runNpm } from './npm.js';
import { currentSet } from './plugin-home.js';
import { readSetFolder, type PluginSet } from './plugin-set.js';
import { integrityOf } from './tarball-integrity.js';

/**
 * Writes everything that the plugins of a home need into a folder, which must not exist yet or be empty: a tarball for each package, for
 * this kind of machine, and bundle.json with their integrity. All or nothing.
 */
export async function bundlePlugins(world: PluginWorld, folder: string): Promise<Bundle> {
  const set = currentSet(world.home);
  const installed = await readSetFolder(set);
  const linked = installed.plugins.find(({ source }) => source === 'link');
  if (linked !== undefined)
    throw new EtlError('CONFIG_INVALID', `${linked.name} is linked to ${linked.root ?? 'a folder'}, so it cannot be in a bundle`, {
      hint: `Name the plugins to bundle, or first: etl plugins uninstall ${linked.name}`,
    });
  await mkdir(dirname(folder), { recursive: true });
  if ((await readdir(folder).catch(() => [])).length > 0)
    throw new EtlError('USAGE', `${folder} is not empty`, { hint: 'Name a new folder for the bundle' });
  const temporary = await mkdtemp(join(dirname(folder), `.${basename(folder)}-`));
  try {
    const packages = await collect(world, { set, installed, folder: temporary });
    const plugins = installed.plugins.map(({ name, version, source, connectors }) => {
      const integrity = packages.find((each) => each.name === name && each.version === version)?.integrity ?? '';
      return { name, version, source, connectors, integrity };
    });
    const bundle: Bundle = { version: 1, platform: `${process.platform}-${process.arch}`, plugins, packages };
    await writeFile(join(temporary, bundleFile), `${JSON.stringify(bundle, null, 2)}\n`);
    world.signal.throwIfAborted();
    await rename(temporary, folder);
    return bundle;
  } catch (error) {
    await rm(temporary, { recursive: true, force: true });
    throw error;
  }
}

interface Collection {
  readonly set: string;
  readonly installed: PluginSet;
  readonly folder: string;
}

async function collect(world: PluginWorld, { set, installed, folder }: Collection): Promise<BundlePackage[]> {
  const packages = new Map<string, BundlePackage>();
  for (const [location, entry] of Object.entries(await readTree(set))) {
    const name = packageAt(location, entry);
    if (entry.inBundle === true || packages.has(`${name}@${entry.version}`) || !(await isThere(join(set, location)))) continue;
    const own = location === `node_modules/${name}` ? installed.dependencies[name] : undefined;
    const tarball = own?.startsWith('file:') === true ? join(set, own.slice('file:'.length)) : null;
    const file = tarball === null ? await fetchTarball(world, { name, entry, folder, registry: installed.registry }) : basename(tarball);
    if (tarball !== null) await copyFile(tarball, join(folder, file));
    const integrity = await integrityOf(join(folder, file));
    if (integrity !== entry.integrity)
      throw new EtlError('DATA_INVALID', `${name} ${entry.version} is not what was installed: its content differs`, {
        hint: 'The registry gives another content for the same version. Do not use it before you know why',
      });
    const sources = tarball === null ? undefined : installed.sources[name];
    packages.set(`${name}@${entry.version}`, { ...entry, name, integrity, file, ...(sources !== undefined && { sources }) });
  }
  return [...packages.values()].sort((a, b) => (a.file < b.file ? -1 : 1));
}

async function fetchTarball(
  { variables, signal }: PluginWorld,
  { name, entry, folder, registry }: { name: string; entry: TreePackage; folder: string; registry: string | null },
): Promise<string> {
  const words = ['pack', `${name}@${entry.version}`, '--ignore-scripts', '--prefer-offline', '--json', '--pack-destination', folder];
  const answer: unknown = JSON.parse(await runNpm({ directory: folder, words, variables, signal, scopeRegistry: registry }));
  const first: unknown = Array.isArray(answer) ? answer[0] : undefined;
  if (typeof first === 'object' && first !== null && 'filename' in first && typeof first.filename === 'string')
    return first.filename.replace(/^@/, '').replaceAll('/', '-');
  throw new EtlError('INTERNAL', `npm did not say which file holds ${name} ${entry.version}`);
}

const isThere = (folder: string): Promise<boolean> =>
  access(join(folder, 'package.json')).then(
    () => true,
    () => false,
  );

/** Checks each tarball against bundle.json. Throws DATA_INVALID, which names the file. */
export async function checkBundle(folder: string, { packages }: Bundle): Promise<void> {
  for (const { file, integrity } of packages) {
    const found = await readFile(join(folder, file)).catch(() => null);
    const damaged = found === null ? 'is missing' : (await integrityOf(join(folder, file))) === integrity ? null : 'is not what bundle.json says';
    if (damaged !== null) throw new EtlError('DATA_INVALID', `${file} of the bundle ${damaged}`, { hint: 'Copy the bundle again, or make it again' });
  }
} // prettier-ignore
