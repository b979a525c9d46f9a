import { spawn } from 'node:child_process';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { freshData, type DataTemplate } from './data-template.js';
import { serverPackage, type ServerPackage } from './server-package.js';
import { throwawayCertificates, type Certificates } from './throwaway-certificates.js';
import { asUser, controlsOf, execute, findProgram, freePort, giveTo, ThrowawayServer, type ServerControls } from './throwaway-server.js';

export interface PostgresOptions {
  /** Serve TLS with certificates that were made for this server. */
  readonly tls?: boolean;
  /** Keep what was committed when the server is killed: what suites that kill it need. */
  readonly durable?: boolean;
  /** More settings, such as `max_connections=20`. */
  readonly settings?: readonly string[];
  /** Lines for the front of pg_hba.conf. */
  readonly access?: readonly string[];
  /** Another version than the one of the machine. */
  readonly version?: ServerPackage;
}

/** A PostgreSQL of its own in a folder that goes with it. */
export interface PostgresServer extends ServerControls {
  readonly host: string;
  readonly port: number;
  /** Folder of its Unix socket. */
  readonly socket: string;
  readonly user: string;
  readonly password: string;
  /** Files in PEM, where it serves TLS. */
  readonly certificates: Certificates | null;
  /** Runs SQL through psql as the superuser; answers rows as psql prints them unaligned: columns by tab, null as `\N`. */
  sql(statements: string, database?: string): Promise<string>;
}

const packages = 'postgresql';
const user = 'postgres';
const password = 'pass-of-a-test';

/** Its programs: of the machine, or of a package. */
const programOf = async (name: string, { version }: PostgresOptions): Promise<string> =>
  version === undefined ? findProgram(name, packages) : join(await serverPackage(version), 'native', 'bin', name);

async function templateOf(options: PostgresOptions): Promise<DataTemplate> {
  const initdb = await programOf('initdb', options);
  const { stdout } = await execute(initdb, ['--version']);
  return {
    name: `postgres-${stdout.trim().split(' ')[2] ?? 'unknown'}`,
    user,
    async make(folder) {
      await writeFile(join(folder, 'password'), password);
      await giveTo(user, folder);
      const [command, args] = await asUser(user, 'TERM', [
        initdb, '-D', join(folder, 'data'), '-U', user, `--pwfile=${join(folder, 'password')}`, '-A', 'scram-sha-256', '--no-sync', '-E', 'UTF8',
        '--locale=C.UTF-8',
      ]); // prettier-ignore
      await execute(command, [...args]);
    },
  };
}

/** Starts a server and waits until it lets its superuser in. */
export async function startPostgres(options: PostgresOptions = {}): Promise<PostgresServer> {
  const folder = await freshData('etl-pg-', await templateOf(options));
  const certificates = options.tls === true ? await throwawayCertificates(folder) : null;
  if (certificates !== null) await execute('chmod', ['600', certificates.key]);
  if (options.access !== undefined) await writeHba(folder, options.access);
  await execute('chmod', ['700', join(folder, 'data')]);
  await giveTo(user, folder);
  const port = await freePort();
  const server = new ThrowawayServer({
    title: 'PostgreSQL',
    log: join(folder, 'log'),
    stopSignal: 'SIGINT',
    command: () => commandOf(folder, port, { certificates, options }),
    ready: () =>
      runSql(folder, port, { statements: 'select 1', database: 'postgres' }).then(
        () => true,
        () => false,
      ),
  });
  await server.start();
  return {
    host: '127.0.0.1',
    port,
    socket: folder,
    user,
    password,
    certificates,
    sql: (statements, database = 'postgres') => runSql(folder, port, { statements, database }),
    ...controlsOf(server, folder, 'stop'),
  };
}

async function writeHba(folder: string, lines: readonly string[]): Promise<void> {
  await writeFile(
    join(folder, 'data', 'pg_hba.conf'),
    [...lines, 'local all all scram-sha-256', 'host all all 127.0.0.1/32 scram-sha-256', ''].join('\n'),
  );
}

interface Starting {
  readonly certificates: Certificates | null;
  readonly options: PostgresOptions;
}

async function commandOf(folder: string, port: number, { certificates, options }: Starting): Promise<readonly [string, readonly string[]]> {
  const { durable = false, settings = [] } = options;
  // What was handed to the kernel outlives a server that is killed: only a machine that fails needs more
  const quick = ['fsync=off', ...(durable ? [] : ['synchronous_commit=off', 'full_page_writes=off'])];
  const tls =
    certificates === null
      ? []
      : ['ssl=on', `ssl_cert_file=${certificates.certificate}`, `ssl_key_file=${certificates.key}`, `ssl_ca_file=${certificates.ca}`];
  const all = [
    'logging_collector=off', 'shared_buffers=64MB', 'max_wal_size=2GB', 'log_min_messages=warning', ...quick, ...tls, ...settings,
  ]; // prettier-ignore
  const flags = all.flatMap((setting) => ['-c', setting]);
  const postgres = await programOf('postgres', options);
  const server = [postgres, '-D', join(folder, 'data'), '-p', String(port), '-h', '127.0.0.1', '-k', folder, ...flags];
  const quoted = server.map((word) => `'${word}'`).join(' ');
  return asUser(user, 'INT', ['/bin/sh', '-c', `exec ${quoted} >> '${join(folder, 'log')}' 2>&1`]);
}

async function runSql(folder: string, port: number, { statements, database }: { statements: string; database: string }): Promise<string> {
  const psql = await findProgram('psql', 'postgresql-client');
  const plain = ['-X', '-q', '-t', '-A', '-F', '\t', '-P', 'null=\\N', '-v', 'ON_ERROR_STOP=1', '-f', '-'];
  const child = spawn(psql, ['-h', folder, '-p', String(port), '-U', user, '-d', database, ...plain], {
    env: { ...process.env, PGPASSWORD: password, PGCLIENTENCODING: 'UTF8' },
  });
  // Where psql ends before it has read all, its exit code and its message say why
  child.stdin.on('error', () => undefined).end(statements);
  const ended = new Promise<number | null>((done) => child.once('close', done));
  const [out, errors, code] = await Promise.all([text(child.stdout), text(child.stderr), ended]);
  if (code !== 0) throw new Error(`psql: ${errors}`);
  return out;
}
