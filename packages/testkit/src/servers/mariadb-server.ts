import { once } from 'node:events';
import { connect } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { freshData, type DataTemplate } from './data-template.js';
import { throwawayCertificates, type Certificates } from './throwaway-certificates.js';
import { asUser, controlsOf, execute, findProgram, freePort, giveTo, ThrowawayServer, type ServerControls } from './throwaway-server.js';

export interface MariadbOptions {
  /** Serve TLS with certificates that were made for this server. */
  readonly tls?: boolean;
  /** Keep what was committed when the server is killed: what suites that kill it need. */
  readonly durable?: boolean;
  /** More arguments of the server, such as `--local-infile=0`. */
  readonly arguments?: readonly string[];
}

/** A MariaDB of its own in a folder that goes with it; `root` signs in without a password. */
export interface MariadbServer extends ServerControls {
  readonly host: string;
  readonly port: number;
  readonly socket: string;
  /** Files in PEM, where it serves TLS. */
  readonly certificates: Certificates | null;
  /** Runs SQL through the native client, as root; answers its rows, cells separated by tabs and escaped as the client does. */
  sql(statements: string, database?: string): Promise<string>;
}

const packages = 'mariadb-server';
const user = 'mysql';

/** As few bytes as a server can begin with: the folder is copied for each server. */
const small = ['--innodb-log-file-size=8M', '--innodb-data-file-path=ibdata1:4M:autoextend', '--innodb-undo-tablespaces=0'];

async function template(): Promise<DataTemplate> {
  const { stdout } = await execute(await findProgram('mariadbd', packages), ['--no-defaults', '--version']);
  return {
    name: `mariadb-${/Ver (\S+)/.exec(stdout)?.[1] ?? 'unknown'}`,
    user,
    async make(folder) {
      const installer = await findProgram('mariadb-install-db', packages);
      const plain = ['--auth-root-authentication-method=normal', '--skip-test-db', '--skip-name-resolve'];
      const [command, args] = await asUser(user, 'TERM', [installer, '--no-defaults', `--datadir=${folder}/data`, ...plain, ...small]);
      await execute(command, [...args]);
    },
  };
}

/** Starts a server and waits until it greets. */
export async function startMariadb(options: MariadbOptions = {}): Promise<MariadbServer> {
  const folder = await freshData('etl-my-', await template());
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
    ...controlsOf(server, folder),
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
  // What was handed to the kernel outlives a server that is killed: only a machine that fails needs more
  const safety = [
    '--innodb-flush-method=nosync',
    ...(durable
      ? ['--innodb-flush-log-at-trx-commit=1']
      : ['--innodb-flush-log-at-trx-commit=0', '--innodb-doublewrite=0', '--sync-binlog=0']),
  ];
  const tls =
    certificates === null ? [] : [`--ssl-ca=${certificates.ca}`, `--ssl-cert=${certificates.certificate}`, `--ssl-key=${certificates.key}`];
  return asUser(user, 'TERM', [
    await findProgram('mariadbd', packages), '--no-defaults', `--datadir=${folder}/data`, `--socket=${folder}/s.sock`, `--pid-file=${folder}/pid`,
    `--log-error=${folder}/log`, `--port=${port}`, '--bind-address=127.0.0.1', '--skip-name-resolve', '--local-infile=1', `--tmpdir=${folder}`,
    '--innodb-buffer-pool-size=64M', '--performance-schema=OFF', '--character-set-server=utf8mb4', ...small, ...safety, ...tls, ...more,
  ]); // prettier-ignore
}

/** Whether the first byte of the greeting comes: an open port alone says nothing. */
export async function greets(host: string, port: number): Promise<boolean> {
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
