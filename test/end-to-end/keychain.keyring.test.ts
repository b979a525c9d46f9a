import { mkdir } from 'node:fs/promises';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { bin, credentialWorld, formsOf, type CredentialWorld, type Ended, type StartOptions } from './credential-world.js';

const canary = 'cänary/keychain "w0rd"+&=%';
const keyring = 'password of the keyring';
const noBus = 'no bus';

let world: CredentialWorld;
beforeAll(async () => {
  world = await credentialWorld();
}, 60_000);
afterAll(() => world.remove());

/** Runs `etl` in a D-Bus session of its own whose keyring was unlocked with this password; null: nobody unlocks. */
function inSession(words: readonly string[], password: string | null, options: StartOptions = {}): Promise<Ended> {
  return nodeInSession([bin, ...words], password, options);
}

function nodeInSession(words: readonly string[], password: string | null, options: StartOptions = {}): Promise<Ended> {
  const unlock = password === null ? '' : `printf %s '${password}' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1; `;
  return world.etl([], {
    ...options,
    command: ['dbus-run-session', '--', 'sh', '-c', `${unlock}exec "$@"`, 'sh', process.execPath, ...words],
  });
}

const json = ({ stdout }: Ended): unknown => JSON.parse(stdout) as unknown;
const errorOf = (ended: Ended) => json(ended) as { exitCode: number; error: { code: string; message: string; hint: string } };

describe('the keychain of the system', () => {
  it('says what is missing where there is no D-Bus session', async () => {
    const ended = await world.etl(['credentials', 'set', 'shop', 'password', '--json'], { stdin: canary });
    expect(ended.code).toBe(3);
    expect(errorOf(ended).error.message).toContain('no D-Bus session');
    expect(errorOf(ended).error.hint).toContain('dbus-run-session');
    const run = await world.etl(['run', 'copy', '--json']);
    expect(run.code).toBe(3);
    expect(run.stdout).toContain('ETL_SECRET_SHOP__PASSWORD_FILE');
    expect(ended.stdout + ended.stderr + run.stdout).not.toContain(canary);
  }, 60_000);

  it('says so where there is no keyring yet, and a read finds nothing', async () => {
    const set = await inSession(['credentials', 'set', 'shop', 'password', '--json'], null, { stdin: canary });
    expect(set.code).toBe(3);
    expect(errorOf(set).error.message).toContain('no keyring in it yet');
    expect(await inSession(['connections', 'test', 'shop', '--json'], null)).toMatchObject({ code: 3 });
  }, 60_000);

  it('keeps a secret, gives it to jobs, and knows where it came from', async () => {
    const set = await inSession(['credentials', 'set', 'shop', 'password', '--json'], keyring, { stdin: `${canary}\n` });
    expect(set.code).toBe(0);
    expect(json(set)).toMatchObject({ store: 'keychain', endpoint: 'canary host=db.internal' });
    expect(await inSession(['run', 'copy'], keyring)).toMatchObject({ code: 0 });
    const shown = await inSession(['connections', 'show', 'shop', '--json'], keyring);
    expect(json(shown)).toMatchObject({
      connection: { options: { password: '***' }, secrets: [{ found: 'keychain', source: 'the keychain' }] },
    });
    const listed = await world.etl(['credentials', 'list', '--json']);
    expect(json(listed)).toMatchObject({
      credentials: [{ connection: 'shop', field: 'password', store: 'keychain', endpoint: 'canary host=db.internal' }],
    });
    for (const form of formsOf(canary)) expect(set.stdout + shown.stdout + listed.stdout).not.toContain(form);
    expect(await world.filesWith(formsOf(canary))).toEqual([]);
  }, 60_000);

  it('gives nothing to a clone whose etl.yaml sends it somewhere else, and asks again', async () => {
    const clone = join(world.folder, 'clone');
    await mkdir(clone);
    for (const changed of [{ host: 'evil.example' }, { port: 9999 }, { user: 'root' }]) {
      await world.connect(changed, clone);
      const ended = await inSession(['run', 'copy', '--json'], keyring, { project: clone });
      expect(ended.code).toBe(3);
      expect(ended.stdout).toContain('The endpoint changed');
      expect(ended.stdout).toContain('etl credentials set shop password');
      expect(ended.stdout + ended.stderr).not.toContain(canary);
    }
    await world.connect({ fails: 'log' }, clone); // no endpoint: the secret stays good
    expect(await inSession(['run', 'copy'], keyring, { project: clone })).toMatchObject({ code: 0 });
  }, 90_000);

  it('is not touched in CI, neither to read nor to write', async () => {
    const variables = { CI: 'true' };
    const run = await inSession(['run', 'copy', '--json'], keyring, { variables });
    expect([run.code, run.stdout.includes('no keychain is read in CI')]).toEqual([3, true]);
    expect(await inSession(['credentials', 'set', 'shop', 'password'], keyring, { variables, stdin: 'x' })).toMatchObject({ code: 2 });
    expect(await inSession(['run', 'copy'], keyring, { variables: { ...variables, ETL_SECRET_SHOP__PASSWORD: canary } })).toMatchObject({
      code: 0,
    });
  }, 60_000);

  it('is looked at by doctor: a problem where secrets lie in it, else a notice, each with its cure, and nothing of the look stays', async () => {
    const look = async (password: string | null, options: StartOptions = {}) => {
      const ended = await (password === 'no bus'
        ? world.etl(['doctor', '--json'], options)
        : inSession(['doctor', '--json'], password, options));
      const { findings } = json(ended) as { findings: { check: string; status: string; detail: string; cure: string | null }[] };
      return { code: ended.code, ...findings.find(({ check }) => check === 'secrets') };
    };
    expect(await look(keyring)).toMatchObject({ code: 0, status: 'ok', detail: 'the keychain (1 stored) works' });
    const cure = expect.stringContaining('gnome-keyring-daemon --unlock');
    expect(await look('a wrong password')).toMatchObject({
      code: 1,
      status: 'problem',
      detail: expect.stringContaining('it is locked'),
      cure,
    });
    expect(await look(noBus)).toMatchObject({ code: 1, status: 'problem', detail: expect.stringContaining('no D-Bus session'), cure });
    const newcomer = { variables: { HOME: join(world.folder, 'newcomer'), XDG_DATA_HOME: join(world.folder, 'newcomer') } };
    await mkdir(newcomer.variables.HOME);
    expect(await look(null, newcomer)).toMatchObject({
      code: 0,
      status: 'notice',
      detail: expect.stringContaining('no keyring in it yet'),
      cure,
    });
    expect(await look(noBus, newcomer)).toMatchObject({ code: 0, status: 'notice' });
    expect(await look(noBus, { variables: { CI: 'true' } })).toMatchObject({
      code: 0,
      status: 'ok',
      detail: expect.stringContaining('no keychain is touched'),
    });
    const module = createRequire(import.meta.url).resolve('@napi-rs/keyring');
    const read = (account: string): string =>
      `new AsyncEntry('etl', '${account}', { linux: { store: 'secret-service' } }).getPassword().then((found) => console.log(found === undefined || found === null))`;
    const gone = (account: string) => nodeInSession(['-e', `const { AsyncEntry } = require('${module}'); ${read(account)}`], keyring);
    expect([(await gone('doctor')).stdout, (await gone('shop//shop/password')).stdout]).toEqual(['true\n', 'false\n']);
  }, 90_000);

  it('says that it is locked', async () => {
    const ended = await inSession(['run', 'copy', '--json'], 'a wrong password');
    expect(ended.code).toBe(3);
    expect(ended.stdout).toContain('it is locked');
  }, 60_000);

  it('forgets a secret that is deleted', async () => {
    expect(await inSession(['credentials', 'delete', 'shop', 'password', '--yes'], keyring)).toMatchObject({ code: 0 });
    const ended = await inSession(['run', 'copy', '--json'], keyring);
    expect([ended.code, ended.stdout.includes('is not set')]).toEqual([3, true]);
    expect(json(await world.etl(['credentials', 'list', '--json']))).toMatchObject({ credentials: [] });
  }, 60_000);
});
