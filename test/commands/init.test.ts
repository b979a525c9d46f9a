import { mkdir, readdir, readFile, stat, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '@etl/columnar';
import { parse } from 'yaml';
import Init from '../../src/commands/init.js';
import Run from '../../src/commands/run.js';
import Test from '../../src/commands/test.js';
import Validate from '../../src/commands/validate.js';
import { tryCommand, type TrySetting } from './try-command.js';
import { temporaryFolders } from './temporary-folder.js';

const folder = temporaryFolders();
const init = (directory: string, ...argv: string[]) => tryCommand(Init, argv, { directory });

const filesBelow = async (directory: string): Promise<string[]> =>
  (await readdir(directory, { recursive: true, withFileTypes: true }))
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name).slice(directory.length + 1))
    .sort();

/** Types each answer when its question stands on the screen. */
const answering =
  (answers: readonly (readonly [question: string, keys: string])[]): NonNullable<TrySetting['meanwhile']> =>
  async ({ stdin, stderr: screen }) => {
    for (const [question, keys] of answers) {
      while (!screen.text.includes(question)) await new Promise((resolve) => setTimeout(resolve, 10));
      await new Promise((resolve) => setTimeout(resolve, 150));
      stdin.write(keys);
    }
  };

/** A project with one connection to a database of three tables. */
async function shop(): Promise<string> {
  const directory = await folder();
  await writeFile(join(directory, 'etl.yaml'), 'project: shop\nconnections:\n  shop: { connector: duckdb, path: ./shop.duckdb }\n');
  const database = await openDatabase(join(directory, 'shop.duckdb'), { temporary: join(directory, 'temporary') });
  const session = await database.connect();
  await session.run(
    `create table orders (id bigint primary key, total decimal(12,2)); insert into orders values (1, 12.50);
     create table "order ""lines""" (line integer, "order: id" bigint, text varchar, primary key ("order: id", line));
     create table log (moment timestamptz, text varchar)`,
  );
  await session.close();
  await database.close();
  return directory;
}

describe('etl init', () => {
  it.each([
    ['demo', 'sales'],
    ['csv-to-duckdb', 'load'],
    ['empty', 'copy'],
  ])('makes a project from the template %s and says what to type next', async (template, job) => {
    const directory = await folder();
    const { exitCode, stdout, stderr } = await init(directory, 'my-shop', '--template', template, '--yes');
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain(`cd my-shop\n  etl preview ${job}\n  etl test\n  etl run ${job}`);
    const project = join(directory, 'my-shop');
    const files = await filesBelow(project);
    for (const file of [
      'etl.yaml',
      `jobs/${job}/job.yaml`,
      `jobs/${job}/schemas.yaml`,
      `jobs/${job}/job.test.yaml`,
      'tsconfig.json',
      '.env.example',
      '.gitignore',
    ])
      expect(files).toContain(file);
    expect(await readFile(join(project, 'etl.yaml'), 'utf8')).toMatch(/^project: my-shop$/m);
    for (const file of files.filter((name) => !name.startsWith('.etl/'))) {
      const text = await readFile(join(project, file), 'utf8');
      expect(text).not.toMatch(/__(project|job)__/);
      const schema = /^# yaml-language-server: \$schema=(.*)$/m.exec(text)?.[1];
      if (file.endsWith('.yaml')) expect(files).toContain(join(dirname(file), schema ?? 'no schema'));
    }
    expect((await stat(join(project, '.etl'))).mode & 0o077).toBe(0);
  });

  it('gives the job of a template another name', async () => {
    const directory = await folder();
    expect((await init(directory, 'x', '--template', 'csv-to-duckdb', '--job', 'null')).exitCode).toBe(0);
    expect(await readFile(join(directory, 'x/jobs/null/job.yaml'), 'utf8')).toMatch(/^name: "null"$/m);
    expect((await init(directory, 'y', '--template', 'demo', '--job', 'other')).exitCode).toBe(2);
  });

  it('overwrites nothing: it names what is in the way, writes nothing else, and replaces only with --force', async () => {
    const directory = await folder();
    await mkdir(join(directory, 'data'));
    await writeFile(join(directory, 'data/input.csv'), 'mine');
    await writeFile(join(directory, '.gitignore'), 'mine too');
    const refused = await init(directory, '--template', 'empty');
    expect(refused.exitCode).toBe(1);
    expect(refused.stderr).toMatch(/there already:\n {2}data\/input\.csv\n {2}\.gitignore/);
    expect(await filesBelow(directory)).toEqual(['.gitignore', 'data/input.csv']);
    expect((await init(directory, '--template', 'empty', '--force')).exitCode).toBe(0);
    expect(await readFile(join(directory, 'data/input.csv'), 'utf8')).toContain('Łukasz');
  });

  it('refuses to begin a project where one is, and to write through a link', async () => {
    const directory = await folder();
    const elsewhere = await folder();
    await symlink(elsewhere, join(directory, 'jobs'));
    expect((await init(directory, '.', '--template', 'empty')).stderr).toContain('outside of the project');
    expect(await filesBelow(elsewhere)).toEqual([]);
    const second = await folder();
    await init(second, '.', '--template', 'empty');
    expect((await init(second, '.', '--template', 'demo')).stderr).toContain('is a project already');
  });

  it('never waits for an answer that nobody can give, and names the flags instead', async () => {
    const directory = await folder();
    for (const argv of [['x'], ['x', '--no-input'], ['x', '--json']]) {
      const { exitCode, stdout, stderr } = await init(directory, ...argv);
      expect(exitCode).toBe(2);
      expect(stdout + stderr).toContain('--template or --from');
    }
    expect(await readdir(directory)).toEqual([]);
  });

  it.each([
    [['x', '--template', 'dmo'], "Did you mean 'demo'?"],
    [['x', '--template', 'demo', '--from', 'a.csv'], 'exclude each other'],
    [['x', '--from', 'orders'], 'neither a connection of this project nor a path'],
    [['x', '--from', 'file'], '--from file needs a path'],
    [['x', '--template', 'empty', '--job', 'Bad Name'], 'small letters'],
    [['///', '--template', 'empty'], 'does not make a name'],
    [['x', 'y', '--template', 'empty'], 'Too many arguments'],
  ])('explains %j', async (argv, text) => {
    const { exitCode, stderr } = await init(await folder(), ...argv);
    expect(exitCode).toBe(2);
    expect(stderr).toContain(text);
  });

  it('asks what it needs, reads the columns live, and writes the job that was described', async () => {
    const directory = await folder();
    await writeFile(join(directory, 'orders.csv'), 'id,zip,total\n1,01067,12.50\n2,10115,8.90\n');
    const answers: [question: string, keys: string][] = [
      ['What do you begin with?', '\r'],
      ['Read from', 'orders.csv\r'],
      ['Load into', '\r'],
      ['Key, to update rows', 'nr\r'],
      ['Not among the columns: nr', '\u007f\u007fid\r'],
    ];
    const { exitCode, stdout, stderr } = await tryCommand(Init, ['shop'], {
      directory,
      tty: true,
      meanwhile: answering(answers),
    });
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain('(columns: id, zip, total; empty: none)');
    expect(await readFile(join(directory, 'shop/jobs/orders/job.yaml'), 'utf8')).toContain('table: orders, mode: merge, key: [id] }');
    expect(await readFile(join(directory, 'shop/jobs/orders/schemas.yaml'), 'utf8')).toMatch(/zip: text/);
    expect(await readFile(join(directory, 'shop/etl.yaml'), 'utf8')).toMatch(/path: "\.\."\n[\s\S]*path: \.\/out\/warehouse\.duckdb/);
  });

  it('copies the tables that are named, with their columns, by their primary keys where it is told to', async () => {
    const directory = await shop();
    const argv = ['copy', '--from', 'shop', '--table', 'orders', '--table', 'order "lines"', '--table', 'log', '--to', 'out/dwh.duckdb'];
    expect((await init(directory, ...argv, '--merge')).exitCode).toBe(0);
    const job = parse(await readFile(join(directory, 'jobs/copy/job.yaml'), 'utf8')) as object;
    expect(job).toMatchObject({
      extract: {
        orders: { from: 'shop', table: 'orders', columns: ['id', 'total'] },
        order_lines: { from: 'shop', table: 'order "lines"', columns: ['line', 'order: id', 'text'] },
        log: { columns: ['moment', 'text'] },
      },
      load: [
        { dataset: 'orders', to: 'warehouse', mode: 'merge', key: ['id'] },
        { dataset: 'order_lines', mode: 'merge', key: ['order: id', 'line'] },
        { dataset: 'log', mode: 'replace' },
      ],
    });
    for (const command of [Validate, Test]) expect((await tryCommand(command, [], { directory })).exitCode).toBe(0);
    expect((await tryCommand(Run, ['copy'], { directory })).exitCode).toBe(0);
    expect((await init(directory, 'x', '--from', 'shop', '--table', 'orders', '--to', 'a.csv', '--table', 'log')).stderr).toContain(
      'is one file',
    );
    expect((await init(directory, 'x', '--from', 'shop', '--to', 'warehouse')).stderr).toContain('--table');
    expect((await init(directory, 'x', '--from', 'shop', '--to', 'warehouse', '--table', 'ordrs')).stderr).toContain('orders');
  });

  it('offers the connections of the project and their tables, and takes a primary key for the usual answer', async () => {
    const directory = await shop();
    const { exitCode, stderr } = await tryCommand(Init, ['pick'], {
      directory,
      tty: true,
      meanwhile: answering([
        ['Read from', '\r'],
        ['Load into', '\u001b[A\r'],
        ['Load into (a .duckdb', 'dwh.duckdb\r'],
        ['Which tables?', ' \u001b[B\u001b[B \r'],
        ['Update rows by the primary keys (1 of 2 have one)', 'y\r'],
      ]),
    });
    expect({ exitCode, stderr: exitCode === 0 ? '' : stderr }).toEqual({ exitCode: 0, stderr: '' });
    expect(parse(await readFile(join(directory, 'jobs/pick/job.yaml'), 'utf8'))).toMatchObject({
      extract: { log: { table: 'log' }, orders: { table: 'orders' } },
      load: [{ mode: 'replace' }, { mode: 'merge', key: ['id'] }],
    });
    const one = await tryCommand(Init, ['one', '--table', 'orders', '--to', 'other.duckdb'], {
      directory,
      tty: true,
      meanwhile: answering([
        ['Read from', '\r'],
        ['-: none', '\r'],
      ]),
    });
    expect(one.exitCode).toBe(0);
    expect(parse(await readFile(join(directory, 'jobs/one/job.yaml'), 'utf8'))).toMatchObject({ load: [{ mode: 'merge', key: ['id'] }] });
  });

  it('asks on a terminal, on standard error, and can be interrupted without having written anything', async () => {
    const directory = await folder();
    const result = await tryCommand(Init, ['shop'], {
      directory,
      tty: true,
      meanwhile: async ({ stdin, stderr }) => {
        while (!stderr.text.includes('What do you begin with?')) await new Promise((resolve) => setTimeout(resolve, 10));
        stdin.write('\u0003');
      },
    });
    expect(result.exitCode).toBe(130);
    expect(result.stdout).toBe('');
    expect(await readdir(directory)).toEqual([]);
  });
});
