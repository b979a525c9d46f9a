import { describe, expect, it } from '@jest/globals';
import { formatBytes, formatCount, formatDuration, formatRows } from '../../src/terminal/format-quantity.js';

describe('quantities', () => {
  it.each([
    [0, '0 B'],
    [999, '999 B'],
    [1000, '1.00 kB'],
    [1_234_567, '1.23 MB'],
    [12_345_678, '12.3 MB'],
    [123_456_789, '123 MB'],
    [999_999, '1.00 MB'],
    [5e18, '5000 PB'],
  ])('%d bytes are %s', (bytes, text) => expect(formatBytes(bytes)).toBe(text));

  it.each([
    [0, '0 ms'],
    [999.4, '999 ms'],
    [1000, '1.0 s'],
    [59_940, '59.9 s'],
    [59_960, '1 min 00 s'],
    [185_000, '3 min 05 s'],
    [3_599_600, '1 h 00 min'],
    [7_620_000, '2 h 07 min'],
  ])('%d milliseconds are %s', (milliseconds, text) => expect(formatDuration(milliseconds)).toBe(text));

  it('counts exactly, beyond what a float holds', () => {
    expect(formatCount(9_007_199_254_740_993n)).toBe('9,007,199,254,740,993');
    expect([formatRows(1), formatRows(0), formatRows(1234)]).toEqual(['1 row', '0 rows', '1,234 rows']);
  });
});
