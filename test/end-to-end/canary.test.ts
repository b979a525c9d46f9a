import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { credentialWorld, formsOf, type CredentialWorld, type Ended, type StartOptions } from './credential-world.js';

const canary = 'cänary/8f3a "w0rd"+&=%';
const forms = formsOf(canary);
const passphrase = 'a passphrase of nobody';

let world: CredentialWorld;
beforeAll(async () => {
  world = await credentialWorld();
}, 60_000);
afterAll(() => world.remove());

/** Where the secret comes from, each once. */
const origins: readonly { readonly name: string; readonly options: () => Promise<StartOptions> }[] = [
  { name: 'a variable', options: async () => ({ variables: { ETL_SECRET_SHOP__PASSWORD: canary } }) },
  {
    name: 'a mounted file',
    options: async () => {
      const path = join(world.folder, 'mounted-secret');
      await writeFile(path, `${canary}\n`);
      return { variables: { ETL_SECRET_SHOP__PASSWORD_FILE: path } };
    },
  },
  {
    name: 'the encrypted file',
    options: async () => {
      const variables = { ETL_CREDENTIALS_PASSPHRASE: passphrase };
      expect((await world.etl(['config', 'set', 'store', 'file'])).code).toBe(0);
      await world.connect();
      const set = await world.etl(['credentials', 'set', 'shop'], { variables, stdin: `${canary}\n` });
      expect([set.code, leaks(set)]).toEqual([0, []]);
      return { variables };
    },
  },
];

const leaks = ({ stdout, stderr }: Ended): string[] => forms.filter((form) => (stdout + stderr).includes(form));

const ways = [
  ['password', 3], ['refused', 4], ['sql', 1], ['url', 4], ['not-an-error', 1], ['no-prototype', 1], ['rejection', 1], ['exception', 1], ['rejects', 0], ['log', 0], ['none', 0],
] as const; // prettier-ignore

describe.each(origins)('a secret in $name', ({ options }) => {
  let given: StartOptions = {};
  beforeAll(async () => {
    given = await options();
  }, 60_000);

  it.each(['password', 'rejection'])(
    'is in no stream and no file when %s happens',
    async (fails) => {
      await world.connect({ fails });
      const ended = await Promise.all([
        world.etl(['run', 'copy', '--json'], given),
        world.etl(['connections', 'test', 'shop', '--verbose'], given),
      ]);
      ended.push(await world.etl(['connections', 'show', 'shop', '--json'], given));
      await expectSilence(ended);
    },
    60_000,
  );

  it('is used: the job runs with it', async () => {
    await world.connect({ fails: 'none' });
    const { code, stderr } = await world.etl(['run', 'copy'], given);
    expect([code, code === 0 ? '' : stderr]).toEqual([0, '']);
    expect(await readFile(join(world.project, 'rows.csv'), 'utf8')).toContain('2');
  }, 60_000);
});

describe('whatever fails', () => {
  it.each(ways)(
    'at %s no stream and no file holds the secret',
    async (fails, code) => {
      const path = join(world.folder, 'mounted-secret');
      await writeFile(path, canary);
      const variables = { ETL_SECRET_SHOP__PASSWORD_FILE: path };
      await world.connect({ fails });
      const run = await world.etl(['run', 'copy', '--verbose'], { variables: { ...variables, ETL_LOG_LEVEL: 'debug' } });
      expect(run.code).toBe(code);
      const others = await Promise.all([
        world.etl(['logs'], { variables }),
        world.etl(['preview', 'copy', '--verbose', '--json'], { variables }),
      ]);
      await expectSilence([run, ...others]);
    },
    60_000,
  );
});

async function expectSilence(ended: readonly Ended[]): Promise<void> {
  for (const each of ended) expect(leaks(each)).toEqual([]);
  expect(ended.map(({ stdout, stderr }) => stdout + stderr).join('')).toContain('***');
  expect(await world.filesWith(forms, ['mounted-secret'])).toEqual([]);
}

describe('a secret in a wrong place', () => {
  it('is refused as a value of --set and not repeated', async () => {
    const ended = await world.etl(['connections', 'add', 'crm', '--connector', 'canary', '--set', 'host=x', '--set', `password=${canary}`]);
    expect([ended.code, leaks(ended)]).toEqual([2, []]);
    expect(ended.stderr).toContain('--secret-stdin password');
  });

  it('is found in project files by validate, with the command that moves it, and not shown', async () => {
    const project = join(world.folder, 'careless');
    await mkdir(project);
    await world.connect({}, project);
    const text = await readFile(join(project, 'etl.yaml'), 'utf8');
    await writeFile(join(project, 'etl.yaml'), text.replace('{ secret: password }', JSON.stringify(canary)));
    for (const words of [['validate'], ['validate', '--json'], ['run', 'copy'], ['validate', '--format', 'github']]) {
      const ended = await world.etl(words, { project });
      expect([ended.code, leaks(ended)]).toEqual([2, []]);
      expect(ended.stdout + ended.stderr).toContain('etl credentials set shop password');
    }
  }, 60_000);
});
