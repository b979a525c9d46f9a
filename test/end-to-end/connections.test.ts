import { spawn } from 'node:child_process';
import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { addedShape, connectionsListShape, connectionShape, connectionsTestShape, removedShape } from '../commands/json-shapes.js';
import { bin, credentialWorld, type CredentialWorld } from './credential-world.js';

let world: CredentialWorld;
const variables = { ETL_CREDENTIALS_PASSPHRASE: 'a passphrase of nobody' };
beforeAll(async () => {
  world = await credentialWorld();
  await world.etl(['config', 'set', 'store', 'file']);
}, 60_000);
afterAll(() => world.remove());

const etlYaml = (): Promise<string> => readFile(join(world.project, 'etl.yaml'), 'utf8');
const add = ['connections', 'add', 'crm', '--connector', 'canary', '--json'];

describe('connections without a terminal', () => {
  it('come from flags alone, secrets from standard input or a variable, and go as they came', async () => {
    const before = await etlYaml();
    const words = [...add, '--set', 'host=crm.internal', '--set', 'port=1234', '--secret-stdin', 'password', '--test'];
    const added = await world.etl(words, { variables, stdin: 'swordfish-12\n' });
    expect(addedShape.parse(JSON.parse(added.stdout))).toMatchObject({
      exitCode: 0,
      added: true,
      stored: ['password'],
      open: [],
      checked: { ok: true },
    });
    expect(await etlYaml()).toContain('port: 1234\n    password: { secret: password }\n');
    const shown = connectionShape.parse(JSON.parse((await world.etl(['connections', 'show', 'crm', '--json'], { variables })).stdout));
    expect(shown.connection.secrets).toMatchObject([{ found: 'encrypted-file', source: 'the encrypted file' }]);
    const removed = await world.etl(['connections', 'remove', 'crm', '--yes', '--json'], { variables });
    expect(removedShape.parse(JSON.parse(removed.stdout))).toMatchObject({ removed: true, secrets: ['password'], jobs: [] });
    expect(await etlYaml()).toBe(before);
    expect((await world.etl(['credentials', 'list', '--json'])).stdout).not.toContain('crm');
    const env = await world.etl([...add, '--set', 'host=h', '--secret-from-env', 'password=MINE'], {
      variables: { ...variables, MINE: 'swordfish-13' },
    });
    expect(addedShape.parse(JSON.parse(env.stdout))).toMatchObject({ added: true, stored: ['password'], checked: null });
    expect(env.stdout).not.toContain('swordfish');
    await world.etl(['connections', 'remove', 'crm', '--yes'], { variables });
  }, 90_000);

  it('may be added without the secret, which is then named', async () => {
    const before = await etlYaml();
    const added = await world.etl([...add, '--set', 'host=h'], { variables });
    expect(addedShape.parse(JSON.parse(added.stdout))).toMatchObject({ added: true, stored: [], open: ['password'] });
    await world.etl(['connections', 'remove', 'crm', '--yes'], { variables });
    expect(await etlYaml()).toBe(before);
  }, 60_000);

  it.each([
    [
      ['connections', 'add'],
      ['NAME', '--connector'],
    ],
    [['connections', 'add', 'crm', '--connector', 'canary'], ['--set host=']],
    [[...add, '--set', 'hst=x'], ['host']],
    [[...add, '--set', 'host=x', '--set', 'port=many'], ['A number']],
    [[...add, '--set', 'host=x', '--set', 'fails=often'], ['One of: none']],
    [[...add, '--set', 'host=', '--no-test'], ['host']],
    [[...add, '--set', 'host=x', '--secret-stdin', 'tls'], ['no secret']],
    [['connections', 'add', 'shop', '--connector', 'canary', '--set', 'host=x'], ['already']],
    [['connections', 'add', 'Shop', '--connector', 'canary', '--set', 'host=x'], ['small letters']],
    [['connections', 'add', 'x', '--connector', 'canry'], ['canary']],
    [['connections', 'show', 'shp'], ['shop']],
    [['connections', 'test', 'shp'], ['shop']],
    [['connections', 'remove', 'shop'], ['--yes']],
    [['credentials', 'set', 'shop', 'pasword'], ['password']],
    [['credentials', 'set', 'shop', 'password'], ['Standard input is empty']],
    [['credentials', 'delete', 'nobody'], ['credentials list']],
  ])(
    '%j is refused at once with exit code 2, and nothing is written',
    async (words, texts) => {
      const before = await etlYaml();
      const ended = await world.etl(words, { variables });
      expect(ended.code).toBe(2);
      for (const text of texts) expect(ended.stdout + ended.stderr).toContain(text);
      expect(await etlYaml()).toBe(before);
    },
    60_000,
  );

  it('never wait on a silent standard input for what flags must say', async () => {
    const child = spawn(process.execPath, [bin, 'connections', 'add'], {
      cwd: world.project,
      env: { PATH: process.env['PATH'], HOME: world.home },
    });
    const code = await new Promise((resolve) => child.on('close', resolve));
    expect(code).toBe(2);
  }, 20_000);

  it('leave no trace where the test fails: exit code 3 for a refused login, 4 for what is out of reach', async () => {
    const before = await etlYaml();
    for (const [fails, code] of [
      ['password', 3],
      ['url', 4],
      ['sql', 1],
    ] as const) {
      const words = [...add, '--set', 'host=x', '--set', `fails=${fails}`, '--secret-stdin', 'password', '--test'];
      const ended = await world.etl(words, { variables, stdin: 'swordfish-14' });
      expect(addedShape.parse(JSON.parse(ended.stdout))).toMatchObject({ status: 'failed', exitCode: code, added: false });
      expect([ended.code, ended.stdout.includes('swordfish'), await etlYaml()]).toEqual([code, false, before]);
    }
    expect((await world.etl(['credentials', 'list', '--json'])).stdout).not.toContain('crm');
  }, 60_000);

  it('leave no trace where the secret cannot be stored', async () => {
    const before = await etlYaml();
    const ended = await world.etl([...add, '--set', 'host=x', '--secret-stdin', 'password'], { stdin: 'swordfish-15' });
    expect([ended.code, await etlYaml()]).toEqual([3, before]);
  }, 60_000);

  it('are listed with where they lead, and tested one by one', async () => {
    const listed = connectionsListShape.parse(JSON.parse((await world.etl(['connections', '--json'])).stdout));
    expect(listed.connections).toMatchObject([
      { name: 'shop', endpoint: 'canary host=db.internal', secrets: ['password'] },
      { name: 'out', secrets: [] },
    ]);
    const tested = await world.etl(['connections', 'test', '--json'], { variables });
    expect(connectionsTestShape.parse(JSON.parse(tested.stdout))).toMatchObject({
      exitCode: 3,
      connections: [{ error: { code: 'CREDENTIAL_MISSING' } }, { ok: true }],
    });
    expect(tested.code).toBe(3);
  }, 60_000);

  it('say which environment a secret is for', async () => {
    const project = join(world.folder, 'overlay');
    await mkdir(project);
    await world.connect({}, project);
    await writeFile(
      join(project, 'etl.yaml'),
      `${await readFile(join(project, 'etl.yaml'), 'utf8')}environments:\n  production: { connections: { shop: { host: prod } } }\n`,
    );
    const set = await world.etl(['credentials', 'set', 'shop', 'password', '--env', 'production', '--json'], {
      variables,
      stdin: 'swordfish-16',
      project,
    });
    expect(JSON.parse(set.stdout)).toMatchObject({ environment: 'production', endpoint: 'canary host=prod' });
    expect((await world.etl(['run', 'copy', '--env', 'production'], { variables, project })).code).toBe(0);
    expect((await world.etl(['run', 'copy'], { variables, project })).code).toBe(3);
  }, 60_000);

  it('are written into the environment that is named, with a secret of their own, and removed from it alone', async () => {
    const project = join(world.folder, 'environments');
    await mkdir(project);
    await world.connect({}, project);
    const path = join(project, 'etl.yaml');
    const before = `${await readFile(path, 'utf8')}environments:\n  production:\n    connections:\n      out: { path: ./prod }\n`;
    await writeFile(path, before);
    const here = { variables: { ...variables, ETL_ENV: 'production' }, project };
    const words = ['connections', 'add', 'shop', '--connector', 'canary', '--set', 'host=prod.internal', '--secret-stdin', 'password'];
    const added = await world.etl([...words, '--json'], { ...here, stdin: 'swordfish-17' });
    expect(addedShape.parse(JSON.parse(added.stdout))).toMatchObject({ added: true, environment: 'production', stored: ['password'] });
    const entry = '      shop:\n        connector: canary\n        host: prod.internal\n        password: { secret: password }\n';
    expect(await readFile(path, 'utf8')).toBe(before + entry);
    expect((await world.etl(['run', 'copy'], here)).code).toBe(0);
    expect((await world.etl(['run', 'copy'], { variables, project })).code).toBe(3);
    expect((await world.etl(words, { ...here, stdin: 'swordfish-18' })).stderr).toContain("etl.yaml has 'shop' already");
    const nowhere = await world.etl([...words, '--env', 'producton'], { variables, project, stdin: 'x' });
    expect([nowhere.code, nowhere.stderr]).toEqual([2, expect.stringContaining("'production'")]);
    const removed = await world.etl(['connections', 'remove', 'shop', '--yes', '--json'], here);
    expect(removedShape.parse(JSON.parse(removed.stdout))).toMatchObject({ removed: true, secrets: ['password'] });
    expect(await readFile(path, 'utf8')).toBe(before);
    expect((await world.etl(['credentials', 'list', '--env', 'production', '--json'], { project })).stdout).not.toContain('prod.internal');
  }, 60_000);
});
