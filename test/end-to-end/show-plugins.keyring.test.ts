import { execFile } from 'node:child_process';
import { mkdtemp, readdir, readFile, realpath, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { filesWith, formsOf } from './credential-world.js';

const script = fileURLToPath(new URL('../../scripts/show-plugins.mjs', import.meta.url));
// In two pieces, for the clone has this file.
const password = ['show "cänary" ', '5+&=%/w0rd'].join('');

let folder: string;
let story: string;
let code: number;
/** The one slow step of the suite that is slow on purpose: it installs and builds a clean clone. */
beforeAll(async () => {
  folder = await realpath(await mkdtemp(join(tmpdir(), 'etl-show-')));
  const { PATH, HOME, npm_config_userconfig, npm_config_cache } = process.env;
  const env = { PATH, HOME, npm_config_userconfig, npm_config_cache, SHOW_PASSWORD: password };
  [code, story] = await new Promise((resolve) => {
    execFile(process.execPath, [script, '--folder', folder], { env, maxBuffer: 1 << 26 }, (error, stdout, stderr) =>
      resolve([error === null ? 0 : Number(error.code), stdout + stderr]),
    );
  });
}, 900_000);
afterAll(() => rm(folder, { recursive: true, force: true }));

/** What the commands printed, from the first that was typed like this to the next command. */
const printed = (command: string): string => story.split(`\n$ ${command}\n`)[1]?.split(/\n[$#] /)[0] ?? 'it was not typed';

describe('plugins and secrets on a clean clone in a clean home', () => {
  it('are shown from beginning to end', () => {
    expect([code, code === 0 ? '' : story]).toEqual([0, '']);
    const typed = [...story.matchAll(/^\$ (?:with-keyring )?(?:CI=true \S+ )?etl ((?:plugins|connections|run|validate)\b.*)$/gm)].map(
      ([, words]) => words,
    );
    for (const step of ['plugins install vault shelf', 'connections add vault', 'run store', 'plugins list', 'plugins update shelf', 'plugins uninstall shelf'])
      expect(typed).toContainEqual(expect.stringContaining(step));
  }); // prettier-ignore

  it('install by name, list, update and uninstall', async () => {
    expect(printed('etl plugins install vault shelf')).toMatch(/✔ @acme\/etl-vault 0\.1\.0[^]*✔ @acme\/etl-shelf 0\.1\.0/);
    expect(printed('etl plugins update shelf')).toContain('@acme/etl-shelf 0.1.0 → 0.2.0');
    expect(printed('etl run copy')).toContain('etl plugins install @acme/etl-shelf');
    const lock = JSON.parse(await readFile(join(folder, 'shop/etl.lock'), 'utf8')) as { plugins: object; tree: object };
    expect(lock.plugins).toMatchObject({ '@acme/etl-vault': { version: '0.1.0', source: 'workspace' } });
    expect(lock.plugins).not.toHaveProperty('@acme/etl-shelf');
    expect(lock.tree).toMatchObject({ 'node_modules/@etl/sdk': { integrity: expect.stringMatching(/^sources-sha512-/) } });
  });

  it('run a job with a secret of the keyring, and in CI with the variable alone', async () => {
    expect(printed('with-keyring etl connections show vault')).toContain('password: found in the keychain');
    expect(printed('with-keyring etl run store')).toContain('store is done');
    expect(story).toContain('CI=true ETL_SECRET_VAULT__PASSWORD=… etl run store copy');
    const rows = '["1","12.50"]\n["2","9007199254740993.10"]\n';
    for (const name of ['vault', 'shelf']) expect(await readFile(join(folder, 'shop', name, 'orders.jsonl'), 'utf8')).toContain(rows);
  });

  it('leave the secret in no file and on no screen, and the rest of the project as it was', async () => {
    for (const form of formsOf(password)) expect(story).not.toContain(form);
    expect(await filesWith(folder, formsOf(password), ['etl/node_modules/'])).toEqual([]);
    expect((await readdir(join(folder, 'home/.local/share/keyrings'))).length).toBeGreaterThan(0);
    const text = await readFile(join(folder, 'shop/etl.yaml'), 'utf8');
    expect(text).toMatch(/^# Ours\nproject: shop\nconnections:\n {2}files: \{ connector: file, path: \. \} # what comes in\n/);
  });
});
