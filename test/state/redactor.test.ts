import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { Redactor } from '../../src/state/index.js';

const redactorOf = (...secrets: string[]): Redactor => {
  const redactor = new Redactor();
  for (const secret of secrets) redactor.add(secret);
  return redactor;
};
const base64 = (text: string): string => Buffer.from(text, 'utf8').toString('base64');

describe('redactor', () => {
  const secret = 'p@ß w+rd/"\\1';
  const redactor = redactorOf(secret);

  it.each([
    ['plain', `login with ${secret} failed`],
    ['percent-encoded', `https://u:${encodeURIComponent(secret)}@host/`],
    ['percent-encoded in small letters', `x=${encodeURIComponent(secret).replace(/%../g, (code) => code.toLowerCase())}`],
    ['as a form', new URLSearchParams({ password: secret }).toString()],
    ['in a URL', new URL(`https://u:${encodeURIComponent(secret)}@host/`).href],
    ['in JSON', JSON.stringify({ secret })],
    ['in JSON of ASCII', JSON.stringify({ secret }).replaceAll('ß', '\\u00df')],
    ['in JSON of ASCII in capitals', JSON.stringify({ secret }).replaceAll('ß', '\\u00DF')],
    ['as base64', base64(secret)],
    ['as base64 of user and password', base64(`user:${secret}`)],
    ['as base64 of a longer user and password', base64(`users:${secret}`)],
    ['as base64 with a text behind it', base64(`a${secret}\nmore`)],
    ['as base64url', Buffer.from(`ab${secret}`).toString('base64url')],
  ])('hides a secret %s', (_, text) => {
    const hidden = redactor.text(text);
    expect(hidden).toContain('***');
    for (const part of ['w+rd', 'w%2', 'rd/', 'rd%2']) expect(hidden).not.toContain(part);
    expect(Buffer.from(hidden.replaceAll('*', ''), 'base64').toString()).not.toContain('w+rd');
  });

  it('hides every secret in any text, in every form', () => {
    const text = fc.string({ unit: 'grapheme', maxLength: 20 });
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', minLength: 8, maxLength: 30 }), text, text, (value, before, behind) => {
        const own = redactorOf(value);
        for (const form of [value, encodeURIComponent(value), JSON.stringify(value).slice(1, -1)]) {
          expect(own.text(`${before}${form}${behind}`)).not.toContain(form);
        }
        const whole = own.text(base64(`${before}${value}${behind}`));
        expect(Buffer.from(whole.split('***')[0] ?? '', 'base64').toString('utf8')).not.toContain(value);
        expect(whole).toContain('***');
      }),
      { numRuns: 500 },
    );
  });

  it('hides the longer of two secrets whole when one holds the other', () => {
    expect(redactorOf('abc', 'abcdef').text('x abcdef y abc')).toBe('x *** y ***');
  });

  it('hides each line of a key of several lines', () => {
    const key = '-----BEGIN PRIVATE KEY-----\nMIIEvQIBADANBgkqhkiG9w0B\nAQEFAASCBKcwggSjAgEAAoIB\n-----END PRIVATE KEY-----\n';
    expect(redactorOf(key).text('bad line MIIEvQIBADANBgkqhkiG9w0B')).toBe('bad line ***');
  });

  it('hides a very short secret where it stands alone, and leaves other words whole', () => {
    expect(redactorOf('a').text('password "a", table a_b, a')).toBe('password "***", table ***_b, ***');
    expect(redactorOf('a').text('database')).toBe('database');
  });

  it('takes an empty secret for none, and characters of patterns for what they are', () => {
    expect(redactorOf('').text('abc')).toBe('abc');
    expect(redactorOf('a.c|(').text('abc a.c|( x')).toBe('abc *** x');
  });

  it('keeps the shape of a document', () => {
    const document = { tokenXYZ: ['tokenXYZ', 1, null, true, { deep: 'a tokenXYZ b' }], number: 12345 };
    expect(redactorOf('tokenXYZ', '12345').json(document)).toEqual({ '***': ['***', 1, null, true, { deep: 'a *** b' }], number: '***' });
  });
});
