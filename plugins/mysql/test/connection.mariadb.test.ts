import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { LayerResult } from '@etl/sdk';
import { startSsh, type SshServer } from '@etl/testkit';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { MysqlHarness, password } from './mysql-harness.js';
import { connect } from './run-load.js';

let harness: MysqlHarness;
let plain: MysqlHarness;
let ssh: SshServer;
let folder: string;

beforeAll(async () => {
  harness = await MysqlHarness.create({ tls: true });
  plain = await MysqlHarness.create();
  ssh = await startSsh();
  folder = await mkdtemp(join(tmpdir(), 'etl-mysql-connection-'));
  await writeFile(join(folder, 'known_hosts'), `[127.0.0.1]:${ssh.port} ${ssh.hostKey}\n`);
  await harness.sql(`
    create user encrypted@'%' identified by 'x' require ssl; grant all on *.* to encrypted@'%';
    create user certified@'%' identified by 'x' require x509; grant all on *.* to certified@'%';
    create user reader@'%' identified by 'x'; grant select on \`etl test\`.* to reader@'%';
    create user stranger@'%' identified by 'x';
    create user expired@'%' identified by 'x' password expire; grant all on *.* to expired@'%';
    create user locked@'%' identified by 'x' account lock; grant all on *.* to locked@'%'`);
}, 60_000);

afterAll(async () => {
  await harness.remove();
  await plain.remove();
  await ssh.remove();
  await rm(folder, { recursive: true });
});

const tls = (more: object = {}): object => ({ ca: harness.server.certificates?.ca, ...more });

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
  });

  it('is not made to a server whose certificate nobody vouches for, unless the connection says so', async () => {
    const refused = await verdict(harness.connection({ tls: true }));
    expect(refused).toMatchObject({ works: ['name', 'port'], fails: 'TLS', code: 'UNREACHABLE' });
    expect(refused.hint).toContain('ca');
    const trusting = await layers(harness.connection({ tls: { verify: false } }));
    expect(trusting.find(({ layer }) => layer === 'TLS')).toMatchObject({ ok: true, detail: expect.stringContaining('verify is false') });
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
    const user = { user: 'certified', password: 'x' };
    expect(await verdict(harness.connection({ ...user, tls: tls({ cert, key }) }))).toMatchObject({ works: all });
    expect(await verdict(harness.connection({ ...user, tls: tls() }))).toMatchObject({ fails: 'login', code: 'AUTH_FAILED' });
  });

  it('is hinted at where the server refuses a user for want of it', async () => {
    const refused = await verdict(harness.connection({ user: 'encrypted', password: 'x', tls: false }));
    expect(refused).toMatchObject({ fails: 'login', code: 'AUTH_FAILED', hint: expect.stringContaining('tls') });
  });

  it('says which file is missing', async () => {
    expect(await verdict(harness.connection({ tls: { ca: 'no/such.pem' } }))).toMatchObject({ fails: 'TLS', code: 'NOT_FOUND' });
  });
});

describe('the layers of a connection', () => {
  const without = all.filter((layer) => layer !== 'TLS');

  it.each([
    ['a host that nobody knows', { host: 'no-such-host.invalid' }, [], 'name', 'UNREACHABLE'],
    ['a port that nobody listens on', { port: 1 }, ['name'], 'port', 'UNREACHABLE'],
    ['a wrong password', { password: 'wrong' }, ['name', 'port'], 'login', 'AUTH_FAILED'],
    ['a user that is not there', { user: 'nobody' }, ['name', 'port'], 'login', 'AUTH_FAILED'],
    ['an expired password', { user: 'expired', password: 'x' }, ['name', 'port'], 'login', 'AUTH_FAILED'],
    ['a locked account', { user: 'locked', password: 'x' }, ['name', 'port'], 'login', 'AUTH_FAILED'],
    ['a database that is not there', { database: 'nowhere' }, ['name', 'port', 'login'], 'database', 'NOT_FOUND'],
    [
      'a database that the user may not enter',
      { user: 'stranger', password: 'x' },
      ['name', 'port', 'login'],
      'database',
      'PERMISSION_DENIED',
    ],
  ])('tell %s from all else', async (_, change, works, fails, code) => {
    const found = await verdict(harness.connection(change));
    expect(found).toMatchObject({ works, fails, code });
    expect(found.hint).not.toBe('');
  });

  it('say what a user may do', async () => {
    const detail = async (options: object): Promise<string | undefined> => (await layers(harness.connection(options))).at(-1)?.detail;
    expect(await detail({})).toBe('reads and writes');
    expect(await detail({ user: 'reader', password: 'x' })).toContain('a load also needs INSERT');
  });

  it('are the same by URL and by socket file', async () => {
    const { host, port, socket } = harness.server;
    const url = `mysql://etl@${host}:${port}/etl%20test`;
    expect(await verdict({ url, password })).toMatchObject({ works: without });
    expect(await verdict({ socket, database: 'etl test', user: 'etl', password })).toMatchObject({
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

  it('never show the password', async () => {
    const shown = JSON.stringify([
      await layers(harness.connection({ password: 'sesame-sesame' })),
      await layers(harness.connection({ port: 1 })),
    ]);
    expect(shown).not.toContain('sesame');
    await expect(connect({ url: `mysql://etl:sesame-sesame@localhost/x` })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.not.stringContaining('sesame'),
      hint: expect.stringContaining('secret'),
    });
  });
});

describe('a session', () => {
  it('takes the settings of the connection, but none on which the values depend', async () => {
    const connection = await connect(harness.connection({ session: { sort_buffer_size: 123_904, time_zone: '+05:00', sql_mode: 'ANSI' } }));
    const query = `select @@sort_buffer_size a, @@time_zone b, @@sql_mode like '%STRICT_ALL_TABLES%' c, @@session.tx_read_only d`;
    const extractor = await connection.extractor?.({ query });
    const plan = await extractor?.plan({ since: null, hold: null, parts: 1 });
    const [part] = plan?.parts ?? [];
    if (extractor === undefined || part === undefined) throw new Error('nothing to read');
    for await (const { batch } of extractor.read(part, null)) expect(batch.rows()).toEqual([[123904n, '+00:00', 1n, 1n]]);
    await connection.close();
  });

  it('of an extract cannot write, whatever its query says', async () => {
    await harness.sql(
      'create table untouched (id int); create function touch() returns int begin insert into untouched values (1); return 1; end'
        .replace(';', ';\ndelimiter //\n')
        .concat(' //'),
    );
    const connection = await connect(harness.connection());
    const extractor = await connection.extractor?.({ query: 'select touch() t' });
    const read = async (): Promise<void> => {
      const plan = await extractor?.plan({ since: null, hold: null, parts: 1 });
      for (const part of plan?.parts ?? []) for await (const chunk of extractor?.read(part, null) ?? []) expect(chunk).toBeUndefined();
    };
    await expect(read()).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await harness.sql('select count(*) from untouched')).toBe('0\n');
    await connection.close();
  });
});
