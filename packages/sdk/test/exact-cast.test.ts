import { describe, expect, it } from '@jest/globals';
import { cellChecker, exactCast, parseTypeName, type CastOptions } from '@etl/sdk';
import fc from 'fast-check';

const cast = (type: string, text: string, options?: CastOptions): string => {
  const result = exactCast(parseTypeName(type), options)(text);
  return 'text' in result ? result.text : `! ${result.reason}`;
};

describe('exactCast to numbers', () => {
  it.each([
    ['integer', '12', '12'],
    ['integer', '+12', '12'],
    ['integer', '007', '7'],
    ['integer', '-0', '0'],
    ['integer', '1e3', '1000'],
    ['integer', '12.00', '12'],
    ['integer', '120e-1', '12'],
    ['integer', '9007199254740993', '9007199254740993'],
    ['int128', '170141183460469231731687303715884105727', '170141183460469231731687303715884105727'],
    ['uint8', '255', '255'],
    ['decimal(12,2)', '1.5', '1.50'],
    ['decimal(12,2)', '-.5', '-0.50'],
    ['decimal(12,2)', '5.', '5.00'],
    ['decimal(12,2)', '-0.00', '0.00'],
    ['decimal(12,2)', '1.5000', '1.50'],
    ['decimal(12,2)', '12e-1', '1.20'],
    ['decimal(2,2)', '0.12', '0.12'],
    ['decimal(38,2)', '123456789012345678901234567890123456.78', '123456789012345678901234567890123456.78'],
    ['decimal', '00012.340', '12.340'],
    ['decimal', '1e3', '1000'],
    ['float', '0.10', '0.1'],
    ['float', '1e400', '! is out of the range of float'],
    ['float', 'NaN', 'NaN'],
    ['float', '-0', '-0'],
    ['float32', '0.1', '0.1'],
  ])('%s of %s is %s', (type, text, expected) => {
    expect(cast(type, text)).toBe(expected);
  });

  it.each([
    ['integer', '12.6', /digits behind the point/],
    ['integer', '', /is empty/],
    ['integer', ' 12', /not a number/],
    ['integer', '1,000', /not a number/],
    ['integer', '0x10', /not a number/],
    ['integer', '١٢', /not a number/],
    ['integer', 'NaN', /not a number/],
    ['integer', '9223372036854775808', /out of the range/],
    ['integer', '1e999999999', /not a number|out of the range/],
    ['uint8', '-1', /out of the range of uint8/],
    ['uint8', '256', /out of the range/],
    ['decimal(12,2)', '1.005', /more than 2 digits/],
    ['decimal(4,2)', '100', /too many digits/],
    ['decimal(4,2)', '1e999999999', /not a number|too many/],
    ['float', '9007199254740993', /more digits than float can hold/],
    ['float32', '16777217', /more digits than float32/],
  ])('%s refuses %s', (type, text, reason) => {
    expect(cast(type, text)).toMatch(reason);
  });

  it('never quotes the value in a reason', () => {
    for (const type of ['integer', 'decimal(4,2)', 'date', 'timestamp', 'time', 'boolean', 'json', 'text(2)', 'float'])
      expect(cast(type, 'secret-4711')).not.toContain('4711');
  });

  it.each([
    ['half-up', '2.5', '3'],
    ['half-up', '-2.5', '-3'],
    ['half-even', '2.5', '2'],
    ['half-even', '3.5', '4'],
    ['half-even', '2.50000000000000000000000000001', '3'],
    ['half-down', '2.5', '2'],
    ['down', '-2.9', '-2'],
    ['up', '2.000000000000000000000000001', '3'],
    ['floor', '-2.1', '-3'],
    ['ceiling', '-2.9', '-2'],
  ] as const)('rounds %s: %s to %s', (round, text, expected) => {
    expect(cast('integer', text, { round })).toBe(expected);
  });

  it('refuses what rounding carries over the edge of the type', () => {
    expect(cast('decimal(3,2)', '9.995', { round: 'half-up' })).toMatch(/too many digits/);
    expect(cast('uint8', '255.5', { round: 'half-up' })).toMatch(/out of the range/);
  });

  it.each([
    ['1.234.567,89', '1234567.89'],
    ['-1.234,5', '-1234.50'],
    ['1234,5', '1234.50'],
    ['1.23,4', '! is not a number'],
    ['1,5,0', '! is not a number'],
    ['12.34', '! is not a number'],
  ])('reads %s with a decimal comma', (text, expected) => {
    expect(cast('decimal(12,2)', text, { decimal: ',', thousands: '.' })).toBe(expected);
  });

  it('takes a no-break space for a space between thousands', () => {
    expect(cast('integer', '1\u202f234\u00a0567', { thousands: ' ' })).toBe('1234567');
  });

  it('agrees with BigInt arithmetic for any digits, scale and rounding', () => {
    const modes = ['half-up', 'half-even', 'half-down', 'down', 'up', 'floor', 'ceiling'] as const;
    fc.assert(
      fc.property(
        fc.bigInt({ min: -(10n ** 40n), max: 10n ** 40n }),
        fc.nat(30),
        fc.nat(10),
        fc.constantFrom(...modes),
        (unscaled, scale, target, round) => {
          const text = decimal(unscaled, scale);
          const result = cast(`decimal(60,${target})`, text, { round });
          expect(result).toBe(decimal(rounded(unscaled, scale, target, round), target));
        },
      ),
    );
  });

  it('is exact or refuses: what comes out is the number that went in', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 25n), max: 10n ** 25n }), fc.nat(12), fc.nat(12), (unscaled, scale, target) => {
        const result = cast(`decimal(40,${target})`, decimal(unscaled, scale));
        const fits = unscaled % 10n ** BigInt(Math.max(scale - target, 0)) === 0n;
        expect(result.startsWith('!')).toBe(!fits);
        if (fits) expect(BigInt(result.replace('.', '')) * 10n ** BigInt(scale)).toBe(unscaled * 10n ** BigInt(target));
      }),
    );
  });
});

function decimal(unscaled: bigint, scale: number): string {
  if (scale === 0) return String(unscaled);
  const digits = String(unscaled < 0n ? -unscaled : unscaled).padStart(scale + 1, '0');
  return `${unscaled < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
}

function rounded(unscaled: bigint, scale: number, target: number, mode: string): bigint {
  if (scale <= target) return unscaled * 10n ** BigInt(target - scale);
  const unit = 10n ** BigInt(scale - target);
  const floor = (unscaled - (((unscaled % unit) + unit) % unit)) / unit;
  const rest = unscaled - floor * unit;
  if (rest === 0n) return floor;
  const [low, high] = [floor, floor + 1n];
  const away = unscaled < 0n ? low : high;
  const toward = unscaled < 0n ? high : low;
  const twice = rest * 2n;
  switch (mode) {
    case 'floor': return low;
    case 'ceiling': return high;
    case 'up': return away;
    case 'down': return toward;
    default:
      if (twice !== unit) return twice < unit ? low : high;
      if (mode === 'half-up') return away;
      if (mode === 'half-down') return toward;
      return low % 2n === 0n ? low : high;
  }
} // prettier-ignore

describe('exactCast to dates and times', () => {
  it.each([
    ['date', '2024-02-29', {}, '2024-02-29'],
    ['date', '2023-02-29', {}, '! is not a date'],
    ['date', '2026-01-31 00:00:00', {}, '2026-01-31'],
    ['date', '2026-01-31 10:00:00', {}, '! has a time of day: state round to allow that'],
    ['date', '2026-12-31 12:00', { round: 'half-up' }, '2027-01-01'],
    ['date', '2026-12-31T23:59:59.999999999', { round: 'down' }, '2026-12-31'],
    ['date', '9999-12-31 23:00', { round: 'up' }, '! lies outside the years 1 to 9999'],
    ['date', '31.01.2026', { format: 'DD.MM.YYYY' }, '2026-01-31'],
    ['date', '1/2/2026', { format: 'M/D/YYYY' }, '2026-01-02'],
    ['date', '2026-01-31', { format: 'DD.MM.YYYY' }, '! is not a date'],
    ['date', '3 FEB 2026', { format: 'D MMM YYYY' }, '2026-02-03'],
    ['date', '0', { format: 'unix' }, '! has an offset from UTC, which the type cannot keep: state zone'],
    ['date', '0', { format: 'unix', zone: 'UTC' }, '1970-01-01'],
    ['timestamp', '2026-01-31', {}, '2026-01-31 00:00:00'],
    ['timestamp', '2026-01-31T10:00:00.5', {}, '2026-01-31 10:00:00.5'],
    ['timestamp', '2026-01-31 10:00:00Z', {}, '! has an offset from UTC, which the type cannot keep: state zone'],
    ['timestamp', '2026-01-31 23:30:00-02:00', { zone: '+01:00' }, '2026-02-01 02:30:00'],
    ['timestamp', '2026-01-31 24:00:00', {}, '! is not a timestamp'],
    ['timestamp(3)', '2026-01-31 10:00:00.1234', {}, '! is finer than timestamp(3): state round to allow that'],
    ['timestamp(3)', '2026-12-31 23:59:59.9996', { round: 'half-up' }, '2027-01-01 00:00:00'],
    ['timestamp', '1/2/2026 11:05 pm', { format: 'M/D/YYYY h:mm A' }, '! the format'],
    ['timestamptz', '2026-01-01 00:30:00+02:00', {}, '2025-12-31 22:30:00+00:00'],
    ['timestamptz', '2026-01-01T00:30:00', {}, '! states no offset from UTC: state zone'],
    ['timestamptz', '2026-01-01T00:30:00', { zone: 'UTC' }, '2026-01-01 00:30:00+00:00'],
    ['timestamptz', '1700000000123', { format: 'unix ms' }, '2023-11-14 22:13:20.123+00:00'],
    ['time', '23:59', {}, '23:59:00'],
    ['time', '24:00:00', {}, '! is not a time of day'],
    ['time(0)', '23:59:59.9', { round: 'up' }, '! rounds to the next day'],
    ['boolean', 'true', {}, 'true'],
    ['boolean', 'TRUE', {}, '! is neither of the texts for true nor of those for false'],
    ['boolean', 'J', { true: ['J'], false: ['N'] }, 'true'],
    ['boolean', 'false', { true: ['J'], false: ['N'] }, '! is neither of the texts for true nor of those for false'],
    ['text(3)', 'äöü', {}, 'äöü'],
    ['text(2)', 'a😀b', { cut: true }, 'a😀'],
    ['text(2)', 'abc', {}, '! is longer than 2 characters: state cut to allow that'],
    ['json', '{"a": 1.10}', {}, '{"a": 1.10}'],
    ['json', "{'a': 1}", {}, '! is not JSON'],
  ] as const)('%s of %s with %j is %s', (type, text, options, expected) => {
    if (expected === '! the format') expect(cast(type, text, options)).toBe('2026-01-02 23:05:00');
    else expect(cast(type, text, options)).toBe(expected);
  });

  it('ignores blanks around a value only where trim is stated', () => {
    expect(cast('integer', ' 12 ', { trim: true })).toBe('12');
    expect(cast('date', '2026-01-31 ')).toMatch(/not a date/);
  });

  it('knows every day of the calendar', () => {
    fc.assert(
      fc.property(fc.date({ min: new Date('0001-01-01'), max: new Date('9999-12-31'), noInvalidDate: true }), (date) => {
        const day = date.toISOString().slice(0, 10);
        expect(cast('date', day)).toBe(day);
        expect(cast('date', String(Math.floor(date.getTime() / 1000)), { format: 'unix', zone: 'UTC', round: 'floor' })).toBe(day);
      }),
    );
  });

  it('refuses options that say nothing for the type, and formats that cannot say which date is meant', () => {
    expect(() => exactCast(parseTypeName('text'), { round: 'up' })).toThrow(/no option round/);
    expect(() => exactCast(parseTypeName('date'), { format: 'DD.MM.YY' })).toThrow(/'YY', which is not a mark/);
    expect(() => exactCast(parseTypeName('date'), { format: 'DD.MM' })).toThrow(/needs year and month/);
    expect(() => exactCast(parseTypeName('time'), { format: 'hh:mm' })).toThrow(/needs hh together with A/);
    expect(() => exactCast(parseTypeName('decimal'), { decimal: ',', thousands: ',' })).toThrow(/same mark/);
    expect(() => exactCast(parseTypeName('timestamp'), { zone: 'Europe/Berlin' })).toThrow(/not a zone/);
    expect(() => exactCast(parseTypeName('boolean'), { true: ['x'], false: ['x'] })).toThrow(/same text/);
  });
});

describe('exactCast and canonical cells', () => {
  const types = [
    'integer',
    'int8',
    'uint64',
    'decimal(12,2)',
    'decimal(38,10)',
    'decimal',
    'float',
    'float32',
    'date',
    'time',
    'time(0)',
    'timestamp',
    'timestamp(3)',
    'timestamptz',
    'boolean',
    'text',
    'text(3)',
    'json',
  ];
  const texts = fc.oneof(
    fc.string({ unit: 'binary' }).filter((text) => !/\p{Surrogate}/u.test(text)),
    fc.double().map(String),
    fc.bigInt().map(String),
    fc.stringMatching(/^-?\d{0,12}(\.\d{0,12})?([eE][+-]?\d{1,3})?$/),
    fc.stringMatching(/^\d{4}-[01]\d-[0-3]\d([ T][0-2]\d:[0-5]\d(:[0-5]\d(\.\d{0,9})?)?(Z|[+-][01]\d:00)?)?$/),
    fc.stringMatching(/^[0-2]\d:[0-5]\d:[0-5]\d(\.\d{1,6})?$/),
    fc.constantFrom('true', 'false', 'NaN', 'Infinity', '-0', '-0.00', '', ' ', '{"a":1}'),
  );

  it('gives only canonical text, and leaves canonical text as it is', () => {
    fc.assert(
      fc.property(fc.constantFrom(...types), texts, (name, text) => {
        const type = parseTypeName(name);
        const isCanonical = (value: string): boolean => cellChecker(type)(Buffer.from(value), 0, Buffer.byteLength(value));
        const result = exactCast(type)(text);
        if (isCanonical(text)) expect(result).toEqual({ text });
        if ('text' in result) expect([result.text, isCanonical(result.text)]).toEqual([result.text, true]);
      }),
      { numRuns: 3000 },
    );
  });
});
