import { cp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../plugins/plugin-world.js';
import { startRegistry } from '../plugins/scope-registry.js';

const one = { name: '@etl/one', connector: 'one' };
const two = { name: '@acme/etl-two', connector: 'two' };

let world: PluginWorld;
beforeEach(async () => {
  world = await PluginWorld.make();
});
afterEach(() => world.end());

const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('a bundle', () => {
  it('installs without any network, with everything that its plugins need', async () => {
    await world.offer(one, two);
    const bundle = join(world.base, 'bundle');
    const made = await world.etl(['plugins', 'bundle', bundle, 'one', 'two', '--json']);
    expect(json(made.stdout)).toMatchObject({ plugins: [{ name: '@etl/one' }, { name: '@acme/etl-two' }], packages: 4 });
    expect(await world.plugins()).toEqual([]);
    const variables = {
      npm_config_registry: 'http://127.0.0.1:9/',
      npm_config_cache: join(world.base, 'cache'),
      HTTP_PROXY: 'http://127.0.0.1:9',
    };
    const directory = await world.project('one');
    expect(await world.etl(['plugins', 'install', 'one', '--offline', bundle], { directory, variables })).toMatchObject({ code: 0 });
    expect(await world.plugins({ directory })).toEqual(['@etl/one 1.0.0 bundle']);
    expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 0 });

    await rm(join(directory, '.etl'), { recursive: true });
    const without = await world.etl(['plugins', 'install'], { directory, variables });
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('--offline DIR')]);
    expect(await world.etl(['plugins', 'install', '--offline', bundle], { directory, variables })).toMatchObject({ code: 0 });
    expect(await world.etl(['validate'], { directory })).toMatchObject({ code: 0 });

    const zod = (await readdir(bundle)).find((file) => file.startsWith('zod-'))!;
    await writeFile(join(bundle, zod), 'not what it was');
    const damaged = await world.etl(['plugins', 'install', 'two', '--offline', bundle], { directory, variables });
    expect([damaged.code, damaged.stderr]).toEqual([1, expect.stringContaining(`${zod} of the bundle is not what bundle.json says`)]);
    expect(await world.plugins({ directory })).toEqual(['@etl/one 1.0.0 bundle']);
  }, 180_000);
});

describe('a linked plugin', () => {
  it('is used from its folder, at once when it is built again, and is never in etl.lock', async () => {
    await world.offer(one);
    const directory = await world.project('one');
    await world.etl(['plugins', 'install', 'one'], { directory });
    await world.offer({ ...two, module: "import 'a-package-that-is-nowhere';" });
    const without = await world.etl(['plugins', 'link', world.folder('two')], { directory });
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('cannot be loaded')]);
    expect(await world.plugins({ directory })).toEqual(['@etl/one 1.0.0 workspace']);
    await world.offer(two);
    const from = join(directory, '.etl/plugins/sets', (await readFile(join(directory, '.etl/plugins/current'), 'utf8')).trim());
    await cp(join(from, 'node_modules'), join(world.folder('two'), 'node_modules'), { recursive: true });
    expect(await world.etl(['plugins', 'link', world.folder('two')], { directory })).toMatchObject({ code: 0 });
    expect(await world.plugins({ directory })).toEqual(['@acme/etl-two 1.0.0 link', '@etl/one 1.0.0 workspace']);
    expect(await readFile(join(directory, 'etl.lock'), 'utf8')).not.toContain('etl-two');
    expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 0 });
    expect(await world.etl(['plugins', 'uninstall', 'two'], { directory })).toMatchObject({ code: 0 });
  }, 180_000);
});

describe('a registry that is named for the scope', () => {
  it('publishes plugins: install, update without naming it again, restore from the lock, and nothing else is asked for there', async () => {
    await world.offer();
    const published = await world.publish({ ...one, version: '1.0.0' }, { ...one, version: '1.1.0', says: 'newer' });
    const first = published.filter(({ pjson }) => pjson.version !== '1.1.0');
    const packages = [...first];
    const registry = await startRegistry(packages);
    try {
      await world.name({ ...one });
      const directory = await world.project('one');
      const unnamed = await world.etl(['plugins', 'install', 'one'], { directory });
      expect([unnamed.code, unnamed.stderr]).toEqual([2, expect.stringContaining('ETL_PLUGIN_REGISTRY')]);
      const variables = { ETL_PLUGIN_REGISTRY: registry.url };
      expect(await world.etl(['plugins', 'install', 'one'], { directory, variables })).toMatchObject({ code: 0 });
      expect(await world.plugins({ directory })).toEqual(['@etl/one 1.0.0 registry']);
      expect(new Set(registry.asked.map((path) => path.replace(/^-\//, '').split('/')[0]))).toEqual(new Set(['@etl']));
      const lock = await readFile(join(directory, 'etl.lock'), 'utf8');
      expect(lock).not.toMatch(/https?:|127\.0\.0\.1/);

      packages.push(...published.filter(({ pjson }) => pjson.version === '1.1.0'));
      expect(await world.etl(['plugins', 'update'], { directory })).toMatchObject({ code: 0 });
      expect(await world.plugins({ directory })).toEqual(['@etl/one 1.1.0 registry']);
      expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 0 });
      expect(await world.rows(directory)).toBe('says\nnewer\n');

      await writeFile(join(directory, 'etl.lock'), lock);
      expect(await world.etl(['validate'], { directory })).toMatchObject({ code: 2 });
      expect(await world.etl(['plugins', 'install'], { directory })).toMatchObject({ code: 0 });
      expect(await world.plugins({ directory })).toEqual(['@etl/one 1.0.0 registry']);
      expect(await world.etl(['validate'], { directory })).toMatchObject({ code: 0 });
    } finally {
      await registry.end();
    }
  }, 180_000);
});
