import { describe, expect, it } from '@jest/globals';
import { constants, createHash, generateKeyPairSync, privateDecrypt, randomBytes } from 'node:crypto';
import { authPlugins, type SignIn } from '../src/sign-in.js';

const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
const pem = publicKey.export({ type: 'spki', format: 'pem' }).toString();
const password = `p'ä"ss`;
const scramble = randomBytes(20);
const plain: SignIn = { password, isPrivate: false, serverKey: null, isLocal: false };

const open = (how: 'caching_sha2_password' | 'sha256_password', signIn: Partial<SignIn>): ((data: Buffer) => Buffer | null) => {
  const plugin = authPlugins({ ...plain, ...signIn })[how];
  if (plugin === undefined) throw new Error('no such way to sign in');
  return plugin();
};

/** What a server with the private key makes of an answer. */
const unhidden = (answer: Buffer | null): string => {
  const hidden = privateDecrypt(
    { key: privateKey, oaepHash: 'sha1', padding: constants.RSA_PKCS1_OAEP_PADDING },
    answer ?? Buffer.alloc(0),
  );
  return Buffer.from(hidden.map((byte, at) => byte ^ (scramble[at % 20] ?? 0))).toString('utf8');
};

/** What a server that knows the hash of the hash expects. */
const proof = (): Buffer => {
  const sha = (...parts: Buffer[]): Buffer => parts.reduce((hash, part) => hash.update(part), createHash('sha256')).digest();
  const once = sha(Buffer.from(password, 'utf8'));
  const mask = sha(sha(once), scramble);
  return Buffer.from(once.map((byte, at) => byte ^ (mask[at] ?? 0)));
};

describe('signing in by caching_sha2_password', () => {
  it('proves that the password is known without sending it, and is done where the server remembers it', () => {
    const answer = open('caching_sha2_password', {});
    expect(answer(Buffer.concat([scramble, Buffer.from([0])]))).toEqual(proof());
    expect(answer(Buffer.from([3]))).toBeNull();
  });

  it('sends nothing for an empty password', () => {
    expect(open('caching_sha2_password', { password: '' })(scramble)).toEqual(Buffer.alloc(0));
  });

  it('sends the password itself only where nobody reads along', () => {
    const answer = open('caching_sha2_password', { isPrivate: true });
    answer(scramble);
    expect(answer(Buffer.from([4]))?.toString('utf8')).toBe(`${password}\0`);
  });

  it('refuses to sign in without encryption, and never asks a server elsewhere for its key', () => {
    const answer = open('caching_sha2_password', {});
    answer(scramble);
    expect(() => answer(Buffer.from([4]))).toThrow('not encrypted');
  });

  it('hides the password for the one server whose key is pinned', () => {
    const answer = open('caching_sha2_password', { serverKey: pem });
    answer(scramble);
    expect(unhidden(answer(Buffer.from([4])))).toBe(`${password}\0`);
  });

  it('asks the server of this machine for its key', () => {
    const answer = open('caching_sha2_password', { isLocal: true });
    answer(scramble);
    expect(answer(Buffer.from([4]))).toEqual(Buffer.from([2]));
    expect(unhidden(answer(Buffer.from(pem)))).toBe(`${password}\0`);
  });
});

describe('signing in by sha256_password', () => {
  it('follows the same rules', () => {
    expect(open('sha256_password', { isPrivate: true })(scramble)?.toString('utf8')).toBe(`${password}\0`);
    expect(unhidden(open('sha256_password', { serverKey: pem })(scramble))).toBe(`${password}\0`);
    expect(() => open('sha256_password', {})(scramble)).toThrow('not encrypted');
    const local = open('sha256_password', { isLocal: true });
    expect(local(scramble)).toEqual(Buffer.from([1]));
    expect(unhidden(local(Buffer.from(pem)))).toBe(`${password}\0`);
  });
});
