import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PluginWorld } from '../plugins/plugin-world.js';
import { startRegistry } from '../plugins/scope-registry.js';

const one = { name: '@etl/one', connector: 'one' };
const two = { name: '@acme/etl-two', connector: 'two' };

const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

describe('an installation', () => {
  // One world for all that must leave it as it was.
  let world: PluginWorld;
  beforeAll(async () => {
    world = await PluginWorld.make();
    await world.offer(one, two);
    expect(await world.etl(['plugins', 'install', 'one'])).toMatchObject({ code: 0 });
  }, 180_000);
  afterAll(() => world.end());

  it.each([
    ['is no plugin', { manifest: { etl: undefined } }, 'is not a plugin of etl'],
    ['is made for another SDK', { manifest: { etl: { sdk: 2, connectors: { one: {} } } } }, 'is made for version 2 of the SDK'],
    ['has a module outside of itself', { manifest: { etl: { sdk: 1, connectors: { one: { module: './../../two/dist/index.js', summary: 'x', extractor: true } } } } }, 'lies outside of the plugin'],
    ['says that it can do what it cannot', { manifest: { etl: { sdk: 1, connectors: { one: { module: './dist/index.js', summary: 'Rows that say one', extractor: true, loader: ['append'] } } } } }, 'contradicts itself'],
    ['breaks when it is loaded', { module: 'throw new Error("no driver here");' }, 'no driver here'],
    ['offers a connector that another has', { name: '@etl/one', connector: 'file' }, "Two plugins offer the connector 'file'"],
    ['needs what is nowhere', { manifest: { dependencies: { '@etl/nowhere': '1.0.0' } } }, 'ETL_PLUGIN_REGISTRY'],
  ])('of a package that %s fails, and leaves the version that worked', async (_, broken, message) => {
    const folder = await readdir(join(world.data, 'sets'));
    const bad = { ...one, version: '2.0.0', ...broken };
    await world.offer(two, bad);
    const failed = await world.etl(['plugins', 'install', bad.connector]);
    expect([failed.code, failed.stderr]).toEqual([2, expect.stringContaining(message)]);
    expect(await world.plugins()).toEqual(['@etl/one 1.0.0 workspace']);
    expect(await readdir(join(world.data, 'sets'))).toEqual(folder);
  }, 180_000); // prettier-ignore

  it('refuses names that would fetch something else than was meant, before it asks any network', async () => {
    await world.offer(one, two);
    const refusals: readonly (readonly [string[], RegExp])[] = [
      [['owner/repo'], /GitHub[^]*Did you mean @owner\/repo\?/],
      [['@etl/onne'], /not one of the connectors[^]*Did you mean @etl\/one\?/],
      [['https://user:hunter22@example.com/x.git'], /is an address(?![^]*hunter22)/],
      [['./one'], /etl plugins link/],
      [['some-package'], /next: If you know who publishes it: --trust some-package/],
      [['onee'], /Did you mean one\? If you know/],
      [['@acme/etl-twoo'], /Did you mean @acme\/etl-two\?/],
      [['one@7.0.0'], /version 1\.0\.0, not 7\.0\.0/],
      [[], /There is no etl\.lock/],
    ];
    for (const [words, says] of refusals)
      expect(await world.etl(['plugins', 'install', ...words])).toMatchObject({ code: 2, stderr: expect.stringMatching(says) });
  }, 180_000);

  it.each(['SIGKILL', 'SIGINT'] as const)(
    'that ends by %s in the middle leaves what worked, and the next goes on',
    async (signal) => {
      await world.offer(one, two);
      const before = await world.plugins();
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
      expect(await world.plugins()).toEqual(before);
      expect(before).toContain('@etl/one 1.0.0 workspace');
      expect(await world.etl(['plugins', 'install', 'two'])).toMatchObject({ code: 0 });
      expect(await world.plugins()).toEqual(['@acme/etl-two 1.0.0 workspace', '@etl/one 1.0.0 workspace']);
      expect(await readdir(join(world.data, 'sets'))).toHaveLength(2);
    },
    180_000,
  );

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
    // What a plugin says that it works without is not run either, and not worth a word.
    const variables = { XDG_DATA_HOME: join(world.base, 'quiet-home') };
    await world.offer({ ...one, manifest: { ...script, allowScripts: { '@etl/one': false } } });
    const quiet = await world.etl(['plugins', 'install', 'one', '--json'], { variables });
    expect(json(quiet.stdout)['scriptsHeld']).toEqual([]);
    const there = JSON.parse((await world.etl(['plugins', 'inspect', 'one', '--json'], { variables })).stdout) as {
      plugin: { folder: string };
    };
    expect(await readdir(there.plugin.folder)).not.toContain('ran.txt');
  }, 180_000);

  it('goes beside another at the same time, and both are there', async () => {
    await world.offer(one, two);
    const variables = { XDG_DATA_HOME: join(world.base, 'another-home') };
    const install = (name: string) => world.etl(['plugins', 'install', name], { variables });
    const ended = await Promise.all([install('one'), install('two')]);
    expect(ended.map(({ code }) => code)).toEqual([0, 0]);
    expect(await world.plugins({ variables })).toEqual(['@acme/etl-two 1.0.0 workspace', '@etl/one 1.0.0 workspace']);
  }, 180_000);
});
