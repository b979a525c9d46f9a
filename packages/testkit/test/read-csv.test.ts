import { describe, expect, it } from '@jest/globals';
import { readCsv } from '@etl/testkit';
import * as fc from 'fast-check';

const read = (text: string): (string | null)[][] => readCsv(Buffer.from(text, 'latin1'));

describe('the plain CSV reader', () => {
  it("tells '' from null, and reads quotes, delimiters and line ends within quotes", () => {
    expect(read('a,,"",b\r\n"x""y","1,2","l\r\nf",\n')).toEqual([
      ['a', null, '', 'b'],
      ['x"y', '1,2', 'l\r\nf', null],
    ]);
  });

  it('refuses what is not whole', () => {
    for (const text of ['a,b', 'a,', '"a', '"a"b\n', 'a\rb\n']) expect(() => read(text)).toThrow();
  });

  it('reads back whatever was quoted', () => {
    const cell = fc.option(
      fc.array(fc.constantFrom('"', ',', '\n', '\r', 'a', ' ', '\0')).map((all) => all.join('')),
      { nil: null },
    );
    const row = fc.array(cell, { minLength: 2, maxLength: 4 });
    const write = (one: readonly (string | null)[]): string =>
      one.map((value) => (value === null ? '' : `"${value.replaceAll('"', '""')}"`)).join(',');
    fc.assert(fc.property(fc.array(row), (rows) => expect(read(rows.map((one) => `${write(one)}\n`).join(''))).toEqual(rows)));
  });
});
