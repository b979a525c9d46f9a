import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { secretOption } from '@etl/sdk';
import { z } from 'zod';
import { credentialIndex } from '../../src/credentials/credential-index.js';
import { Credentials, endpointOf, secretVariable, type SecretRequest } from '../../src/credentials/index.js';
import { openCredentials } from '../../src/credentials/open-credentials.js';
import type { SecretStore } from '../../src/credentials/secret-store.js';
import { temporaryFolder } from './temporary-folder.js';

const alone = <T>(work: () => Promise<T>): Promise<T> => work();
const schema = z.strictObject({
  host: z.string().meta({ endpoint: true }),
  port: z.number().default(3306).meta({ endpoint: true }),
  pool: z.number().optional(),
  password: secretOption(),
});

const request = (options: object = {}, field = 'password'): SecretRequest => ({
  address: { project: 'p', environment: null, connection: 'shop', field },
  endpoint: endpointOf({ connector: 'mysql', schema, options: { host: 'db', password: { secret: 'password' }, ...options } }),
});

/** Credentials over a store in memory, named so: the real ones are tested where they are. */
function world(variables: NodeJS.ProcessEnv = {}) {
  const kept = new Map<string, string>();
  const touched: string[] = [];
  const store: SecretStore = {
    kind: 'keychain',
    read: async (account) => (touched.push('read'), kept.get(account) ?? null),
    write: async (account, text) => void (touched.push('write'), kept.set(account, text)),
    delete: async (account) => (touched.push('delete'), kept.delete(account)),
  };
  const seen: string[] = [];
  const index = credentialIndex({ path: join(temporaryFolder(), 'credentials.json'), exclusively: alone });
  const open = (more: NodeJS.ProcessEnv): Credentials =>
    new Credentials({
      variables: { ...variables, ...more },
      onSecret: (value) => seen.push(value),
      stores: { chosen: 'keychain', open: () => store, index, now: () => new Date(0) },
    });
  return { kept, touched, seen, open, credentials: open({}) };
}

describe('finding a secret', () => {
  it('looks into the variable, then the mounted file, then the store', async () => {
    const { credentials, open, seen } = world();
    const path = join(temporaryFolder(), 'mounted');
    writeFileSync(path, 'from file\r\n');
    await credentials.set(request(), 'from store');
    const [variable, file] = [{ ETL_SECRET_SHOP__PASSWORD: 'from variable' }, { ETL_SECRET_SHOP__PASSWORD_FILE: path }];
    for (const [variables, value, origin] of [
      [{ ...variable, ...file }, 'from variable', { kind: 'variable', name: 'ETL_SECRET_SHOP__PASSWORD' }],
      [{ ...file, ETL_SECRET_SHOP__PASSWORD: '' }, 'from file', { kind: 'file', name: path }],
      [{}, 'from store', { kind: 'keychain', name: 'the keychain' }],
    ] as const) {
      expect((await open(variables).resolve(request())).reveal()).toBe(value);
      expect(await open(variables).locate(request())).toEqual(origin);
      expect(seen).toContain(value);
    }
  });

  it('names every place and the command where it is in none', async () => {
    await expect(world().credentials.resolve(request())).rejects.toMatchObject({
      code: 'CREDENTIAL_MISSING',
      hint: expect.stringMatching(
        /ETL_SECRET_SHOP__PASSWORD .*ETL_SECRET_SHOP__PASSWORD_FILE .*keychain.*etl credentials set shop password/,
      ),
    });
    const production = { ...request(), address: { ...request().address, environment: 'production' } };
    await expect(world().credentials.resolve(production)).rejects.toMatchObject({ hint: expect.stringContaining('--env production') });
  });

  it.each([
    ['does not exist', null],
    ['is empty', '\n'],
    ['is not UTF-8 text', Buffer.from([0xff, 0xfe])],
    ['is larger than 1 MiB', 'x'.repeat(2 ** 20 + 1)],
  ])('refuses a mounted file that %s, and does not go on to the store', async (why, content) => {
    const path = join(temporaryFolder(), 'mounted');
    if (content !== null) writeFileSync(path, content);
    const { credentials, open, touched } = world();
    await credentials.set(request(), 'stored');
    touched.length = 0;
    const failing = open({ ETL_SECRET_SHOP__PASSWORD_FILE: path }).resolve(request());
    await expect(failing).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING', message: expect.stringContaining(why) });
    expect(touched).toEqual([]);
  });

  it('takes one line break from the end of a mounted file and nothing else', async () => {
    const path = join(temporaryFolder(), 'mounted');
    writeFileSync(path, '\ufeff two \n lines\n\n');
    const secret = await world({ ETL_SECRET_SHOP__PASSWORD_FILE: path }).credentials.resolve(request());
    expect(secret.reveal()).toBe('\ufeff two \n lines\n');
  });

  it.each(['true', '1', 'yes'])('touches no store where CI is %s', async (CI) => {
    const { open, touched } = world();
    await expect(open({ CI }).resolve(request())).rejects.toMatchObject({ hint: expect.stringContaining('no keychain is read in CI') });
    await expect(open({ CI }).set(request(), 'x')).rejects.toMatchObject({ code: 'USAGE' });
    await expect(open({ CI }).delete(request().address)).rejects.toMatchObject({ code: 'USAGE' });
    expect(touched).toEqual([]);
  });
});

describe('a stored secret', () => {
  it.each([[{ host: 'evil' }], [{ port: 1 }]])('is not given to another endpoint: %j', async (changed) => {
    const { credentials } = world();
    await credentials.set(request(), 'stored');
    await expect(credentials.resolve(request(changed))).rejects.toMatchObject({
      code: 'CREDENTIAL_MISSING',
      hint: expect.stringMatching(/^The endpoint changed.*etl credentials set shop password/),
    });
  });

  it.each([[{ pool: 5 }], [{ port: 3306 }], [{ port: '3306' }]])('is still given where no endpoint changed: %j', async (changed) => {
    const { credentials } = world();
    await credentials.set(request(), 'stored');
    expect((await credentials.resolve(request(changed))).reveal()).toBe('stored');
  });

  it('is not given to another project, environment, connection or field', async () => {
    const { credentials } = world();
    await credentials.set(request(), 'stored');
    for (const other of [{ project: 'q' }, { environment: 'x' }, { connection: 'y' }, { field: 'z' }])
      await expect(credentials.resolve({ ...request(), address: { ...request().address, ...other } })).rejects.toMatchObject({
        code: 'CREDENTIAL_MISSING',
      });
  });

  it('is not taken from what somebody else wrote there', async () => {
    for (const text of ['plain', '{}', '{"etl":1,"secret":"x"}', 'null', '']) {
      const { credentials, kept } = world();
      kept.set('p//shop/password', text);
      await expect(credentials.resolve(request())).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
    }
  });

  it('is listed by name and never by value, and gone when deleted', async () => {
    const { credentials, kept } = world();
    await credentials.set(request(), 'canary value');
    expect(JSON.stringify(await credentials.list())).not.toContain('canary');
    expect(await credentials.list()).toMatchObject([{ field: 'password', endpoint: 'mysql host=db', updated: '1970-01-01T00:00:00.000Z' }]);
    expect([await credentials.delete(request().address), await credentials.delete(request().address)]).toEqual([true, false]);
    expect([kept.size, await credentials.list()]).toEqual([0, []]);
  });
});

describe('the endpoint of a connection', () => {
  const open = z.looseObject({});
  const digest = (options: { [name: string]: unknown }, shape: z.ZodType = open): string =>
    endpointOf({ connector: 'x', schema: shape, options }).digest;

  it('is every option that is no secret where the schema marks none', () => {
    expect(digest({ server: 'a' })).not.toBe(digest({ server: 'b' }));
    expect(digest({ a: 1, b: 2 })).toBe(digest({ b: 2, a: 1 }));
    expect(digest({ auth: { user: 'u', token: { secret: 't' } } })).toBe(digest({ auth: { token: { secret: 'other' }, user: 'u' } }));
    expect(digest({ auth: { user: 'u' } })).not.toBe(digest({ auth: { user: 'v' } }));
  });

  it('takes a mark inside of a nested option and in a branch of a union', () => {
    const nested = z.object({ proxy: z.object({ address: z.string().meta({ endpoint: true }) }), note: z.string() });
    expect(digest({ proxy: { address: 'a' } }, nested)).not.toBe(digest({ proxy: { address: 'b' } }, nested));
    expect(digest({ proxy: { address: 'a' }, note: 'x' }, nested)).toBe(digest({ proxy: { address: 'a' }, note: 'y' }, nested));
    const union = z.union([z.object({ url: z.string().meta({ endpoint: true }) }), z.object({ file: z.string() })]);
    expect(digest({ url: 'a', file: '1' }, union)).toBe(digest({ url: 'a', file: '2' }, union));
  });

  it('cannot be made the same by values that hold separators', () => {
    expect(digest({ host: 'a', user: 'b' })).not.toBe(digest({ host: 'a user=b' }));
    expect(digest({ host: 'a","user","b' })).not.toBe(digest({ host: 'a', user: 'b' }));
  });

  it('holds no secret in its text', () => {
    expect(endpointOf({ connector: 'x', schema: open, options: { host: 'h', password: { secret: 'password' } } }).text).toBe('x host=h');
  });
});

describe('many at once', () => {
  it('loses no secret of programs that store at the same time', async () => {
    const folder = temporaryFolder();
    const open = () =>
      openCredentials({
        folder, chosen: 'file', variables: { ETL_CREDENTIALS_PASSPHRASE: 'a passphrase' },
        onSecret: () => undefined, now: () => new Date(0), askPassphrase: null,
      }); // prettier-ignore
    const fields = ['a', 'b', 'c', 'd'];
    await Promise.all(fields.map((field) => open().set(request({}, field), `value ${field}`)));
    const credentials = open();
    expect((await credentials.list()).map(({ field }) => field)).toEqual(fields);
    for (const field of fields) expect((await credentials.resolve(request({}, field))).reveal()).toBe(`value ${field}`);
  }, 60_000);

  it('asks nobody for a passphrase where nobody is there', async () => {
    const folder = temporaryFolder();
    const credentials = openCredentials({
      folder, chosen: 'file', variables: {}, onSecret: () => undefined, now: () => new Date(0), askPassphrase: null,
    }); // prettier-ignore
    await expect(credentials.set(request(), 'x')).rejects.toMatchObject({
      code: 'CREDENTIAL_MISSING',
      hint: expect.stringContaining('ETL_CREDENTIALS_PASSPHRASE_FILE'),
    });
  });
});

describe('names of variables', () => {
  it('are those that a shell can set', () => {
    expect(secretVariable('my_shop', 'api-key')).toBe('ETL_SECRET_MY_SHOP__API_KEY');
  });
});
