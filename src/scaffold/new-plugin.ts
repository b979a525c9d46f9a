import { existsSync } from 'node:fs';
import { mkdir, symlink } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EtlError } from '@etl/sdk';
import { readTemplateFiles } from './template-folder.js';
import { writeFiles } from './write-files.js';

export interface NewPluginRequest {
  /** Name of the connector. */
  readonly connector: string;
  readonly packageName: string;
  readonly directory: string;
  /** The range of @etl/sdk and @etl/testkit, and the versions of what a connector is built with. */
  readonly versions: PluginVersions;
  /** The registry that publishes the scope @etl. */
  readonly registry: string;
  /** Folders of packages on this machine that the package may use, by their name; empty where npm has to bring them. */
  readonly packages: ReadonlyMap<string, string>;
  readonly force: boolean;
}

export interface PluginVersions {
  readonly sdk: string;
  readonly zod: string;
  readonly typescript: string;
  readonly nodetypes: string;
}

export interface NewPlugin {
  readonly written: readonly string[];
  readonly unchanged: readonly string[];
  /** Packages that were linked from this machine: nothing has to be installed. */
  readonly linked: readonly string[];
}

/** Writes a connector package that builds and passes the contract as it is: all of its files or none. Throws CONFLICT. */
export async function newPlugin(request: NewPluginRequest): Promise<NewPlugin> {
  const { connector, packageName, directory, versions, registry, packages, force } = request;
  const words: Readonly<Record<string, string>> = { connector, package: packageName, registry, ...versions };
  const files = (await readTemplateFiles('connector')).map(({ path, content }) => ({ path, content: fill(content, path, words) }));
  const { written, unchanged } = await writeFiles(directory, files, { force });
  return { written, unchanged, linked: await linkPackages(directory, packages) };
}

const fill = (content: string, path: string, words: Readonly<Record<string, string>>): string =>
  content.replace(/__([a-z]+)__/g, (_, word: string) => {
    const value = words[word];
    if (value === undefined) throw new EtlError('INTERNAL', `The template file connector/${path} has the unknown word __${word}__`);
    return value;
  });

/** Links where npm would install, so that a package made by a clone needs no network. What is there already stays. */
async function linkPackages(directory: string, packages: ReadonlyMap<string, string>): Promise<string[]> {
  const linked: string[] = [];
  for (const [name, folder] of packages) {
    const path = join(directory, 'node_modules', name);
    if (existsSync(path)) continue;
    await mkdir(dirname(path), { recursive: true });
    await symlink(folder, path, 'junction');
    linked.push(name);
  }
  return linked;
}
