import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { Secret, type LayerResult } from '@etl/sdk';
import { startSsh, type SshServer } from '@etl/testkit';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { startDoubleForTest, type DoubleForTest } from '../../../test/doubles/oracle/start-for-test.js';
import { connect, read } from './run-load.js';

let double: DoubleForTest;
let ssh: SshServer;
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etl-oracle-ssh-'));
  [double, ssh] = await Promise.all([startDoubleForTest(), startSsh()]);
  await writeFile(join(folder, 'known_hosts'), `[127.0.0.1]:${ssh.port} ${ssh.hostKey}\n`);
}, 60_000);
afterAll(async () => {
  await double.close();
  await ssh.remove();
  await rm(folder, { recursive: true });
});

const options = (key: string): object => ({
  host: '127.0.0.1',
  port: double.port,
  service: double.service,
  user: double.user,
  password: new Secret(double.password),
  ssh: { host: ssh.host, port: ssh.port, user: ssh.user, key, known_hosts: join(folder, 'known_hosts') },
});

async function layers(of: object): Promise<readonly LayerResult[]> {
  const connection = await connect(of);
  const found: LayerResult[] = [];
  for await (const layer of connection.check()) found.push(layer);
  await connection.close();
  return found;
}

describe('an Oracle behind an SSH server', () => {
  it('is reached through it, and read', async () => {
    expect((await layers(options(ssh.key))).map(({ layer, ok }) => [layer, ok])).toEqual([
      ['SSH', true], ['database', true], ['login', true], ['permission', true],
    ]); // prettier-ignore
    expect((await read(options(ssh.key), { query: 'select 1 as A from dual' })).rows).toEqual([['1']]);
  });
  it('is not tried where nobody may sign in there', async () => {
    expect((await layers(options(join(folder, 'no-such-key')))).map(({ layer, ok }) => [layer, ok])).toEqual([['SSH', false]]);
  });
});
