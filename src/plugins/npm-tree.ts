import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError } from '@etl/sdk';
import { z } from 'zod';

const names = z.record(z.string(), z.string());

/** One package of a resolved tree, by what npm needs to put it there again; never where it came from. */
export const treePackage = z.object({
  name: z.string().optional(),
  version: z.string(),
  integrity: z.string().optional(),
  dependencies: names.optional(),
  optionalDependencies: names.optional(),
  peerDependencies: names.optional(),
  peerDependenciesMeta: z.record(z.string(), z.object({ optional: z.boolean().optional() })).optional(),
  optional: z.boolean().optional(),
  peer: z.boolean().optional(),
  os: z.array(z.string()).optional(),
  cpu: z.array(z.string()).optional(),
  libc: z.array(z.string()).optional(),
  engines: names.optional(),
  bin: names.optional(),
  hasInstallScript: z.boolean().optional(),
  inBundle: z.boolean().optional(),
});

export type TreePackage = z.infer<typeof treePackage>;

/** Where a package lies (`node_modules/a/node_modules/b`), and what it is. */
export type Tree = Readonly<Record<string, TreePackage>>;

export const tree = z.record(z.string(), treePackage);

const packageLock = z.object({ packages: z.record(z.string(), z.looseObject({ link: z.boolean().optional() })) });

/** The tree that npm resolved in a folder; empty where it has installed nothing. Throws CONFIG_INVALID for what no lock could hold. */
export async function readTree(folder: string): Promise<Tree> {
  const text = await readFile(join(folder, 'package-lock.json'), 'utf8').catch(() => null);
  if (text === null) return {};
  const { packages } = packageLock.parse(JSON.parse(text));
  const found = Object.entries(packages).filter(([location]) => location !== '');
  return Object.fromEntries(
    found.map(([location, entry]) => {
      const read = treePackage.parse(entry);
      if (entry.link === true || (read.integrity === undefined && read.inBundle !== true) || Object.values({ ...read.dependencies, ...read.optionalDependencies }).some(isAddress))
        throw new EtlError('CONFIG_INVALID', `${packageAt(location, read)} comes from no registry, so nobody could install the same again`, {
          hint: 'A dependency on git or on a folder cannot be locked; its author can publish it',
        });
      return [location, read];
    }),
  ); // prettier-ignore
}

const isAddress = (range: string): boolean =>
  /:\/\/|^(git|github|gitlab|bitbucket|gist|file|link)[:@]/.test(range) || /^[\w-]+\/[\w.-]+(#|$)/.test(range);

/** The name of the package at a place of the tree. */
export const packageAt = (location: string, entry: Pick<TreePackage, 'name'>): string =>
  entry.name ?? location.slice(location.lastIndexOf('node_modules/') + 'node_modules/'.length);
