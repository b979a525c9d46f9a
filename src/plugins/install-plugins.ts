import { writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { EtlError } from '@etl/sdk';
import { changePlugins, type PluginWorld, type StagedSet } from './change-plugins.js';
import { readPluginManifest } from './check-plugins.js';
import { readTree, type Tree } from './npm-tree.js';
import { runNpm } from './npm.js';
import { setText, readSetFolder, type InstalledPlugin, type PluginSet } from './plugin-set.js';
import type { RequestedPlugin } from './requested-plugin.js';
import { runScripts } from './run-scripts.js';
import { scopeRegistryOf } from './scope-registry.js';
import { packPackages, packagesNeeded, workspacePackages, type PackedPackage, type WorkspacePackage } from './workspace.js';

export interface InstallOptions {
  /** Packages whose install scripts may run, beside those that were allowed before. */
  readonly allowScripts: readonly string[];
  /** Take these from the registry though their sources are here: they were installed from there. */
  readonly fromRegistry?: ReadonlySet<string>;
}

/** Installs plugins, or newer versions of them. All or none; on any failure everything is as before. */
export function installPlugins(world: PluginWorld, requests: readonly RequestedPlugin[], options: InstallOptions): Promise<PluginSet> {
  return changePlugins(world, async (staged) => {
    const registry = scopeRegistryOf(world.variables) ?? staged.before.registry;
    const packed = await packRequested(world, staged, requests, options);
    const byPackage = new Map(packed.flatMap((packs) => packs).map((pack) => [pack.name, pack]));
    const fromRegistry = requests.filter(({ name }) => !packed.some(([first]) => first?.name === name));
    for (const { name } of fromRegistry) if (name.startsWith('@etl/') && registry === null) throw nowhereToBeFound(name);
    const words = [
      ...[...byPackage.values()].map(({ tarball }) => tarballSpec(tarball)),
      ...fromRegistry.map(({ name, version }) => `${name}@${version ?? 'latest'}`),
    ];
    await writeFile(join(staged.folder, '.npmrc'), npmSettings(registry), { mode: 0o600 });
    await writeFile(join(staged.folder, 'package.json'), setText(staged.before), { mode: 0o600 });
    await npmInstall(world, staged.folder, { words, registry, fromRegistry: fromRegistry.length > 0 });
    const scripts = [...new Set([...staged.before.scripts, ...options.allowScripts])].sort();
    await runScripts({ folder: staged.folder, scripts, world, registry });
    const resolved = await readTree(staged.folder);
    const supportOf = new Map(packed.map(([first, ...rest]) => [first?.name, rest.map(({ name }) => name)]));
    const added = await Promise.all(
      requests.map(({ name }) => record(staged.folder, { name, resolved, pack: byPackage.get(name), support: supportOf.get(name) ?? [] })),
    );
    const names = new Set(added.map(({ name }) => name));
    const { dependencies } = await readSetFolder(staged.folder);
    return {
      plugins: [...staged.before.plugins.filter(({ name }) => !names.has(name)), ...added],
      sources: sourcesAfter(staged.before, { dependencies, packed: byPackage }),
      scripts,
      registry,
      dependencies,
    };
  });
}

/** A package and what it needs of the clone, for each request whose sources are here. */
async function packRequested(
  { root, variables, signal }: PluginWorld,
  { tarballs }: StagedSet,
  requests: readonly RequestedPlugin[],
  { fromRegistry = new Set() }: InstallOptions,
): Promise<PackedPackage[][]> {
  if (scopeRegistryOf(variables) !== null) return [];
  const clone = await workspacePackages(root);
  const lists: WorkspacePackage[][] = [];
  for (const { name, version, entry } of requests) {
    if (entry?.folder == null || fromRegistry.has(name)) continue;
    const needed = await packagesNeeded(entry.folder, clone);
    const own = needed[0]?.version ?? '';
    if (version !== null && version !== own && version !== 'latest')
      throw new EtlError('USAGE', `The sources of ${name} on this machine are version ${own}, not ${version}`, {
        hint: 'Leave out the version, or name a registry: ETL_PLUGIN_REGISTRY=https://…',
      });
    lists.push(needed);
  }
  const once = new Map(lists.flat().map((each) => [each.name, each]));
  const packed = await packPackages([...once.values()], { tarballs, variables, signal });
  return lists.map((needed) => needed.map(({ name }) => packed.get(name)).filter((each) => each !== undefined));
}

/** Relative to a set, so that a home can be moved. */
export const tarballSpec = (tarball: string): string => `file:../../tarballs/${basename(tarball)}`;

export const npmSettings = (registry: string | null): string => `@etl:registry=${registry ?? 'http://127.0.0.1:9/'}\nfetch-retries=0\n`;

interface NpmInstall {
  readonly words: readonly string[];
  readonly registry: string | null;
  readonly fromRegistry: boolean;
}

/** One call of npm, without scripts. What comes from a clone needs no look at registries for newer versions. */
export async function npmInstall(world: PluginWorld, folder: string, { words, registry, fromRegistry }: NpmInstall): Promise<void> {
  const fixed = ['--save-exact', '--omit=dev', '--ignore-scripts', '--omit-lockfile-registry-resolved'];
  await runNpm({
    directory: folder,
    words: ['install', ...words, ...fixed, ...(fromRegistry ? [] : ['--prefer-offline'])],
    variables: world.variables,
    signal: world.signal,
    scopeRegistry: registry,
  });
}

interface RecordRequest {
  readonly name: string;
  readonly resolved: Tree;
  readonly pack: PackedPackage | undefined;
  readonly support: readonly string[];
}

async function record(folder: string, { name, resolved, pack, support }: RecordRequest): Promise<InstalledPlugin> {
  const { version, etl } = await readPluginManifest(join(folder, 'node_modules', name));
  const integrity = pack?.sources ?? resolved[`node_modules/${name}`]?.integrity ?? '';
  const source = pack === undefined ? 'registry' : 'workspace';
  return { name, version, source, integrity, connectors: Object.keys(etl.connectors).sort(), support: [...support] };
}

/** Sources of the packages that lie in the set as tarballs of a clone. */
export function sourcesAfter(
  before: PluginSet,
  { dependencies, packed }: { dependencies: Readonly<Record<string, string>>; packed: ReadonlyMap<string, PackedPackage> },
): Record<string, string> {
  const all = { ...before.sources, ...Object.fromEntries([...packed].map(([name, { sources }]) => [name, sources])) };
  return Object.fromEntries(Object.entries(all).filter(([name]) => dependencies[name]?.startsWith('file:')));
}

const nowhereToBeFound = (name: string): EtlError =>
  new EtlError('CONFIG_INVALID', `The sources of ${name} are not on this machine, and no registry is named for the scope @etl`, {
    hint: 'Name the registry that has it: ETL_PLUGIN_REGISTRY=https://…, or install from a bundle: --offline DIR',
  });
