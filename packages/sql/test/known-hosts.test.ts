import { describe, expect, it } from '@jest/globals';
import { createHmac, randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { fingerprintOf, judgeHostKey } from '../src/ssh/known-hosts.js';

const key = randomBytes(51);
const other = randomBytes(51);
const text = (bytes: Buffer): string => `ssh-ed25519 ${bytes.toString('base64')}`;
const hashed = (name: string): string => {
  const salt = randomBytes(20);
  return `|1|${salt.toString('base64')}|${createHmac('sha1', salt).update(name).digest('base64')}`;
};
const judge = (file: string, host = 'bastion.example.org', port = 22) => judgeHostKey(file, { host, port }, key);

describe('known_hosts', () => {
  it.each([
    ['a plain name', `bastion.example.org ${text(key)}`, 'known'],
    ['one of several names, with a comment', `a,bastion.example.org,10.0.0.7 ${text(key)} me@desk`, 'known'],
    ['a hashed name', `${hashed('bastion.example.org')} ${text(key)}`, 'known'],
    ['a pattern', `*.example.org ${text(key)}`, 'known'],
    ['a pattern that leaves the name out', `*.example.org,!bastion.* ${text(key)}`, 'unknown'],
    ['another name', `bastionXexample.org ${text(key)}`, 'unknown'],
    ['another hashed name', `${hashed('bastion.example.com')} ${text(key)}`, 'unknown'],
    ['another key of the same name', `bastion.example.org ${text(other)}`, 'other'],
    ['two keys, the second of them right', `bastion.example.org ${text(other)}\nbastion.example.org ${text(key)}`, 'known'],
    ['a key that was revoked', `bastion.example.org ${text(key)}\n@revoked * ${text(key)}`, 'revoked'],
    ['the key of an authority', `@cert-authority *.example.org ${text(key)}`, 'unknown'],
    ['the name with another port', `[bastion.example.org]:2222 ${text(key)}`, 'unknown'],
    ['a comment', `# bastion.example.org ${text(key)}`, 'unknown'],
    ['nothing', '', 'unknown'],
  ])('with %s', (_, file, verdict) => {
    expect(judge(file)).toBe(verdict);
  });

  it('name a server on another port with it', () => {
    expect(judge(`[bastion.example.org]:2222 ${text(key)}`, 'bastion.example.org', 2222)).toBe('known');
    expect(judge(`bastion.example.org ${text(key)}`, 'bastion.example.org', 2222)).toBe('unknown');
  });

  it('are read whatever stands in them', () => {
    fc.assert(fc.property(fc.string({ unit: 'binary', maxLength: 300 }), (file) => judge(file) !== 'known'));
  });

  it('show fingerprints as ssh-keygen does', () => {
    expect(fingerprintOf(Buffer.alloc(51))).toMatch(/^SHA256:[A-Za-z0-9+/]{43}$/);
  });
});
