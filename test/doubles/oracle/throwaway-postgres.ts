import { execFile, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { createServer, type AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { promisify } from 'node:util';
import { pgClient, type PgClient } from './session/pg-client.js';

const execute = promisify(execFile);

/** A PostgreSQL that exists for one test file. */
export interface ThrowawayPostgres {
  /** A new, empty database. */
  database(): Promise<string>;
  stop(): Promise<void>;
}

/** Starts PostgreSQL in a folder of its own; it ends with the process of the test. */
export async function startThrowawayPostgres(): Promise<ThrowawayPostgres> {
  const bin = await binFolder();
  const folder = await mkdtemp(join(tmpdir(), 'etl-oracle-double-'));
  const isRoot = process.getuid?.() === 0;
  const user = isRoot ? ['--reuid=postgres', '--regid=postgres', '--clear-groups'] : [];
  if (isRoot) await execute('chown', ['postgres', folder]);
  const data = join(folder, 'data');
  await execute('setpriv', [
    ...user,
    join(bin, 'initdb'),
    '-D',
    data,
    '-U',
    'postgres',
    '-A',
    'trust',
    '--no-sync',
    '-E',
    'UTF8',
    '--locale=C.UTF-8',
  ]);
  const port = await freePort();
  const quick = ['-c', 'fsync=off', '-c', 'synchronous_commit=off', '-c', 'full_page_writes=off'];
  const server = spawn(
    'setpriv',
    [...user, '--pdeathsig', 'INT', join(bin, 'postgres'), '-D', data, '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...quick],
    { stdio: 'ignore' },
  );
  const url = (database: string): string => `postgres://postgres@127.0.0.1:${port}/${database}`;
  await ready(url('postgres'));
  let databases = 0;
  return {
    async database() {
      const name = `double${++databases}`;
      const client = await connected(url('postgres'));
      await client.query(`create database ${name}`);
      await client.end();
      return url(name);
    },
    async stop() {
      const ended = once(server, 'exit');
      server.kill('SIGINT');
      await ended;
      await rm(folder, { recursive: true, force: true });
    },
  };
}

async function binFolder(): Promise<string> {
  const root = '/usr/lib/postgresql';
  const versions = await readdir(root);
  return join(root, versions.sort((a, b) => Number(b) - Number(a))[0] ?? '', 'bin');
}

async function freePort(): Promise<number> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return port;
}

async function connected(url: string): Promise<PgClient> {
  const client = pgClient(url);
  await client.connect();
  return client;
}

async function ready(url: string): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await (await connected(url)).end();
      return;
    } catch (cause) {
      if (attempt > 400) throw cause;
      await sleep(25);
    }
  }
}
