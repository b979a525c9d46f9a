import { cp, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { PluginWorld, root } from '../plugins/plugin-world.js';

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
    expect(json(before.stdout)['installable']).toEqual(
      expect.arrayContaining([
        expect.objectContaining({ name: 'one', command: 'etl plugins install one' }),
        expect.objectContaining({ name: 'two' }),
      ]),
    );
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
    const { version } = json(await readFile(join(root, 'plugins/file/package.json'), 'utf8'));
    expect(json(lock)).toMatchObject({
      builtin: {
        '@etl/connector-file': { version, source: 'etl', connectors: ['file'] },
        '@etl/connector-duckdb': { connectors: ['duckdb'] },
      },
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
  }, 180_000);

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
  }, 180_000);

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

    // The connectors that come with etl are locked too, by their version: accepting this etl is one command, and no installation can change it.
    const older = text.replace(/("@etl\/connector-file": \{\s+"version": )"[^"]+"/, '$1"0.0.9"');
    const stderr = await differs(() => older);
    expect(stderr).toMatch(/@etl\/connector-file \S+ comes with this etl, etl\.lock has 0\.0\.9/);
    expect(stderr).toContain('etl plugins update');
    expect(await world.etl(['plugins', 'install', '--no-input'], { directory })).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('etl plugins update'),
    });
    expect(await world.etl(['plugins', 'update'], { directory })).toMatchObject({ code: 0 });
    expect(await readFile(path, 'utf8')).toBe(text);
    expect(await world.etl(['validate'], { directory })).toMatchObject({ code: 0 });
  }, 180_000);

  it('have to be in the lock where jobs use them: what the catalogue knows of one is enough only where there is no lock', async () => {
    await world.offer({ ...one, options: 'one.json' }, two);
    await writeFile(join(world.base, 'sources/one.json'), JSON.stringify({ connection: { type: 'object' }, extract: { type: 'object' } }));
    const directory = await world.project('one');
    const validate = async () => json((await world.etl(['validate', '--json'], { directory })).stdout);
    expect(await validate()).toMatchObject({
      exitCode: 0,
      missing: [{ connector: 'one', plugin: '@etl/one', command: 'etl plugins install one' }],
    });
    expect((await world.etl(['validate'], { directory })).stderr).toContain('The connector one is not installed: etl plugins install one');
    // What no job uses may be locked as well: somebody installed it here by name.
    await world.etl(['plugins', 'install', 'two'], { directory });
    expect(await validate()).toMatchObject({
      exitCode: 2,
      problems: [{ place: { file: 'etl.lock' }, message: expect.stringContaining('does not have the connector one'), hint: expect.stringContaining('etl plugins install one') }],
    }); // prettier-ignore
    const run = await world.etl(['run', 'copy'], { directory });
    expect([run.code, run.stderr]).toEqual([2, expect.stringContaining('etl plugins install @etl/one')]);
    await world.etl(['plugins', 'install', 'one'], { directory });
    expect(await validate()).toMatchObject({ exitCode: 0, problems: [], missing: [] });
  }, 180_000);
});
