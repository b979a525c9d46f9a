import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, readdir, readFile, realpath, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { root, PluginWorld } from '../plugins/plugin-world.js';

let world: PluginWorld;
let lake: string;
beforeAll(async () => {
  world = await PluginWorld.make();
  lake = join(world.base, 'work/lake');
});
afterAll(() => world.end());

interface Ended {
  readonly code: number;
  readonly output: string;
}

/** Runs Node in the new package, with a registry that answers nobody: all that it needs is there. */
const inPackage = (...words: readonly string[]): Promise<Ended> =>
  new Promise((resolve) => {
    const env = { PATH: process.env['PATH'], HOME: world.base, npm_config_registry: 'http://127.0.0.1:9/' };
    execFile(process.execPath, words, { cwd: lake, env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve({ code: error === null ? 0 : Number(error.code), output: stdout + stderr }),
    );
  });

describe('a connector that etl plugins new begins', () => {
  it('builds, passes the contract at once, is linked, and moves rows in a job', async () => {
    const made = await world.etl(['plugins', 'new', 'lake', '--dir', 'lake', '--package', '@acme/etl-lake', '--json']);
    expect([made.code, made.stderr]).toEqual([0, '']);
    expect(JSON.parse(made.stdout)).toMatchObject({
      connector: 'lake',
      package: '@acme/etl-lake',
      folder: lake,
      written: expect.arrayContaining(['package.json', '.npmrc', 'src/index.ts', 'test/contract.test.ts']),
      linked: ['@etl/sdk', '@etl/testkit', 'zod', 'typescript', '@types/node'],
    });

    expect(await inPackage(join(root, 'node_modules/typescript/bin/tsc'))).toEqual({ code: 0, output: '' });
    const tests = (await readdir(join(lake, 'dist/test'))).filter((name) => name.endsWith('.test.js'));
    const tested = await inPackage('--test', '--test-reporter=tap', ...tests.map((name) => join('dist/test', name)));
    expect(tested.output.split('\n').filter((line) => /^\s*not ok/.test(line))).toEqual([]);
    expect(tested.code).toBe(0);
    expect(Number(/^# pass (\d+)$/m.exec(tested.output)?.[1])).toBeGreaterThan(150);
    expect(tested.output).toMatch(/^# Subtest: extractor lake$/m);
    expect(tested.output).toMatch(/^# Subtest: loader lake$/m);

    const directory = await project();
    expect(await world.etl(['plugins', 'link', lake], { directory })).toMatchObject({ code: 0 });
    const listed = await world.etl(['connectors', 'list', '--json'], { directory });
    expect(JSON.parse(listed.stdout)).toMatchObject({
      connectors: expect.arrayContaining([expect.objectContaining({ name: 'lake', plugin: '@acme/etl-lake' })]),
    });
    expect(await world.etl(['validate'], { directory })).toMatchObject({ code: 0 });
    for (const job of ['store', 'fetch', 'fetch']) expect(await world.etl(['run', job], { directory })).toMatchObject({ code: 0 });
    expect(await readdir(join(directory, 'lake'))).toEqual(['orders.jsonl']);
    expect(await readFile(join(directory, 'out/orders.csv'), 'utf8')).toBe(orders);
  }, 180_000);

  it('is refused under a name that is taken or wrong, and never written over what is there', async () => {
    const refusals = [
      { words: ['duckdb'], says: "There is a connector 'duckdb' already, of @etl/connector-duckdb" },
      { words: ['Lake'], says: 'small letters' },
      { words: ['pond', '--package', 'Not A Name'], says: 'not a name that npm takes' },
    ];
    for (const { words, says } of refusals) {
      const { code, stderr } = await world.etl(['plugins', 'new', ...words]);
      expect([code, stderr]).toEqual([2, expect.stringContaining(says)]);
    }
    const folder = await realpath(await mkdtemp(join(tmpdir(), 'etl-new-')));
    try {
      await writeFile(join(folder, 'package.json'), '{"mine": true}');
      const { code, stderr } = await world.etl(['plugins', 'new', 'pond', '--dir', folder]);
      expect([code, stderr]).toEqual([1, expect.stringContaining('package.json')]);
      expect(await readdir(folder)).toEqual(['package.json']);
      expect(await world.etl(['plugins', 'new', 'pond', '--dir', folder, '--force'])).toMatchObject({ code: 0 });
      expect(JSON.parse(await readFile(join(folder, 'package.json'), 'utf8'))).toMatchObject({ name: 'etl-connector-pond' });
    } finally {
      await rm(folder, { recursive: true, force: true });
    }
  }, 180_000);
});

const orders = 'id,total,note\n1,12.50,"a ""b"""\n2,9007199254740993.10,\n';

/** One job that stores a file as a table of the connector, one that fetches it back. */
async function project(): Promise<string> {
  const directory = join(world.base, 'shop');
  const write = async (path: string, text: string): Promise<void> => {
    await mkdir(join(directory, path, '..'), { recursive: true });
    await writeFile(join(directory, path), text);
  };
  await write(
    'etl.yaml',
    'project: shop\nconnections:\n  files: { connector: file, path: . }\n  lake: { connector: lake, folder: ./lake }\n',
  );
  await write('data/orders.csv', orders);
  await write(
    'jobs/store/job.yaml',
    'name: store\nextract:\n  orders: { from: files, file: data/orders.csv }\nload:\n  - { dataset: orders, to: lake, table: orders, mode: replace }\n',
  );
  await write(
    'jobs/fetch/job.yaml',
    'name: fetch\nextract:\n  orders: { from: lake, table: orders }\nload:\n  - { dataset: orders, to: files, file: out/orders.csv, mode: replace }\n',
  );
  await mkdir(join(directory, 'out'));
  return directory;
}
