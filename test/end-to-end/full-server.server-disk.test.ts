import { execFile } from 'node:child_process';
import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { startMariadb, startPostgres } from '@etl/testkit';
import { installPlugins, type InstalledPlugins } from './installed-plugins.js';
import { runEtl, type Ended } from './kill-process.js';

const run = promisify(execFile);
const password = 'pass of a test';
const modes = ['append', 'replace', 'merge'] as const;

/** A server whose database `small` lies on a file system of its own. */
interface SmallServer {
  readonly connector: string;
  readonly port: number;
  /** Where that file system is mounted. */
  readonly disk: string;
  sql(statements: string): Promise<string>;
  remove(): Promise<void>;
}

/** A file system of this size in MB, for the user of the server. */
async function mountFor(user: string, folder: string, size: number): Promise<void> {
  await mkdir(folder, { recursive: true });
  await run('mount', ['-t', 'tmpfs', '-o', `size=${size}m,mode=700,uid=${user},gid=${user}`, 'tmpfs', folder]);
}

async function smallPostgres(): Promise<SmallServer> {
  const server = await startPostgres();
  const disk = join(server.socket, 'small');
  await mountFor('postgres', disk, 40);
  await server.sql(`create role etl superuser login password '${password}'`);
  await server.sql(`create tablespace small location '${disk}'`);
  await server.sql('create database small tablespace small');
  return {
    connector: 'postgres',
    port: server.port,
    disk,
    sql: (statements) => server.sql(statements, 'small'),
    async remove() {
      await server.stop();
      await run('umount', [disk]);
      await server.remove();
    },
  };
}

async function smallMariadb(): Promise<SmallServer> {
  const server = await startMariadb();
  const disk = join(dirname(server.socket), 'data', 'small');
  await mountFor('mysql', disk, 30);
  await server.sql(`create user etl@'%' identified by '${password}'; grant all on *.* to etl@'%'`);
  return {
    connector: 'mysql',
    port: server.port,
    disk,
    sql: (statements) => server.sql(statements, 'small'),
    async remove() {
      await server.stop();
      await run('umount', [disk]);
      await server.remove();
    },
  };
}

/** Random text, which nothing makes much smaller. */
const line = (id: number): string => `${id},${Array.from({ length: 20 }, () => Math.random().toString(36).slice(2)).join('')}`;

describe.each([
  ['PostgreSQL', smallPostgres],
  ['MariaDB', smallMariadb],
])('a target in a %s whose disk is full', (_, start) => {
  let server: SmallServer;
  let plugins: InstalledPlugins;
  let folder: string;

  beforeAll(async () => {
    server = await start();
    plugins = await installPlugins(server.connector);
    folder = await mkdtemp(join(tmpdir(), 'etl-server-disk-'));
    await writeFile(
      join(folder, 'etl.yaml'),
      `project: disk\nconnections:\n  files: { connector: file, path: . }\n  small: { connector: ${server.connector}, host: 127.0.0.1, port: ${server.port}, database: small, user: etl, password: { secret: password } }\n`,
    );
    for (const mode of modes) {
      await mkdir(join(folder, 'jobs', mode), { recursive: true });
      const key = mode === 'merge' ? ', key: [id]' : '';
      const lines = `file: "${mode}-*.csv"${mode === 'append' ? ', only: new' : ''}`;
      await writeFile(
        join(folder, 'jobs', mode, 'job.yaml'),
        `name: ${mode}\nextract:\n  lines: { from: files, ${lines} }\ntransform:\n  - lines:\n      - cast: { id: integer }\nload:\n  - { dataset: lines, to: small, table: lines_${mode.slice(0, 3)}, mode: ${mode}${key} }\n`,
      );
    }
  }, 120_000);
  afterAll(async () => {
    await server.remove();
    await plugins.remove();
    await rm(folder, { recursive: true, force: true });
  });

  const deliver = (file: string, count: number): Promise<void> =>
    writeFile(join(folder, file), `id,words\n${Array.from({ length: count }, (_line, id) => line(id)).join('\n')}\n`);
  const load = (mode: string): Promise<Ended> =>
    runEtl(['run', mode, '--json'], { directory: folder, variables: { ...plugins.variables, ETL_SECRET_SMALL__PASSWORD: password } });
  const resize = (size: number) => run('mount', ['-o', `remount,size=${size}m`, server.disk]);

  it.each(modes)(
    'keeps in mode %s what it held, says DISK_FULL, and takes all rows when there is room',
    async (mode) => {
      const table = `lines_${mode.slice(0, 3)}`;
      const seen = () => server.sql(`select count(*), sum(length(words)), min(words), max(words) from ${table}`);
      await deliver(`${mode}-1.csv`, 200);
      expect(await load(mode)).toMatchObject({ code: 0 });
      const before = await seen();
      // What is used, and room for less than half of what comes
      const { stdout } = await run('df', ['--output=used', '-BM', server.disk]);
      await resize(Number.parseInt(stdout.split('\n')[1] ?? '', 10) + 6);
      await deliver(`${mode}-2.csv`, 60_000);
      const full = await load(mode);
      expect(JSON.parse(full.stdout)).toMatchObject({
        runs: [{ status: 'failed', error: { code: 'DISK_FULL', hint: expect.any(String) } }],
      });
      expect([full.code, await seen()]).toEqual([1, before]);

      await resize(400);
      const done = await load(mode);
      expect([done.code, done.stderr]).toEqual([0, '']);
      const count = { append: 60_200, replace: 60_200, merge: 60_000 }[mode];
      expect(Number((await server.sql(`select count(*) from ${table}`)).trim())).toBe(count);
    },
    180_000,
  );
});
