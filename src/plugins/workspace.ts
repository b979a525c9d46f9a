import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { mkdir, mkdtemp, readdir, readFile, rename, rm } from 'node:fs/promises';
import { basename, join, relative, sep } from 'node:path';
import { EtlError } from '@etl/sdk';
import { z } from 'zod';
import { runNpm } from './npm.js';
import { integrityOf } from './tarball-integrity.js';

const manifest = z.looseObject({
  name: z.string(),
  version: z.string(),
  workspaces: z.array(z.string()).optional(),
  dependencies: z.record(z.string(), z.string()).default({}),
  etl: z.looseObject({ connectors: z.record(z.string(), z.looseObject({ module: z.string().optional() })) }).optional(),
});

/** A package whose sources are on this machine. */
export interface WorkspacePackage {
  readonly name: string;
  readonly version: string;
  readonly folder: string;
}

/** A packed one. */
export interface PackedPackage extends WorkspacePackage {
  readonly tarball: string;
  readonly integrity: string;
  /** Of the sources it was built from: the same on every machine. */
  readonly sources: string;
}

/** Packages of the clone that this CLI runs from; none in a published one. */
export async function workspacePackages(root: string): Promise<ReadonlyMap<string, WorkspacePackage>> {
  const found = new Map<string, WorkspacePackage>();
  const { workspaces = [] } = await readManifest(root);
  for (const pattern of workspaces.filter((each) => each.endsWith('/*'))) {
    const parent = join(root, pattern.slice(0, -2));
    for (const name of existsSync(parent) ? await readdir(parent) : []) {
      if (!existsSync(join(parent, name, 'package.json'))) continue;
      const read = await readManifest(join(parent, name));
      found.set(read.name, { name: read.name, version: read.version, folder: join(parent, name) });
    }
  }
  return found;
}

/** The package in a folder, then all packages of the clone that it needs, in order of name. Throws CONFIG_INVALID where one is not built. */
export async function packagesNeeded(folder: string, clone: ReadonlyMap<string, WorkspacePackage>): Promise<WorkspacePackage[]> {
  const { name, version, etl } = await readManifest(folder);
  // A module outside of the package is not looked for: the registry refuses it with its reason
  const modules = Object.values(etl?.connectors ?? {}).flatMap(({ module = '.' }) =>
    join(folder, module).startsWith(folder) ? [module] : [],
  );
  for (const module of modules)
    if (!existsSync(join(folder, module)))
      throw new EtlError('CONFIG_INVALID', `${name} is not built: ${module} is not there`, { hint: 'In its clone: npm run build' });
  const needed = new Map<string, WorkspacePackage>();
  const visit = async (at: string): Promise<void> => {
    for (const dependency of Object.keys((await readManifest(at)).dependencies)) {
      const found = clone.get(dependency);
      if (found === undefined || needed.has(dependency) || dependency === name) continue;
      needed.set(dependency, found);
      await visit(found.folder);
    }
  };
  await visit(folder);
  return [{ name, version, folder }, ...[...needed.values()].sort((a, b) => (a.name < b.name ? -1 : 1))];
}

export interface PackRequest {
  /** Folder for tarballs. */
  readonly tarballs: string;
  readonly variables: NodeJS.ProcessEnv;
  readonly signal: AbortSignal;
}

const packAnswer = z.array(z.looseObject({ name: z.string(), filename: z.string() }));

/** Packs packages as npm would publish them, without running any of their scripts. A rebuild gives another name, so npm takes it as new. */
export async function packPackages(
  packs: readonly WorkspacePackage[],
  { tarballs, variables, signal }: PackRequest,
): Promise<ReadonlyMap<string, PackedPackage>> {
  const packed = new Map<string, PackedPackage>();
  if (packs.length === 0) return packed;
  await mkdir(tarballs, { recursive: true, mode: 0o700 });
  const temporary = await mkdtemp(join(tarballs, '.pack-'));
  try {
    const words = ['pack', ...packs.map(({ folder }) => folder), '--json', '--ignore-scripts', '--pack-destination', temporary];
    const answer = packAnswer.parse(JSON.parse(await runNpm({ directory: temporary, words, variables, signal, scopeRegistry: null })));
    // @a/b-c and @a-b/c would share one file
    if ((await readdir(temporary)).length !== packs.length)
      throw new EtlError('CONFIG_INVALID', `npm packs ${packs.map(({ name }) => name).join(', ')} into files of the same name`);
    for (const pack of packs) {
      const file = answer.find(({ name }) => name === pack.name)?.filename;
      if (file === undefined) throw new EtlError('CONFIG_INVALID', `npm packed nothing of ${pack.name}`);
      const integrity = await integrityOf(join(temporary, file));
      const short = createHash('sha256').update(integrity).digest('hex').slice(0, 10);
      const tarball = join(tarballs, `${basename(file, '.tgz')}-${short}.tgz`);
      await rename(join(temporary, file), tarball);
      packed.set(pack.name, { ...pack, tarball, integrity, sources: await sourcesHash(pack.folder) });
    }
    return packed;
  } finally {
    await rm(temporary, { recursive: true, force: true });
  }
}

/** `sources-sha512-…` over name and content of every source file in order of name; what a build makes of them differs by machine. */
export async function sourcesHash(folder: string): Promise<string> {
  const skipped = new Set(['node_modules', 'coverage', ...(existsSync(join(folder, 'src')) ? ['dist', 'test'] : [])]);
  const entries = await readdir(folder, { recursive: true, withFileTypes: true });
  const paths = entries
    .filter((entry) => entry.isFile())
    .map((entry) => relative(folder, join(entry.parentPath, entry.name)).split(sep).join('/'))
    .filter((path) => !skipped.has(path.split('/')[0] ?? '') && !path.split('/').some((part) => part.startsWith('.')))
    .sort();
  const hash = createHash('sha512');
  for (const path of paths) {
    const content = await readFile(join(folder, path));
    hash.update(`${path}\0${content.length}\0`).update(content);
  }
  return `sources-sha512-${hash.digest('base64')}`;
}

async function readManifest(folder: string): Promise<z.infer<typeof manifest>> {
  const path = join(folder, 'package.json');
  const read = manifest.safeParse(JSON.parse(await readFile(path, 'utf8')));
  if (read.success) return read.data;
  throw new EtlError('CONFIG_INVALID', `${path} is not the package.json of a plugin: ${z.prettifyError(read.error)}`);
}
