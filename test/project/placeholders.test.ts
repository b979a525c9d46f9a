import { join, normalize, sep } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { fileNamePart, fillPlaceholders, type PlaceholderValues } from '../../src/project/index.js';

const values = (params: Readonly<Record<string, string | null>> = {}): PlaceholderValues => ({
  run: { id: 'r1', date: '2026-11-20' },
  params: new Map(Object.entries(params).map(([name, value]) => [name, { type: { kind: 'text' }, value }])),
});

describe('placeholders', () => {
  it('fill the texts of options, whatever their depth, and nothing else', () => {
    const options = {
      file: 'sales-{run.date}.csv',
      list: ['{run.id}', 5, null, true],
      deep: { note: '{country}' },
      big: 9007199254740993n,
    };
    expect(fillPlaceholders(options, values({ country: 'D/E' }))).toEqual({
      file: 'sales-2026-11-20.csv',
      list: ['r1', 5, null, true],
      deep: { note: 'D/E' },
      big: 9007199254740993n,
    });
  });

  it('never touch SQL, where :name is bound, nor braces that are no name', () => {
    const options = {
      query: "select {'a': 1}, '{country}'",
      where: '{country}',
      file: 'x.{csv,json}',
      pattern: '\\d{4}',
      note: '{{country}} {}',
    };
    expect(fillPlaceholders(options, values({ country: 'x' }))).toEqual({ ...options, note: '{country} {}' });
  });

  it('are refused where nobody knows them or they have no value', () => {
    expect(() => fillPlaceholders({ a: '{contry}' }, values({ country: 'x' }))).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID', hint: "Did you mean 'country'?" }),
    );
    expect(() => fillPlaceholders({ a: '{country}' }, values({ country: null }))).toThrow('{country} has no value');
  });

  it('cannot leave the folder of a file, make one, or hide a character', () => {
    fc.assert(
      fc.property(
        fc.oneof(
          fc.string({ unit: 'binary', minLength: 1 }),
          fc.constantFrom('..', '.', '../..', '/etc/passwd', 'a\\b', 'C:x', 'a\u0000b', '\ud800', '%2F', '*'),
        ),
        (value) => {
          const { path } = fillPlaceholders({ path: `in/{p}` }, values({ p: value }));
          expect(normalize(join('/root', path)).startsWith(`/root${sep}in${sep}`)).toBe(true);
          expect(path.split('/')).toHaveLength(2);
          expect(path).not.toMatch(/\p{C}/u);
        },
      ),
    );
    expect(fileNamePart('2026-01-31 Café')).toBe('2026-01-31 Café');
    expect(() => fileNamePart('')).toThrow('An empty value cannot be part of a file name');
  });

  it('give different file names for different values', () => {
    fc.assert(
      fc.property(fc.string({ minLength: 1 }), fc.string({ minLength: 1 }), (a, b) => {
        fc.pre(!/\p{Cs}/u.test(a + b));
        expect(fileNamePart(a) === fileNamePart(b)).toBe(a === b);
      }),
    );
  });
});
