import { anyType, canonicalCell, isCanonical } from '@etl/testkit';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { cellChecker, isJson, jsonValueEnd, type FieldType } from '../src/index.js';

/** The cell somewhere in a buffer, so that a check that looks beyond its range is caught. */
function check(type: FieldType, cell: string | Uint8Array): boolean {
  const bytes = Buffer.from(cell);
  const around = Buffer.concat([Buffer.from('-19'), bytes, Buffer.from('9.0')]);
  return cellChecker(type)(around, 3, 3 + bytes.length);
}

const numeric = fc
  .array(fc.constantFrom('0', '1', '9', '-', '.', '+', 'e', '2147483648', '127', '128', '000'), { maxLength: 5 })
  .map((parts) => parts.join(''));
const moment = fc
  .array(
    fc.constantFrom('2026-02-28', '2025-02-29', '0000-01-01', ' ', 'T', '23:59:59', '24:00:00', '.5', '.', '+00:00', 'Z', '12:60:00'),
    { maxLength: 5 },
  )
  .map((parts) => parts.join(''));
const words = fc.constantFrom(
  'true',
  'false',
  'True',
  'NaN',
  'Infinity',
  '-Infinity',
  'null',
  '',
  ' ',
  '{}',
  '[1,]',
  '"a',
  '{"a":1}',
  ' [1] ',
);

describe('cellChecker', () => {
  it('accepts what is canonical and nothing else, by the second opinion of the testkit', () => {
    fc.assert(
      fc.property(
        anyType.filter(({ kind }) => kind !== 'bytes'),
        fc.oneof(numeric, moment, words, fc.string({ unit: 'grapheme' })),
        (type, cell) => {
          expect({ type, cell, is: check(type, cell) }).toEqual({ type, cell, is: isSecondOpinion(type, cell) });
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('accepts every canonical cell, the hard ones among them', () => {
    const anyCell = anyType.chain((type) => canonicalCell(type).map((cell) => ({ type, cell })));
    fc.assert(
      fc.property(anyCell, ({ type, cell }) => {
        const bytes = type.kind === 'bytes' ? Buffer.from(cell.slice(2), 'hex') : cell;
        expect({ type, cell, is: check(type, bytes) }).toEqual({ type, cell, is: true });
      }),
      { numRuns: 2_000 },
    );
  });

  it('refuses text that is not valid UTF-8, and counts characters, not bytes', () => {
    expect(check({ kind: 'text' }, Uint8Array.of(0xc3))).toBe(false);
    expect(check({ kind: 'text' }, Uint8Array.of(0xed, 0xa0, 0x80))).toBe(false);
    expect(check({ kind: 'json' }, Buffer.from([0x22, 0xff, 0x22]))).toBe(false);
    expect(check({ kind: 'text', length: 2 }, '😀ß')).toBe(true);
    expect(check({ kind: 'text', length: 2 }, '😀ßx')).toBe(false);
  });
});

/** JSON may stand between spaces. */
const isSecondOpinion = (type: FieldType, cell: string): boolean => {
  if (type.kind === 'integer' && !/^-?\d+$/.test(cell)) return false;
  return isCanonical(type, cell);
};

describe('jsonValueEnd', () => {
  it('agrees with JSON.parse', () => {
    const parts = fc.array(
      fc.constantFrom(
        '{',
        '}',
        '[',
        ']',
        ',',
        ':',
        '"a"',
        '1',
        '-0',
        '01',
        '1.',
        '.5',
        'e5',
        '1E+2',
        'true',
        'nul',
        'null',
        '"\\u00e',
        '"\\u00e4"',
        '"\\x"',
        '\\',
        '"',
        '\n',
        ' ',
        '\u0001',
      ),
      { maxLength: 8 },
    );
    fc.assert(
      fc.property(
        fc.oneof(
          parts.map((all) => all.join('')),
          fc.json(),
        ),
        (text) => {
          let parses = true;
          try {
            JSON.parse(text);
          } catch {
            parses = false;
          }
          const bytes = Buffer.from(text);
          expect({ text, is: isJson(bytes, 0, bytes.length) }).toEqual({ text, is: parses });
        },
      ),
      { numRuns: 5_000 },
    );
  });

  it('tells text that is cut off from text that is wrong', () => {
    const whole = Buffer.from('{"a":[1,{"b":"\\u00e4\\n"}],"c":-1.5e+3,"d":true}');
    for (let end = 1; end < whole.length; end++) expect(~jsonValueEnd(whole, 0, end)).toBe(end);
    expect(~jsonValueEnd(Buffer.from('{"a":tru}'), 0, 9)).toBe(8);
  });

  it('refuses what nests too deep instead of running out of stack', () => {
    const deep = Buffer.from('['.repeat(100_000));
    expect(jsonValueEnd(deep, 0, deep.length)).toBeLessThan(0);
  });
});
