import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, Secret, type Connection, type LayerResult } from '@etl/sdk';
import { startSsh, type SshServer } from '@etl/testkit';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { createServer, type Server, type Socket } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { PostgresHarness } from './postgres-harness.js';
import { connect } from './run-load.js';

let harness: PostgresHarness;
let plain: PostgresHarness;
let ssh: SshServer;
let folder: string;

beforeAll(async () => {
  harness = await PostgresHarness.create({
    tls: true,
    access: [
      'hostssl all certified all cert clientcert=verify-full',
      'hostssl all encrypted all scram-sha-256',
      'host all encrypted all reject',
      'host all banned all reject',
      'host all old all md5',
    ],
  });
  plain = await PostgresHarness.create();
  ssh = await startSsh();
  folder = await mkdtemp(join(tmpdir(), 'etl-postgres-connection-'));
  await writeFile(join(folder, 'known_hosts'), `[127.0.0.1]:${ssh.port} ${ssh.hostKey}\n`);
  await harness.server.sql(`
    create role "certified" login; create role "etl test client" login; create role encrypted login password 'x'; create role banned login password 'x';
    create role reader login password 'x'; create role stranger login password 'x'; create role old login;
    set password_encryption = md5; alter role old password 'x'; reset password_encryption;
    create database closed; revoke connect on database closed from public;
    create schema secret; grant usage on schema public to reader`);
}, 60_000);

afterAll(async () => {
  await harness.remove();
  await plain.remove();
  await ssh.remove();
  await rm(folder, { recursive: true });
});

const tls = (more: object = {}): object => ({ ca: harness.server.certificates?.ca, verify: true, ...more });
const x = new Secret('x');

async function layers(options: object): Promise<readonly LayerResult[]> {
  const connection = await connect(options);
  try {
    const found: LayerResult[] = [];
    for await (const layer of connection.check()) found.push(layer);
    return found;
  } finally {
    await connection.close();
  }
}

/** The layers that work, and the first that fails with its code and hint. */
async function verdict(options: object): Promise<{ works: readonly string[]; fails: string | null; code: string | null; hint: string }> {
  const found = await layers(options);
  const failed = found.find(({ ok }) => !ok);
  return {
    works: found.filter(({ ok }) => ok).map(({ layer }) => layer),
    fails: failed?.layer ?? null,
    code: failed?.code ?? null,
    hint: failed?.hint ?? '',
  };
}

const all = ['name', 'port', 'TLS', 'login', 'database', 'permission'];

describe('a connection over TLS', () => {
  it('verifies the certificate of the server by its authority and its name', async () => {
    expect(await verdict(harness.connection({ tls: tls() }))).toEqual({ works: all, fails: null, code: null, hint: '' });
    expect(await verdict(harness.connection({ tls: tls(), host: 'localhost' }))).toMatchObject({ works: all });
    const rows = await readOne(harness.connection({ tls: tls() }), 'select version from pg_stat_ssl where pid = pg_backend_pid()');
    expect(rows).toBe('TLSv1.3');
  });

  it('is not made to a server whose certificate nobody vouches for, unless the connection says so', async () => {
    const refused = await verdict(harness.connection({ tls: true }));
    expect(refused).toMatchObject({ works: ['name', 'port'], fails: 'TLS', code: 'UNREACHABLE' });
    expect(refused.hint).toContain('ca');
    const trusting = await layers(harness.connection({ tls: { verify: false } }));
    expect(trusting.find(({ layer }) => layer === 'TLS')).toMatchObject({ ok: true, detail: expect.stringContaining('verify is false') });
  });

  it('is not made to a server whose certificate is for another name', async () => {
    const { port } = harness.server;
    const other = await proxy(port, '127.0.0.2');
    const refused = await verdict(harness.connection({ host: '127.0.0.2', port: other.port, tls: tls() }));
    await other.close();
    expect(refused).toMatchObject({ fails: 'TLS', hint: expect.stringContaining('certificate') });
  });

  it('is never given up for a server that offers none', async () => {
    expect(await verdict(plain.connection({ tls: true }))).toMatchObject({
      works: ['name', 'port'],
      fails: 'TLS',
      hint: expect.stringContaining('tls: false'),
    });
  });

  it('signs in with a certificate where the server wants one', async () => {
    const { clientCertificate: cert, clientKey: key } = harness.server.certificates ?? {};
    expect(await verdict(harness.connection({ user: 'certified', tls: tls() }))).toMatchObject({ fails: 'login', code: 'AUTH_FAILED' });
    // The certificate is for another user: the server sees it, and says so
    expect(await verdict(harness.connection({ user: 'certified', tls: tls({ cert, key }) }))).toMatchObject({ fails: 'login', code: 'AUTH_FAILED' });
    await expect(readOne(harness.connection({ tls: tls({ cert, key }) }), 'select client_dn from pg_stat_ssl where pid = pg_backend_pid()')).resolves.toContain('etl test client');
  }); // prettier-ignore

  it('is hinted at where the server refuses a user for want of it', async () => {
    const refused = await verdict(harness.connection({ user: 'encrypted', password: x, tls: false }));
    expect(refused).toMatchObject({ fails: 'login', code: 'AUTH_FAILED', hint: expect.stringContaining('tls') });
    expect(await verdict(harness.connection({ user: 'encrypted', password: x, tls: tls() }))).toMatchObject({ works: expect.arrayContaining(['login']) });
  }); // prettier-ignore

  it('says which file is missing', async () => {
    expect(await verdict(harness.connection({ tls: { ca: 'no/such.pem' } }))).toMatchObject({ fails: 'TLS', code: 'NOT_FOUND' });
  });
});

describe('the layers of a connection', () => {
  const without = all.filter((layer) => layer !== 'TLS');

  it.each([
    ['a host that nobody knows', { host: 'no-such-host.invalid', tls: false }, [], 'name', 'UNREACHABLE'],
    ['a port that nobody listens on', { port: 1 }, ['name'], 'port', 'UNREACHABLE'],
    ['a wrong password', { password: new Secret('wrong') }, ['name', 'port'], 'login', 'AUTH_FAILED'],
    ['no password where one is asked for', { password: undefined }, ['name', 'port'], 'login', 'AUTH_FAILED'],
    ['a user that is not there', { user: 'nobody' }, ['name', 'port'], 'login', 'AUTH_FAILED'],
    ['a user that may not come from here', { user: 'banned', password: x }, ['name', 'port'], 'login', 'AUTH_FAILED'],
    ['a database that is not there', { database: 'nowhere' }, ['name', 'port', 'login'], 'database', 'NOT_FOUND'],
    ['a database that the user may not enter', { user: 'stranger', password: x, database: 'closed' }, ['name', 'port', 'login'], 'database', 'PERMISSION_DENIED'],
    ['a schema that is not there', { schema: 'nowhere' }, ['name', 'port', 'login', 'database'], 'permission', 'NOT_FOUND'],
    ['a schema that the user may not use', { user: 'reader', password: x, schema: 'secret' }, ['name', 'port', 'login', 'database'], 'permission', 'PERMISSION_DENIED'],
  ])('tell %s from all else', async (_, change, works, fails, code) => {
    const found = await verdict(harness.connection(change));
    expect(found).toMatchObject({ works, fails, code });
    expect(found.hint).not.toBe('');
  }); // prettier-ignore

  it('say what a user may do', async () => {
    const detail = async (options: object): Promise<string | undefined> => (await layers(harness.connection(options))).at(-1)?.detail;
    expect(await detail({})).toBe('reads and writes in public');
    expect(await detail({ user: 'reader', password: x })).toContain('grant create on schema public');
    expect(await detail({ user: 'old', password: x })).toContain('reads in public');
  });

  it('are the same by URL and by socket', async () => {
    const { host, port, socket, password } = harness.server;
    const secret = new Secret(password);
    expect(await verdict({ url: `postgres://postgres@${host}:${port}/postgres`, password: secret })).toMatchObject({ works: without });
    expect(await verdict({ socket, port, database: 'postgres', user: 'postgres', password: secret })).toMatchObject({
      works: ['port', 'login', 'database', 'permission'],
    });
  });

  it('begin with the SSH server where there is one', async () => {
    const { host, port, user, key } = ssh;
    const tunnel = { host, port, user, key, known_hosts: join(folder, 'known_hosts') };
    expect(await verdict(harness.connection({ ssh: tunnel, tls: tls() }))).toMatchObject({
      works: ['SSH', 'TLS', 'login', 'database', 'permission'],
    });
    expect(await verdict(harness.connection({ ssh: { ...tunnel, known_hosts: 'none' } }))).toMatchObject({ works: [], fails: 'SSH' });
  });

  it('end in time at a server that never answers', async () => {
    const silent = createServer(() => undefined).listen(0, '127.0.0.1');
    await new Promise((done) => silent.once('listening', done));
    const { port } = silent.address() as { port: number };
    const started = Date.now();
    const found = await verdict(harness.connection({ port, connect_timeout: 0.5 }));
    silent.close();
    expect(found).toMatchObject({
      works: ['name', 'port'],
      fails: 'login',
      code: 'TIMEOUT',
      hint: expect.stringContaining('connect_timeout'),
    });
    expect(Date.now() - started).toBeLessThan(5000);
  });
});

describe('a session', () => {
  it('of an extractor may not write, whatever its query says', async () => {
    await harness.server.sql('create table untouched (id integer); create function sneak() returns integer language sql as $$ insert into untouched values (1) returning id $$');
    await expect(readOne(harness.connection(), 'select sneak()')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect((await harness.server.sql('select count(*) from untouched')).trim()).toBe('0');
  }); // prettier-ignore

  it('takes the settings of the connection, but for those that values depend on', async () => {
    const options = harness.connection({ session: { work_mem: '7MB', TimeZone: 'Asia/Tokyo', datestyle: 'German' } });
    expect(await readOne(options, `select current_setting('work_mem')`)).toBe('7MB');
    expect(await readOne(options, `select timestamp with time zone '2026-01-01 00:00:00+00'`)).toBe('2026-01-01 00:00:00+00:00');
    expect(await readOne(options, `select date '2026-01-02'`)).toBe('2026-01-02');
  });

  it('ends a statement that takes too long as TIMEOUT', async () => {
    await expect(readOne(harness.connection({ statement_timeout: 0.2 }), 'select pg_sleep(10)::text')).rejects.toMatchObject({ code: 'TIMEOUT' });
  }); // prettier-ignore

  it('is told as UNREACHABLE where the connection is cut in the middle of an answer', async () => {
    const cut = await proxy(harness.server.port, '127.0.0.1', 400_000);
    const read = readOne(harness.connection({ port: cut.port }), `select n, repeat('x', 1000) from generate_series(1, 5000) n`);
    await expect(read).rejects.toMatchObject({ code: 'UNREACHABLE' });
    await cut.close();
  });

  it('gives no password away in what is thrown or printed', async () => {
    const connection = await connect(harness.connection({ password: new Secret('very secret word') }));
    const told = await connection.extractor?.({ query: 'select 1 as a' }).then((extractor) => extractor.describe()).catch((error: unknown) => error); // prettier-ignore
    await connection.close();
    expect(isEtlError(told)).toBe(true);
    expect(`${JSON.stringify(told)} ${String((told as Error).stack)} ${String((told as Error).cause)}`).not.toContain('very secret word');
  });
});

/** The first cell of the first row. */
async function readOne(options: object, query: string): Promise<unknown> {
  const connection: Connection = await connect(options);
  try {
    const extractor = await connection.extractor?.({ query });
    const plan = await extractor?.plan({ since: null, hold: null, parts: 1 });
    const [part] = plan?.parts ?? [];
    if (extractor === undefined || part === undefined) throw new Error('no part');
    let first: unknown;
    for await (const { batch } of extractor.read(part, null)) first ??= batch.rows()[0]?.[0];
    return first;
  } finally {
    await connection.close();
  }
}

/** Leads to the port, and cuts the connection behind so many bytes of answer. */
async function proxy(port: number, host: string, bytes = Infinity): Promise<{ readonly port: number; close(): Promise<void> }> {
  const { connect: dial } = await import('node:net');
  const sockets = new Set<Socket>();
  const server: Server = createServer((near) => {
    const far = dial({ host: '127.0.0.1', port });
    let passed = 0;
    for (const socket of [near, far]) {
      sockets.add(socket);
      socket.on('error', () => undefined);
    }
    near.pipe(far);
    far.on('data', (chunk: Buffer) => {
      passed += chunk.length;
      if (passed > bytes) near.destroy();
      else near.write(chunk);
    });
    far.on('close', () => near.destroy());
    near.on('close', () => far.destroy());
  });
  server.listen(0, host);
  await new Promise((done) => server.once('listening', done));
  return {
    port: (server.address() as { port: number }).port,
    close: async () => {
      for (const socket of sockets) socket.destroy();
      await new Promise((done) => server.close(done));
    },
  };
}
