import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { durationOf, durationText, parseDuration, parseRejectLimit, parseSize, sizeOf } from '../../src/project/index.js';

describe('durations', () => {
  it('are a number and a unit', () => {
    const known = {
      '1 hour': 3_600_000,
      '90 days': 7_776_000_000,
      '1.5h': 5_400_000,
      '500ms': 500,
      '0.1 s': 100,
      '2 weeks': 1_209_600_000,
      '5 min': 300_000,
      ' 1 Minute ': 60_000,
      '0 s': 0,
    };
    for (const [text, milliseconds] of Object.entries(known)) expect([text, durationOf(text)]).toEqual([text, milliseconds]);
    for (const text of [
      '',
      '1',
      'hour',
      '-1 hour',
      '1 hours hours',
      '1 month',
      '1e3 s',
      '1,5 h',
      '0.1 ms',
      '999999999999999 weeks',
      '1 h 5 min',
    ])
      expect([text, durationOf(text)]).toEqual([text, null]);
    expect(() => parseDuration('soon')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });

  it('come back from their text', () => {
    fc.assert(
      fc.property(fc.nat({ max: 2 ** 31 }), fc.constantFrom(1, 1000, 60_000, 3_600_000), (amount, unit) => {
        expect(durationOf(durationText(amount * unit))).toBe(amount * unit);
      }),
    );
  });
});

describe('sizes', () => {
  it('are a number and a unit, decimal or binary', () => {
    const known = { '512MB': 512_000_000, '1.5 GiB': 1_610_612_736, '100 kB': 100_000, '0 B': 0, '1KiB': 1024 };
    for (const [text, bytes] of Object.entries(known)) expect([text, sizeOf(text)]).toEqual([text, bytes]);
    for (const text of ['', '512', 'MB', '-1 MB', '0.5 B', '1 PB', '9999999999999 TB']) expect([text, sizeOf(text)]).toEqual([text, null]);
    expect(() => parseSize('big')).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});

describe('limits of rejected rows', () => {
  it('are a share or a number of rows', () => {
    expect([parseRejectLimit('1%'), parseRejectLimit('0.5 %'), parseRejectLimit('100'), parseRejectLimit('0')]).toEqual([
      { share: 0.01 },
      { share: 0.005 },
      { rows: 100 },
      { rows: 0 },
    ]);
    for (const text of ['', '101%', '-1', '1.5', 'none', '1%%'])
      expect(() => parseRejectLimit(text)).toThrow(expect.objectContaining({ code: 'USAGE' }));
  });
});
