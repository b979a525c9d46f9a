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

describe('plugins of a project', () => {
  it('are installed by name, used by a job, updated, uninstalled, and locked all the while', async () => {
    await world.offer(one, two);
    const directory = await world.project('one');
    const before = await world.etl(['connectors', 'list', '--json'], { directory });
    expect(json(before.stdout)['installable']).toMatchObject([{ name: 'one', command: 'etl plugins install one' }, { name: 'two' }]);
    const missing = await world.etl(['run', 'copy'], { directory });
    expect([missing.code, missing.stderr]).toEqual([2, expect.stringContaining('etl plugins install @etl/one')]);

    const installed = await world.etl(['plugins', 'install', 'one', '@acme/etl-two', '--json'], { directory });
    expect(json(installed.stdout)).toMatchObject({
      project: directory,
      installed: [
        { name: '@etl/one', version: '1.0.0', source: 'workspace', connectors: ['one'] },
        { name: '@acme/etl-two', version: '1.0.0', source: 'workspace', connectors: ['two'] },
      ],
    });
    const lock = await readFile(join(directory, 'etl.lock'), 'utf8');
    expect(lock).not.toMatch(/https?:|file:|\/home|\/tmp/);
    expect(json(lock)).toMatchObject({
      plugins: { '@etl/one': { version: '1.0.0', source: 'workspace', integrity: expect.stringMatching(/^sources-sha512-/) } },
      tree: { 'node_modules/zod': { version: '4.6.7', integrity: expect.stringMatching(/^sha512-/) } },
    });
    expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 0 });
    expect(await world.rows(directory)).toBe('says\none\n');
    expect(await world.etl(['validate'], { directory })).toMatchObject({ code: 0 });
    // Another folder has nothing of it: what a project uses is its own.
    expect(await world.plugins()).toEqual([]);

    await world.offer({ ...one, version: '1.1.0', says: 'newer' }, two);
    const updated = await world.etl(['plugins', 'update', 'one', '--json'], { directory });
    expect(json(updated.stdout)['updated']).toEqual([{ name: '@etl/one', from: '1.0.0', to: '1.1.0', changed: true }]);
    expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 0 });
    expect(await world.rows(directory)).toBe('says\nnewer\n');

    expect(await world.etl(['plugins', 'uninstall', 'two'], { directory })).toMatchObject({ code: 0 });
    expect(await world.plugins({ directory })).toEqual(['@etl/one 1.1.0 workspace']);
    expect(Object.keys(json(await readFile(join(directory, 'etl.lock'), 'utf8'))['plugins'] as object)).toEqual(['@etl/one']);
  }, 120_000);

  it('come to a clone of the project as they were, and a run with others is refused', async () => {
    await world.offer(one, two);
    const directory = await world.project('one');
    await world.etl(['plugins', 'install', 'one'], { directory });
    const clone = join(world.base, 'clone');
    await cp(directory, clone, { recursive: true, filter: (path) => !path.includes('.etl/') });
    await rm(join(clone, '.etl'), { recursive: true, force: true });
    for (const words of [['run', 'copy'], ['validate']]) {
      const refused = await world.etl([...words, '--json'], { directory: clone });
      expect([refused.code, json(refused.stdout)['error']]).toEqual([
        2,
        expect.objectContaining({
          code: 'CONFIG_INVALID',
          message: expect.stringContaining('@etl/one 1.0.0 is not installed'),
          hint: expect.stringContaining('etl plugins install'),
        }),
      ]);
    }
    expect(await world.etl(['plugins', 'install', '--no-input'], { directory: clone })).toMatchObject({ code: 0 });
    expect(await world.etl(['run', 'copy'], { directory: clone })).toMatchObject({ code: 0 });
    expect(await readFile(join(clone, 'etl.lock'), 'utf8')).toBe(await readFile(join(directory, 'etl.lock'), 'utf8'));

    // Sources that changed since are not what was locked.
    await world.offer({ ...one, says: 'tampered' }, two);
    await rm(join(clone, '.etl'), { recursive: true });
    const changed = await world.etl(['plugins', 'install'], { directory: clone });
    expect([changed.code, changed.stderr]).toEqual([
      2,
      expect.stringContaining('The sources of @etl/one on this machine are not those of etl.lock'),
    ]);
    // A stranger's package needs a yes, also when the lock has it.
    await writeFile(world.catalogue, '{"connectors": {}}');
    const stranger = await world.etl(['plugins', 'install'], { directory: clone });
    expect([stranger.code, stranger.stderr]).toEqual([2, expect.stringContaining('--trust @etl/one')]);
  }, 120_000);

  it('are told apart from a lock that names another content', async () => {
    await world.offer(one, two);
    const directory = await world.project('one');
    await world.etl(['plugins', 'install', 'one'], { directory });
    const path = join(directory, 'etl.lock');
    const text = await readFile(path, 'utf8');
    const differs = async (edit: (text: string) => string): Promise<string> => {
      await writeFile(path, edit(text));
      const { code, stderr } = await world.etl(['validate'], { directory });
      expect(code).toBe(2);
      return stderr;
    };
    expect(await differs((all) => all.replace(/sources-sha512-.{10}/, 'sources-sha512-0000000000'))).toContain(
      '@etl/one 1.0.0 has another content',
    );
    expect(await differs((all) => all.replace('"1.0.0"', '"9.0.0"'))).toContain(
      '@etl/one is installed in version 1.0.0, etl.lock has 9.0.0',
    );
    expect(await differs((all) => all.replace('"version": "4.6.7"', '"version": "4.6.8"'))).toContain(
      'zod 4.6.7, which a plugin needs, is not what etl.lock says',
    );
    expect(await differs(() => '{')).toContain('etl.lock is damaged');
  }, 60_000);
});

describe('an installation', () => {
  it.each([
    ['is no plugin', { manifest: { etl: undefined } }, 'is not a plugin of etl'],
    ['is made for another SDK', { manifest: { etl: { sdk: 2, connectors: { one: {} } } } }, 'is made for version 2 of the SDK'],
    ['has a module outside of itself', { manifest: { etl: { sdk: 1, connectors: { one: { module: './../../two/dist/index.js', summary: 'x', extractor: true } } } } }, 'lies outside of the plugin'],
    ['says that it can do what it cannot', { manifest: { etl: { sdk: 1, connectors: { one: { module: './dist/index.js', summary: 'Rows that say one', extractor: true, loader: ['append'] } } } } }, 'contradicts itself'],
    ['breaks when it is loaded', { module: 'throw new Error("no driver here");' }, 'no driver here'],
    ['offers a connector that another has', { name: '@etl/one', connector: 'file' }, "Two plugins offer the connector 'file'"],
    ['needs what is nowhere', { manifest: { dependencies: { '@etl/nowhere': '1.0.0' } } }, 'ETL_PLUGIN_REGISTRY'],
  ])('of a package that %s fails, and leaves the version that worked', async (_, broken, message) => {
    await world.offer(one, two);
    await world.etl(['plugins', 'install', 'one']);
    const folder = await readdir(join(world.data, 'sets'));
    const bad = { ...one, version: '2.0.0', ...broken };
    await world.offer(two, bad);
    const failed = await world.etl(['plugins', 'install', bad.connector]);
    expect([failed.code, failed.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(await world.plugins()).toEqual(['@etl/one 1.0.0 workspace']);
    expect(await readdir(join(world.data, 'sets'))).toEqual(folder);
  }, 60_000); // prettier-ignore

  it('refuses names that would fetch something else than was meant, before it asks any network', async () => {
    await world.offer(one);
    const refusal = async (...words: string[]) => (await world.etl(['plugins', 'install', ...words])).stderr;
    expect(await refusal('owner/repo')).toMatch(/GitHub[^]*Did you mean @owner\/repo\?/);
    expect(await refusal('@etl/onne')).toMatch(/not one of the connectors[^]*Did you mean @etl\/one\?/);
    expect(await refusal('https://user:hunter22@example.com/x.git')).not.toContain('hunter22');
    expect(await refusal('./one')).toContain('etl plugins link');
    expect(await refusal('some-package')).toContain('--trust some-package');
    expect(await refusal('one@7.0.0')).toContain('version 1.0.0, not 7.0.0');
    expect(await refusal()).toContain('There is no etl.lock');
  }, 60_000);

  it('runs no install script that was not allowed by name', async () => {
    const script = { scripts: { install: "node -e \"require('fs').writeFileSync('ran.txt', '')\"" } };
    await world.offer({ ...one, manifest: script });
    const held = await world.etl(['plugins', 'install', 'one', '--json']);
    expect(json(held.stdout)['scriptsHeld']).toEqual(['@etl/one']);
    const { stdout } = await world.etl(['plugins', 'inspect', 'one', '--json']);
    const { plugin } = JSON.parse(stdout) as { plugin: { folder: string } };
    expect(await readdir(plugin.folder)).not.toContain('ran.txt');
    const allowed = await world.etl(['plugins', 'install', 'one', '--allow-scripts', '@etl/one', '--json']);
    expect(json(allowed.stdout)['scriptsHeld']).toEqual([]);
    const after = JSON.parse((await world.etl(['plugins', 'inspect', 'one', '--json'])).stdout) as typeof held & {
      plugin: { folder: string };
    };
    expect(await readdir(after.plugin.folder)).toContain('ran.txt');
  }, 60_000);

  it('goes beside another at the same time, and both are there', async () => {
    await world.offer(one, two);
    const ended = await Promise.all([world.etl(['plugins', 'install', 'one']), world.etl(['plugins', 'install', 'two'])]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(await world.plugins()).toEqual(['@acme/etl-two 1.0.0 workspace', '@etl/one 1.0.0 workspace']);
  }, 60_000);

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'that ends by %s in the middle leaves what worked, and the next goes on',
    async (signal) => {
      await world.offer(one, two);
      await world.etl(['plugins', 'install', 'one']);
      const registry = await startRegistry([]);
      registry.hang();
      try {
        const variables = { ETL_PLUGIN_REGISTRY: registry.url };
        const interrupted = await world.etl(['plugins', 'install', '@etl/one'], {
          variables,
          async meanwhile(child) {
            while (registry.asked.length === 0) await new Promise((resolve) => setTimeout(resolve, 10));
            child.kill(signal);
          },
        });
        expect(interrupted.code).toBe(signal === 'SIGKILL' ? null : 130);
      } finally {
        await registry.end();
      }
      expect(await world.plugins()).toEqual(['@etl/one 1.0.0 workspace']);
      expect(await world.etl(['plugins', 'install', 'two'])).toMatchObject({ code: 0 });
      expect(await world.plugins()).toEqual(['@acme/etl-two 1.0.0 workspace', '@etl/one 1.0.0 workspace']);
      expect(await readdir(join(world.data, 'sets'))).toHaveLength(2);
    },
    60_000,
  );
});

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
  }, 120_000);
});

describe('a linked plugin', () => {
  it('is used from its folder, at once when it is built again, and is never in etl.lock', async () => {
    await world.offer(one);
    const directory = await world.project('one');
    await world.etl(['plugins', 'install', 'one'], { directory });
    await world.offer({ ...two, module: undefined } as typeof two);
    const without = await world.etl(['plugins', 'link', world.folder('two')], { directory });
    expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('cannot be loaded')]);
    expect(await world.plugins({ directory })).toEqual(['@etl/one 1.0.0 workspace']);
    const from = join(directory, '.etl/plugins/sets', (await readFile(join(directory, '.etl/plugins/current'), 'utf8')).trim());
    await cp(join(from, 'node_modules'), join(world.folder('two'), 'node_modules'), { recursive: true });
    expect(await world.etl(['plugins', 'link', world.folder('two')], { directory })).toMatchObject({ code: 0 });
    expect(await world.plugins({ directory })).toEqual(['@acme/etl-two 1.0.0 link', '@etl/one 1.0.0 workspace']);
    expect(await readFile(join(directory, 'etl.lock'), 'utf8')).not.toContain('etl-two');
    expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 0 });
    expect(await world.etl(['plugins', 'uninstall', 'two'], { directory })).toMatchObject({ code: 0 });
  }, 60_000);
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
  }, 120_000);
});
