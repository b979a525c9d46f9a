import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { Config } from '@oclif/core';
import { readCatalogue } from '../../src/plugins/catalogue.js';
import { currentSet, pluginHome, projectArgument } from '../../src/plugins/plugin-home.js';
import { scopeRegistryOf } from '../../src/plugins/scope-registry.js';
import { temporaryFolders } from '../commands/temporary-folder.js';
import { root } from './plugin-world.js';
import { writeCatalogue } from './plugin-package.js';

const folder = temporaryFolders();

describe('the home of plugins', () => {
  it('is the project with an etl.lock that is meant, else the person, and ETL_DATA_DIR before both', async () => {
    const project = await folder();
    const directory = join(project, 'jobs/a');
    await mkdir(directory, { recursive: true });
    await writeFile(join(project, 'etl.yaml'), '');
    const variables = { HOME: '/home/ada' };
    const own = { folder: '/home/ada/.local/share/etl', project: null };
    expect(pluginHome({ directory, variables })).toEqual(own);
    await writeFile(join(project, 'etl.lock'), '');
    expect(pluginHome({ directory, variables })).toEqual({ folder: join(project, '.etl/plugins'), project });
    expect(pluginHome({ directory: '/', variables, project })).toEqual({ folder: join(project, '.etl/plugins'), project });
    expect(pluginHome({ directory, variables, project: '/nowhere' })).toEqual(own);
    expect(pluginHome({ directory, variables: { ...variables, ETL_DATA_DIR: '/data' } })).toEqual({ folder: '/data', project });
  });

  it('is found from the arguments as they stand', () => {
    expect(projectArgument(['run', '--project', 'a'], {})).toBe('a');
    expect(projectArgument(['run', '--project=a'], { ETL_PROJECT: 'b' })).toBe('a');
    expect(projectArgument(['run'], { ETL_PROJECT: 'b' })).toBe('b');
    expect(projectArgument(['run', '--', '--project', 'a'], {})).toBeUndefined();
  });

  it('names its set in a file that cannot lead elsewhere', async () => {
    const home = await folder();
    expect(currentSet(home)).toBe(home);
    await writeFile(join(home, 'current'), 'a-1\n');
    expect(currentSet(home)).toBe(join(home, 'sets/a-1'));
    await writeFile(join(home, 'current'), '../../elsewhere\n');
    expect(currentSet(home)).toBe(home);
  });
});

describe('the catalogue', () => {
  it('takes names from one more file, but never lets it change what a name means', async () => {
    const base = await folder();
    const theirs = join(base, 'more.json');
    await writeCatalogue(join(base, 'catalogue.json'), [{ name: '@etl/connector-oracle', connector: 'oracle' }]);
    await writeCatalogue(theirs, [{ name: '@acme/lake', connector: 'lake' }]);
    const { find } = await readCatalogue({ root: base, variables: { ETL_CATALOGUE: theirs } });
    const ours = ['oracle', '@etl/oracle', 'connector-oracle', '@etl/connector-oracle'];
    for (const name of ours) expect(find(name)?.package).toBe('@etl/connector-oracle');
    for (const name of ['lake', '@acme/lake']) expect(find(name)?.package).toBe('@acme/lake');
    for (const name of ['nope', '@etl/lake', '@acme/oracle', '@etl/nope']) expect(find(name)).toBeUndefined();
    await writeCatalogue(theirs, [{ name: '@acme/oracle', connector: 'oracle' }]);
    await expect(readCatalogue({ root: base, variables: { ETL_CATALOGUE: theirs } })).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('that comes with etl can be read', async () => {
    expect((await readCatalogue({ root, variables: {} })).entries).toEqual(expect.any(Array));
  });
});

describe('the registry of the scope', () => {
  it('is an address without a password', () => {
    expect(scopeRegistryOf({})).toBeNull();
    expect(scopeRegistryOf({ ETL_PLUGIN_REGISTRY: 'https://npm.example.com' })).toBe('https://npm.example.com/');
    for (const wrong of ['https://user:hunter22@npm.example.com/', 'npm.example.com', 'file:///etc', 'http://a/\nregistry=http://b/'])
      expect(() => scopeRegistryOf({ ETL_PLUGIN_REGISTRY: wrong })).toThrow(/ETL_PLUGIN_REGISTRY/);
  });
});

describe('the commands of plugins', () => {
  it("are etl's own: none of oclif's, which change plugins in place, can be reached", async () => {
    const config = await Config.load({ root, userPlugins: false });
    const foreign = config.commands.filter(({ id }) => id.startsWith('plugins')).filter(({ pluginName }) => pluginName !== '@etl/cli');
    for (const id of foreign.map((command) => command.id)) expect(config.findCommand(id)?.pluginName).toBe('@etl/cli');
    expect(config.findCommand('plugins')?.pluginName).toBe('@etl/cli');
    expect(config.findCommand('plugins:reset')?.pluginName).toBe('@etl/cli');
  });
});
