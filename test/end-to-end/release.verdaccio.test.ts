import { execFile } from 'node:child_process';
import { appendFile, mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { PluginWorld, root } from '../plugins/plugin-world.js';
import { startVerdaccio, type Verdaccio } from '../plugins/verdaccio.js';

const one = { name: '@etl/one', connector: 'one' };
const run = promisify(execFile);
const json = (text: string) => JSON.parse(text) as Record<string, unknown>;

let world: PluginWorld;
let registry: Verdaccio;
let release: readonly { readonly name: string; readonly version: string; readonly file: string; readonly integrity: string }[];
let scoped: NodeJS.ProcessEnv;
beforeAll(async () => {
  const base = await realpath(await mkdtemp(join(tmpdir(), 'etl-release-')));
  const cli = join(base, 'cli');
  await mkdir(cli);
  const pack = run(process.execPath, [join(root, 'scripts/release.mjs'), join(base, 'release'), '--json']);
  registry = await startVerdaccio(join(base, 'verdaccio'));
  release = JSON.parse((await pack).stdout) as typeof release;
  scoped = { ETL_PLUGIN_REGISTRY: registry.url };
  for (const { file } of release) await registry.publish(file);
  const flags = [`--@etl:registry=${registry.url}`, '--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
  await run('npm', ['install', '@etl/cli', '--prefix', cli, ...flags], { cwd: cli });
  world = await PluginWorld.make({ base, bin: join(cli, 'node_modules/@etl/cli/bin/run.js') });
}, 600_000);
afterAll(async () => {
  await registry.end();
  await world.end();
});

/** Another machine: npm has fetched nothing there yet. */
const elsewhere = (): NodeJS.ProcessEnv => ({ ...scoped, npm_config_cache: join(world.base, 'other-cache') });

describe('a release on a registry', () => {
  it('is the whole command line with every package, none of them private', async () => {
    expect(release.map(({ name }) => name)).toEqual(
      expect.arrayContaining(['@etl/cli', '@etl/sdk', '@etl/testkit', '@etl/files', '@etl/connector-file', '@etl/connector-duckdb']),
    );
    for (const { name, version, integrity } of release)
      expect((await registry.about(name)).versions[version]?.dist.integrity).toBe(integrity);
    const { stdout } = await world.etl(['connectors', 'list', '--json']);
    expect(json(stdout)).toMatchObject({ connectors: [{ name: 'duckdb' }, { name: 'file' }] });
    expect(await world.etl(['plugins', 'new', 'lake', '--dir', join(world.base, 'lake')], { variables: scoped })).toMatchObject({
      code: 0,
    });
    const flags = ['--no-audit', '--no-fund', '--prefer-offline', '--loglevel=error'];
    await run('npm', ['install', ...flags], { cwd: join(world.base, 'lake') });
    await run('npm', ['run', 'build'], { cwd: join(world.base, 'lake') });
    expect(await world.etl(['plugins', 'link', join(world.base, 'lake')], { variables: scoped })).toMatchObject({ code: 0 });
    expect(await world.etl(['plugins', 'uninstall', 'lake'])).toMatchObject({ code: 0 });
  }, 300_000);

  it('brings every connector of the catalogue by its name, from that registry alone', async () => {
    const { installable } = json((await world.etl(['connectors', 'list', '--json'])).stdout) as {
      installable: { name: string; plugin: string }[];
    };
    for (const { name } of installable) expect(await world.etl(['connectors', 'show', name])).toMatchObject({ code: 0 });
    const names = installable.map(({ name }) => name);
    if (names.length === 0) return;
    expect(await world.etl(['plugins', 'install', ...names])).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('ETL_PLUGIN_REGISTRY'),
    });
    expect(await world.etl(['plugins', 'install', ...names], { variables: scoped })).toMatchObject({ code: 0 });
    expect(await world.plugins()).toEqual(installable.map(({ plugin }) => expect.stringMatching(new RegExp(`^${plugin} .* registry$`))));
    expect(await world.etl(['plugins', 'uninstall', ...names])).toMatchObject({ code: 0 });
  }, 300_000);

  it('installs, runs, lists, updates, and locks what the registry vouches for', async () => {
    await world.name(one);
    const [first, second] = [await world.pack({ ...one, version: '1.0.0' }), await world.pack({ ...one, version: '1.1.0', says: 'newer' })];
    await registry.publish(first.tarball);
    const directory = await world.project('one');
    const installed = await world.etl(['plugins', 'install', 'one', '--json'], { directory, variables: scoped });
    expect(json(installed.stdout)).toMatchObject({
      installed: [{ name: '@etl/one', version: '1.0.0', source: 'registry' }],
      project: directory,
    });
    expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 0 });
    expect(await world.rows(directory)).toBe('says\none\n');
    const text = await readFile(join(directory, 'etl.lock'), 'utf8');
    expect(text).not.toMatch(/https?:|127\.0\.0\.1/);
    const about = await registry.about('@etl/one');
    const sdk = release.find(({ name }) => name === '@etl/sdk');
    expect(json(text)).toMatchObject({
      plugins: { '@etl/one': { version: '1.0.0', source: 'registry', integrity: about.versions['1.0.0']?.dist.integrity } },
      tree: { 'node_modules/@etl/sdk': { version: sdk?.version, integrity: sdk?.integrity } },
    });

    await registry.publish(second.tarball);
    expect(await world.etl(['validate'], { directory })).toMatchObject({ code: 0 });
    // The registry is remembered.
    const updated = await world.etl(['plugins', 'update', '--json'], { directory });
    expect(json(updated.stdout)['updated']).toEqual([{ name: '@etl/one', from: '1.0.0', to: '1.1.0', changed: true }]);
    expect(await world.plugins({ directory })).toEqual(['@etl/one 1.1.0 registry']);
    expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 0 });
    expect(await world.rows(directory)).toBe('says\nnewer\n');
    await writeFile(join(directory, 'etl.lock'), text);
  }, 300_000);

  it('comes to another machine exactly as it was locked, though there is a newer one, and not where its content is another', async () => {
    const directory = join(world.base, 'project');
    await rm(join(directory, '.etl'), { recursive: true });
    expect(await world.etl(['plugins', 'install', '--no-input'], { directory, variables: elsewhere() })).toMatchObject({ code: 0 });
    expect(await world.plugins({ directory })).toEqual(['@etl/one 1.0.0 registry']);
    expect(await world.etl(['validate'], { directory })).toMatchObject({ code: 0 });

    await rm(join(directory, '.etl'), { recursive: true });
    await rm(join(world.base, 'other-cache'), { recursive: true });
    const [tarball] = (await readdir(join(registry.storage, '@etl/one'))).filter((name) => name.endsWith('1.0.0.tgz'));
    await appendFile(join(registry.storage, '@etl/one', tarball ?? ''), 'more');
    const refused = await world.etl(['plugins', 'install', '--no-input'], { directory, variables: elsewhere() });
    expect([refused.code, refused.stderr]).toEqual([2, expect.stringMatching(/integrity|sha512/i)]);
    expect(await world.plugins({ directory })).toEqual([]);
    expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 2 });
  }, 300_000);

  it('makes a bundle, from which it is installed where no registry answers any more', async () => {
    const bundle = join(world.base, 'bundle');
    expect(await world.etl(['plugins', 'bundle', bundle, 'one@1.1.0'], { variables: scoped })).toMatchObject({ code: 0 });
    await registry.end();
    const variables = { ...scoped, npm_config_registry: registry.url, npm_config_cache: join(world.base, 'third-cache') };
    const directory = await world.project('one', 'offline');
    expect(await world.etl(['plugins', 'install', 'one'], { directory, variables })).toMatchObject({ code: 4 });
    expect(await world.etl(['plugins', 'install', 'one', '--offline', bundle], { directory, variables })).toMatchObject({ code: 0 });
    expect(await world.plugins({ directory })).toEqual(['@etl/one 1.1.0 bundle']);
    expect(await world.etl(['run', 'copy'], { directory })).toMatchObject({ code: 0 });
  }, 300_000);
});
