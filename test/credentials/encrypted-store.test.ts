import { chmodSync, existsSync, readdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { encryptedStore } from '../../src/credentials/encrypted-store.js';
import { openSealed, parseSealed, sealingKey, sealText } from '../../src/credentials/sealed-text.js';
import { temporaryFolder } from './temporary-folder.js';

const right = 'correct horse battery';
const canary = 'secret with "quotes" and ünïcode \n and lines';
const alone = <T>(work: () => Promise<T>): Promise<T> => work();

function storeAt(path: string, passphrase = right) {
  const asked: string[] = [];
  const store = encryptedStore({
    path,
    exclusively: alone,
    passphrase: async (purpose) => {
      asked.push(purpose);
      return passphrase;
    },
  });
  return { store, asked };
}

async function filled(): Promise<string> {
  const path = join(temporaryFolder(), 'credentials.enc');
  await storeAt(path).store.write('p//shop/password', canary);
  return path;
}

describe('the encrypted file', () => {
  it('gives back what was put in, asks for the passphrase once, and is of mode 0600 without a trace of the value', async () => {
    const path = await filled();
    const { store, asked } = storeAt(path);
    await store.write('p//shop/token', 'other');
    expect(await store.read('p//shop/password')).toBe(canary);
    expect(await store.read('p//shop/token')).toBe('other');
    expect(await store.read('p/production/shop/password')).toBeNull();
    expect(await store.read('__proto__')).toBeNull();
    expect(asked).toEqual(['open']);
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const bytes = readFileSync(path, 'utf8');
    for (const text of ['secret', 'shop', 'password', Buffer.from(canary).toString('base64').slice(0, 20)])
      expect(bytes).not.toContain(text);
    expect(readdirSync(join(path, '..'))).toEqual(['credentials.enc']);
  }, 60_000);

  it('asks nothing where there is no file, and a new passphrase for a new one', async () => {
    const { store, asked } = storeAt(join(temporaryFolder(), 'credentials.enc'));
    expect([await store.read('a'), await store.delete('a')]).toEqual([null, false]);
    expect(asked).toEqual([]);
    await store.write('a', 'b');
    expect(asked).toEqual(['create']);
    expect([await store.delete('a'), await store.read('a'), await store.delete('a')]).toEqual([true, null, false]);
  }, 60_000);

  it('refuses a wrong passphrase, and leaves the file as it is', async () => {
    const path = await filled();
    const before = readFileSync(path);
    const { store } = storeAt(path, `${right} `);
    await expect(store.read('p//shop/password')).rejects.toMatchObject({
      code: 'CREDENTIAL_MISSING',
      message: expect.stringContaining('is wrong'),
    });
    await expect(store.write('p//shop/password', 'x')).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
    await expect(store.delete('p//shop/password')).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
    expect(readFileSync(path)).toEqual(before);
  }, 60_000);

  it.each(['data', 'tag', 'nonce', 'salt', 'check'])(
    'notices one bit that was changed in its %s',
    async (part) => {
      const path = await filled();
      const sealed = JSON.parse(readFileSync(path, 'utf8')) as Record<string, string>;
      const bytes = Buffer.from(sealed[part] ?? '', 'base64');
      bytes[3] = (bytes[3] ?? 0) ^ 1;
      writeFileSync(path, JSON.stringify({ ...sealed, [part]: bytes.toString('base64') }), { mode: 0o600 });
      await expect(storeAt(path).store.read('p//shop/password')).rejects.toMatchObject({ code: 'CREDENTIAL_MISSING' });
    },
    60_000,
  );

  it.each([0, 1, 100, -20])(
    'notices that it was cut at %d, and is never written over',
    async (length) => {
      const path = await filled();
      const cut = readFileSync(path, 'utf8').slice(0, length);
      writeFileSync(path, cut);
      const { store } = storeAt(path);
      await expect(store.read('p//shop/password')).rejects.toMatchObject({ message: expect.stringContaining('damaged') });
      await expect(store.write('new', 'x')).rejects.toMatchObject({ message: expect.stringContaining('damaged') });
      expect(readFileSync(path, 'utf8')).toBe(cut);
    },
    60_000,
  );

  it('refuses a file that asks for a cheaper key', async () => {
    const path = await filled();
    writeFileSync(path, readFileSync(path, 'utf8').replace('scrypt-17-8-1', 'scrypt-01-8-1'));
    await expect(storeAt(path).store.read('p//shop/password')).rejects.toMatchObject({ message: expect.stringContaining('damaged') });
  }, 60_000);

  it('is not read while others may read or write it, or through a link', async () => {
    const path = await filled();
    for (const mode of [0o644, 0o660, 0o602]) {
      chmodSync(path, mode);
      await expect(storeAt(path).store.read('x')).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        hint: expect.stringContaining('chmod 600'),
      });
    }
    chmodSync(path, 0o600);
    const link = join(temporaryFolder(), 'credentials.enc');
    symlinkSync(path, link);
    await expect(storeAt(link).store.read('x')).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(existsSync(link)).toBe(true);
  }, 60_000);

  it('never uses a nonce twice', async () => {
    const key = await sealingKey(right);
    const sealed = Array.from({ length: 500 }, () => parseSealed(sealText('same', key)));
    expect(new Set(sealed.map(({ nonce }) => nonce)).size).toBe(500);
    expect(sealed.every((each) => openSealed(each, key) === 'same')).toBe(true);
  }, 60_000);
});
