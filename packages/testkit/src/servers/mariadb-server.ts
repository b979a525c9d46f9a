import { randomUUID } from 'node:crypto';
import { once } from 'node:events';
import { access, cp, mkdtemp, rename, rm } from 'node:fs/promises';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { throwawayCertificates, type Certificates } from './throwaway-certificates.js';
import { asUser, execute, findProgram, folderOf, freePort, giveTo, ThrowawayServer } from './throwaway-server.js';

export interface MariadbOptions {
  /** Serve TLS with certificates that were made for this server. */
  readonly tls?: boolean;
  /** Keep what was committed when the server is killed: slower, and what suites that kill it need. */
  readonly durable?: boolean;
  /** More arguments of the server, such as `--local-infile=0`. */
  readonly arguments?: readonly string[];
}

/** A MariaDB of its own in a folder that goes with it; `root` signs in without a password. */
export interface MariadbServer {
  readonly host: string;
  readonly port: number;
  readonly socket: string;
  /** Files in PEM, where it serves TLS. */
  readonly certificates: Certificates | null;
  /** Runs SQL through the native client, as root; answers its rows, cells separated by tabs and escaped as the client does. */
  sql(statements: string, database?: string): Promise<string>;
  /** SIGKILL, as a crash would. */
  kill(): Promise<void>;
  /** Starts again on the same port and data after `kill` or `stop`. */
  start(): Promise<void>;
  /** SIGTERM and wait; data stay. */
  stop(): Promise<void>;
  /** Ends the server and removes its folder. */
  remove(): Promise<void>;
}

const packages = 'mariadb-server';
const user = 'mysql';

/** As few bytes as a server can begin with: the folder is copied for each server. */
const small = ['--innodb-log-file-size=8M', '--innodb-data-file-path=ibdata1:4M:autoextend', '--innodb-undo-tablespaces=0'];

/** A data folder that was installed once and is copied for each server: installing takes a second and more. */
async function template(): Promise<string> {
  const { stdout } = await execute(await findProgram('mariadbd', packages), ['--no-defaults', '--version']);
  const version = /Ver (\S+)/.exec(stdout)?.[1] ?? 'unknown';
  const made = join(tmpdir(), `etl-mariadb-${version}-${String(process.getuid?.() ?? 0)}`);
  const there = await access(join(made, 'data', 'mysql')).then(
    () => true,
    () => false,
  );
  if (there) return made;
  const building = `${made}.${randomUUID()}`;
  await folderOf(user, building);
  const installer = await findProgram('mariadb-install-db', packages);
  const plain = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
  const [command, args] = await asUser(user, 'TERM', [installer, '--no-defaults', `--datadir=${building}/data`, ...plain, ...small]);
  await execute(command, [...args]);
  // Another process may have been faster: its folder is as good
  await rename(building, made).catch(() => rm(building, { recursive: true, force: true }));
  return made;
}

/** Starts a server and waits until it greets. */
export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  const folder = await mkdtemp(join(tmpdir(), 'etl-my-'));
  await folderOf(user, folder);
  await execute('chmod', ['755', folder]);
  await cp(join(await template(), 'data'), join(folder, 'data'), { recursive: true, preserveTimestamps: true });
  const certificates = options.tls === true ? await throwawayCertificates(folder) : null;
  await giveTo(user, folder);
  const [port, host, socket] = [await freePort(), '127.0.0.1', join(folder, 's.sock')];
  const server = new ThrowawayServer({
    title: 'MariaDB',
    log: join(folder, 'log'),
    stopSignal: 'SIGTERM',
    command: () => commandOf(folder, port, { certificates, options }),
    ready: () => greets(host, port),
  });
  await server.start();
  return {
    host,
    port,
    socket,
    certificates,
    sql: (statements, database) => mariadbSql(socket, statements, database),
    kill: () => server.kill(),
    start: () => server.start(),
    stop: () => server.stop(),
    async remove() {
      await server.kill();
      await rm(folder, { recursive: true, force: true });
    },
  };
}

interface Starting {
  readonly certificates: Certificates | null;
  readonly options: MariadbOptions;
}

async function commandOf(
  folder: string,
  port: number,
  { certificates, options: { durable = false, arguments: more = [] } }: Starting,
): Promise<readonly [string, readonly string[]]> {
  const safety = durable
    ? ['--innodb-flush-log-at-trx-commit=1']
    : ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--innodb-flush-method=nosync', '--sync-binlog=0'];
  const tls =
    certificates === null ? [] : [`--ssl-ca=${certificates.ca}`, `--ssl-cert=${certificates.certificate}`, `--ssl-key=${certificates.key}`];
  return asUser(user, 'TERM', [
    await findProgram('mariadbd', packages), '--no-defaults', `--datadir=${folder}/data`, `--socket=${folder}/s.sock`, `--pid-file=${folder}/pid`,
    `--log-error=${folder}/log`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--local-infile=1', `--tmpdir=${folder}`,
    '--innodb-buffer-pool-size=64M', '--performance-schema=OFF', '--character-set-server=utf8mb4', ...small, ...safety, ...tls, ...more,
  ]); // prettier-ignore
}

/** Whether the first byte of the greeting comes: an open port alone says nothing. */
async function greets(host: string, port: number): Promise<boolean> {
  const socket = connect(port, host);
  const waiting = new AbortController();
  const first = await Promise.race([
    once(socket, 'data').then(
      () => true,
      () => false,
    ),
    sleep(1000, false, { signal: waiting.signal }).catch(() => false),
  ]);
  waiting.abort();
  socket.destroy();
  return first;
}

/** Runs SQL through the native client, as root over a socket file; answers rows with cells separated by tabs. */
export async function mariadbSql(socket: string, statements: string, database = ''): Promise<string> {
  const args = ['--no-defaults', `--socket=${socket}`, '-uroot', '-B', '-N', '--default-character-set=utf8mb4'];
  const client = await findProgram('mariadb', 'mariadb-client');
  const running = execute(client, [...args, ...(database === '' ? [] : [database])], { maxBuffer: 2 ** 30 });
  // A client that cannot connect reads nothing: its exit code tells
  running.child.stdin?.on('error', () => undefined);
  running.child.stdin?.end(statements);
  return (await running).stdout;
}
