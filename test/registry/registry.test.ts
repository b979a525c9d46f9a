import { mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, it } from '@jest/globals';
import { defineConnector, type Connector } from '@etl/sdk';
import { z } from 'zod';
import { bundledPlugins, loadRegistry, manifestDifferences, type PluginSource } from '../../src/registry/index.js';

const folder = mkdtempSync(join(tmpdir(), 'etl-registry-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const connector = (name: string, more: Partial<Connector> = {}): Connector => ({
  ...defineConnector({
    name,
    summary: 'For tests',
    connection: z.strictObject({}),
    open: () => Promise.reject(new Error('These tests never open a connection')),
  }),
  ...more,
});

interface Offer {
  readonly module?: string;
  readonly summary?: string;
  readonly extractor?: boolean;
  readonly loader?: readonly string[];
}

const plugin = (name: string, connectors: Readonly<Record<string, Offer>>, more: object = {}): PluginSource => ({
  name,
  root: folder,
  pjson: {
    name,
    version: '1.2.3',
    etl: {
      sdk: 1,
      connectors: Object.fromEntries(
        Object.entries(connectors).map(([key, offer]) => [key, { module: './index.js', summary: 'For tests', ...offer }]),
      ),
      ...more,
    },
  },
});

describe('the registry', () => {
  it('lists what the manifests say without importing anything', () => {
    const registry = loadRegistry(
      [
        plugin('@x/b', { bee: { extractor: true } }),
        plugin('@x/a', { ant: { loader: ['append', 'merge'] } }),
        { name: 'other', root: folder, pjson: { name: 'other' } },
      ],
      {
        importModule: () => Promise.reject(new Error('imported')),
      },
    );
    expect(registry.list()).toEqual([
      {
        name: 'ant',
        summary: 'For tests',
        plugin: '@x/a',
        version: '1.2.3',
        extractor: false,
        modes: ['append', 'merge'],
        module: join(folder, 'index.js'),
      },
      { name: 'bee', summary: 'For tests', plugin: '@x/b', version: '1.2.3', extractor: true, modes: [], module: join(folder, 'index.js') },
    ]);
    expect(registry.problems).toEqual([]);
  });

  it('imports a connector once, when it is first asked for', async () => {
    const imported: string[] = [];
    const registry = loadRegistry([plugin('@x/a', { ant: {} })], {
      importModule: async (module) => {
        imported.push(module);
        return { default: connector('ant') };
      },
    });
    expect(await registry.get('ant')).toBe(await registry.get('ant'));
    expect(imported).toEqual([join(folder, 'index.js')]);
  });

  it('imports a real module from the folder of its plugin', async () => {
    const root = join(folder, 'real plugin #1');
    mkdirSync(root);
    writeFileSync(
      join(root, 'index.mjs'),
      "export default { name: 'real', summary: 'For tests', connection: {}, open: async () => ({}) };",
    );
    const source = { ...plugin('@x/real', { real: { module: './index.mjs' } }), root };
    expect((await loadRegistry([source]).get('real')).name).toBe('real');
  });

  it('names the nearest connector, and how to install one that it knows of', async () => {
    const registry = loadRegistry([plugin('@x/a', { duckdb: {}, file: {} })], { installable: new Map([['mysql', '@etl/mysql']]) });
    const hints = await Promise.all(['duckbd', 'mysql', 'mysq', 'zzz'].map((name) => registry.get(name).catch((error: unknown) => error)));
    expect(hints).toEqual([
      expect.objectContaining({ code: 'CONNECTOR_UNKNOWN', hint: "Did you mean 'duckdb'? Installed: duckdb, file" }),
      expect.objectContaining({ hint: 'Install it with: etl plugins install @etl/mysql (installed: duckdb, file)' }),
      expect.objectContaining({ hint: "Did you mean 'mysql'? Install it with: etl plugins install @etl/mysql (installed: duckdb, file)" }),
      expect.objectContaining({ hint: 'Installed: duckdb, file' }),
    ]);
  });

  it('refuses a name that two plugins offer, naming both, and keeps the others', async () => {
    const registry = loadRegistry([plugin('@x/a', { ant: {}, bee: {} }), plugin('@x/b', { ant: {} })], {
      importModule: async () => ({ default: connector('bee') }),
    });
    const message = "Two plugins offer the connector 'ant': @x/a and @x/b";
    await expect(registry.get('ant')).rejects.toMatchObject({ code: 'CONNECTOR_UNKNOWN', message });
    expect(registry.problems.map((problem) => problem.message)).toEqual([message]);
    expect(registry.find('ant')).toBeUndefined();
    expect((await registry.get('bee')).name).toBe('bee');
  });

  it('takes the same plugin twice for one', () => {
    const registry = loadRegistry([plugin('@x/a', { ant: {} }), plugin('@x/a', { ant: {} })]);
    expect([registry.list().length, registry.problems]).toEqual([1, []]);
  });

  it.each<[string, object | null, RegExp]>([
    [
      'another version of the SDK',
      { sdk: 2, connectors: { ant: {} } },
      /^The plugin @x\/a 1.2.3 is made for version 2 of the SDK, this etl has version 1$/,
    ],
    ['no version of the SDK', { connectors: { ant: {} } }, /is made for no version of the SDK/],
    [
      'a mode that does not exist',
      { sdk: 1, connectors: { ant: { module: './i.js', summary: 's', loader: ['upsert'] } } },
      /etl\.connectors\.ant\.loader\.0: /,
    ],
    [
      'a field that does not exist',
      { sdk: 1, connectors: { ant: { module: './i.js', summary: 's', driver: 'x' } } },
      /cannot be used: its package.json is wrong/,
    ],
    [
      'a module outside of the plugin',
      { sdk: 1, connectors: { ant: { module: './../evil.js', summary: 's' } } },
      /the module of connector ant lies outside of the plugin: \.\/\.\.\/evil\.js/,
    ],
    ['no connectors at all', null, /is made for no version of the SDK/],
  ])('refuses a plugin with %s, and only that one', async (_, etl, message) => {
    const registry = loadRegistry([{ name: '@x/a', root: folder, pjson: { version: '1.2.3', etl } }, plugin('@x/b', { bee: {} })]);
    expect(registry.problems.map((problem) => problem.message)).toEqual([expect.stringMatching(message)]);
    expect(registry.list().map(({ name }) => name)).toEqual(['bee']);
    if (etl !== null) await expect(registry.get('ant')).rejects.toThrow(message);
  });

  it('refuses a module that a link leads out of the plugin', () => {
    const root = join(folder, 'linked');
    mkdirSync(root);
    writeFileSync(join(folder, 'evil.js'), '');
    symlinkSync(join(folder, 'evil.js'), join(root, 'index.js'));
    expect(loadRegistry([{ ...plugin('@x/a', { ant: {} }), root }]).problems).toHaveLength(1);
  });

  it.each<[string, unknown, RegExp]>([
    ['nothing as its default export', {}, /has no connector as its default export/],
    ['another name', { default: connector('bee') }, /the module calls it 'bee'/],
    ['another summary', { default: connector('ant', { summary: 'x' }) }, /the module's summary is "x"/],
    [
      'an extractor that the manifest does not name',
      { default: connector('ant', { extractor: { options: z.unknown() } }) },
      /says extractor: false, the module the opposite/,
    ],
    [
      'modes that the manifest does not name',
      { default: connector('ant', { loader: { options: z.unknown(), modes: ['merge'] } }) },
      /says loader: \[\], the module \[merge\]/,
    ],
  ])('refuses a module with %s', async (_, module, message) => {
    await expect(loadRegistry([plugin('@x/a', { ant: {} })], { importModule: async () => module }).get('ant')).rejects.toThrow(message);
  });

  it('says which plugin cannot be loaded, and keeps the cause', async () => {
    const cause = new Error('boom');
    await expect(
      loadRegistry([plugin('@x/a', { ant: {} })], { importModule: () => Promise.reject(cause) }).get('ant'),
    ).rejects.toMatchObject({
      code: 'CONNECTOR_UNKNOWN',
      message: "The connector 'ant' of @x/a cannot be loaded: boom",
      hint: 'Install @x/a again',
      cause,
    });
  });
});

describe('the bundled plugins', () => {
  const registry = loadRegistry(bundledPlugins());

  it('are file and duckdb', () => {
    expect([registry.list().map(({ name }) => name), registry.problems]).toEqual([['duckdb', 'file'], []]);
  });

  it.each(registry.list())('do what their manifests say: $name', async (entry) => {
    expect(manifestDifferences(entry, await registry.get(entry.name))).toEqual([]);
  });
});
