import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError } from '@etl/sdk';
import { changePlugins, type PluginWorld, type StagedSet } from './change-plugins.js';
import type { EtlLock } from './etl-lock.js';
import { npmSettings, tarballSpec, type InstallOptions } from './install-plugins.js';
import { packageAt, type Tree } from './npm-tree.js';
import { runNpm } from './npm.js';
import { setText, type InstalledPlugin, type PluginSet } from './plugin-set.js';
import { runScripts } from './run-scripts.js';
import { scopeRegistryOf } from './scope-registry.js';
import { packPackages, packagesNeeded, sourcesHash, workspacePackages, type PackedPackage, type WorkspacePackage } from './workspace.js';

/** A registry on this machine that serves a bundle while the work takes. */
export interface ServedBundle {
  readonly registry: string;
  /** npm's cache for the time being: what lies in the person's must not stand in for what the bundle has. */
  readonly cache: string;
  /** Integrity of the tarball in the bundle with these sources, or this integrity, or undefined. */
  integrityOf(name: string, version: string, locked: string): string | undefined;
}

/** Brings a home to exactly what a lock says: nothing else is there afterwards. Throws CONFIG_INVALID where that cannot be had here. */
export function restorePlugins(
  world: PluginWorld,
  lock: EtlLock,
  { allowScripts, served = null }: Pick<InstallOptions, 'allowScripts'> & { readonly served?: ServedBundle | null },
): Promise<PluginSet> {
  return changePlugins(
    world,
    async (staged) => {
      const { folder, before } = staged;
      const registry = scopeRegistryOf(world.variables) ?? before.registry;
      const packed = served === null ? await packLocked(world, staged, lock) : new Map<string, PackedPackage>();
      const plugins: InstalledPlugin[] = Object.entries(lock.plugins).map(([name, plugin]) => ({ name, ...plugin }));
      const support = plugins.flatMap((plugin) => plugin.support);
      const dependencies = Object.fromEntries(
        [...new Set([...plugins.map(({ name }) => name), ...support])].map((name) => [name, specOf(name, { lock, packed })]),
      );
      const sources = sourcesIn(lock.tree);
      const linked = before.plugins.filter(({ name, source }) => source === 'link' && !(name in lock.plugins));
      const set: PluginSet = { plugins: [...plugins, ...linked], sources, scripts: [...allowScripts], registry, dependencies };
      await writeFile(join(folder, '.npmrc'), npmSettings(registry), { mode: 0o600 });
      await writeFile(join(folder, 'package.json'), setText(set), { mode: 0o600 });
      const packages = npmPackages(lock.tree, { packed, served });
      await writeFile(join(folder, 'package-lock.json'), JSON.stringify({ lockfileVersion: 3, requires: true, packages: { '': { dependencies }, ...packages } }));
      const words = ['ci', '--omit=dev', '--ignore-scripts', '--omit-lockfile-registry-resolved', ...(served ? ['--cache', served.cache] : ['--prefer-offline'])];
      const { variables, signal } = world;
      const from = served === null ? { scopeRegistry: registry } : { scopeRegistry: served.registry, registry: served.registry };
      await runNpm({ directory: folder, words, variables, signal, ...from });
      await runScripts({ folder, scripts: allowScripts, world, registry });
      return set;
    },
    { fresh: true },
  );
} // prettier-ignore

const specOf = (name: string, { lock, packed }: { lock: EtlLock; packed: ReadonlyMap<string, PackedPackage> }): string => {
  const pack = packed.get(name);
  return pack === undefined ? (lock.tree[`node_modules/${name}`]?.version ?? '*') : tarballSpec(pack.tarball);
};

const isSources = (integrity: string | undefined): integrity is string => integrity?.startsWith('sources-') === true;

function sourcesIn(tree: Tree): Record<string, string> {
  const found = Object.entries(tree).flatMap(([location, entry]) =>
    isSources(entry.integrity) ? [[packageAt(location, entry), entry.integrity] as const] : [],
  );
  return Object.fromEntries(found);
}

/** Packs what the lock takes from a clone. Throws CONFIG_INVALID where the sources here are others. */
async function packLocked({ root, catalogue, variables, signal }: PluginWorld, { tarballs }: StagedSet, lock: EtlLock): Promise<ReadonlyMap<string, PackedPackage>> {
  const bundled = Object.entries(lock.plugins).find(([, { source }]) => source === 'bundle');
  if (bundled !== undefined)
    throw new EtlError('CONFIG_INVALID', `etl.lock has ${bundled[0]} ${bundled[1].version} from a bundle`, {
      hint: 'Name the folder of that bundle: etl plugins install --offline DIR',
    });
  const clone = await workspacePackages(root);
  const here = new Map<string, WorkspacePackage>();
  for (const [name, { source }] of Object.entries(lock.plugins)) {
    if (source !== 'workspace') continue;
    const folder = catalogue.find(name)?.folder ?? null;
    if (folder === null)
      throw new EtlError('CONFIG_INVALID', `etl.lock has ${name} from its sources, which are not on this machine`, {
        hint: `Start etl from a clone that has them, or install it anew: etl plugins install ${name}`,
      });
    for (const each of await packagesNeeded(folder, clone)) here.set(each.name, each);
  }
  const same: WorkspacePackage[] = [];
  for (const [name, hash] of Object.entries(sourcesIn(lock.tree))) {
    const found = here.get(name);
    if (found === undefined || (await sourcesHash(found.folder)) !== hash)
      throw new EtlError('CONFIG_INVALID', `The sources of ${name} on this machine are not those of etl.lock`, {
        hint: 'Take the version of etl that the project was locked with, or accept these sources: etl plugins update',
      });
    same.push(found);
  }
  return packPackages(same, { tarballs, variables, signal });
} // prettier-ignore

/** The tree as npm writes it: with where this machine has what it does not fetch from a registry. */
function npmPackages(
  tree: Tree,
  { packed, served }: { packed: ReadonlyMap<string, PackedPackage>; served: ServedBundle | null },
): Record<string, object> {
  const packages: Record<string, object> = {};
  for (const [location, entry] of Object.entries(tree)) {
    const name = packageAt(location, entry);
    const pack = isSources(entry.integrity) ? packed.get(name) : undefined;
    if (pack !== undefined) packages[location] = { ...entry, integrity: pack.integrity, resolved: tarballSpec(pack.tarball) };
    else if (served === null) packages[location] = entry;
    else {
      const integrity = served.integrityOf(name, entry.version, entry.integrity ?? '');
      if (integrity !== undefined) packages[location] = { ...entry, integrity };
      else if (entry.optional !== true)
        throw new EtlError('CONFIG_INVALID', `The bundle does not have ${name} ${entry.version} as etl.lock says`, {
          hint: 'Make the bundle from the same lock: etl plugins bundle DIR, in the project',
        });
    }
  }
  return packages;
}
