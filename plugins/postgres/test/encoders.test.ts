import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { bytesOf, cellRoom, type CellEncoder } from '../src/copy/cell-encoder.js';
import { encodeText } from '../src/copy/encode-bytes.js';
import { encodeInt2, encodeInt4, encodeInt8 } from '../src/copy/encode-integer.js';
import { encodeNumeric } from '../src/copy/encode-numeric.js';
import { encodeDate, encodeTimestamp } from '../src/copy/encode-time.js';

/** The bytes behind the length in front of them, which must be theirs; null: refused. Writes nothing beyond what a cell may take. */
function encoded(encode: CellEncoder, cell: string | Buffer): Buffer | null {
  const given = Buffer.concat([Buffer.from('ab'), Buffer.from(cell), Buffer.from('9\0x')]);
  const length = Buffer.from(cell).length;
  const out = Buffer.alloc(7 + length + cellRoom, 0xee);
  const end = encode(bytesOf(given), 2, 2 + length, bytesOf(out), 7);
  expect(out.subarray(0, 7)).toEqual(Buffer.alloc(7, 0xee));
  if (end < 0) return null;
  expect(out.readInt32BE(7)).toBe(end - 11);
  return out.subarray(11, end);
}

/** What the server makes of a numeric. */
function numericText(bytes: Buffer | null): string | null {
  if (bytes === null) return null;
  const [groups, weight, sign, scale] = [bytes.readInt16BE(0), bytes.readInt16BE(2), bytes.readUInt16BE(4), bytes.readUInt16BE(6)];
  const digits = Array.from({ length: groups }, (_, at) => String(bytes.readInt16BE(8 + 2 * at)).padStart(4, '0'));
  expect(bytes.length).toBe(8 + 2 * groups);
  const whole = digits.slice(0, weight + 1).join('').replace(/^0+(?=\d)/, ''); // prettier-ignore
  const fraction = digits
    .slice(weight + 1)
    .join('')
    .slice(0, scale);
  return `${sign === 0x4000 ? '-' : ''}${whole}${scale > 0 ? `.${fraction}` : ''}`;
}

const digits = (least: number, most: number): fc.Arbitrary<string> =>
  fc.array(fc.integer({ min: 0, max: 9 }), { minLength: least, maxLength: most }).map((all) => all.join(''));

describe('cells as binary COPY reads them', () => {
  it('decimals of any number of digits keep each of them', () => {
    const decimal = fc
      .tuple(fc.boolean(), digits(1, 30), fc.oneof(digits(0, 6), digits(0, 30)))
      .map(
        ([negative, whole, fraction]) => `${negative ? '-' : ''}${whole.replace(/^0+(?=\d)/, '')}${fraction === '' ? '' : `.${fraction}`}`,
      );
    fc.assert(
      fc.property(decimal, (text) => {
        expect(numericText(encoded(encodeNumeric, text))).toBe(text);
      }),
      { numRuns: 2000 },
    );
    for (const text of ['', '-', '.', '.5', '-.5', '1.', '1.2.3', '1e5', 'NaN', '12x', '1.5x', '123456789.', 'Infinity', '--1', '1-1'])
      expect([text, encoded(encodeNumeric, text)]).toEqual([text, null]);
  });

  it('integers keep their value to the ends of their type, and no other is taken', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.integer({ min: 0, max: 62 }), (large, shift) => {
        const value = large >> BigInt(shift);
        expect(encoded(encodeInt8, String(value))?.readBigInt64BE()).toBe(value);
        const small = encoded(encodeInt4, String(value));
        expect(small === null ? null : BigInt(small.readInt32BE())).toBe(BigInt.asIntN(32, value) === value ? value : null);
        const least = encoded(encodeInt2, String(value));
        expect(least === null ? null : BigInt(least.readInt16BE())).toBe(BigInt.asIntN(16, value) === value ? value : null);
      }),
      { numRuns: 2000 },
    );
    for (const encode of [encodeInt2, encodeInt4, encodeInt8])
      for (const text of ['', '-', '1x', '1.5', '99999999999999999999', ' 1', '1234567890x', '+1'])
        expect([text, encoded(encode, text)]).toEqual([text, null]);
    expect(encoded(encodeInt8, '9223372036854775808')).toBeNull();
  });

  it('text of any length crosses as it is, and a NUL anywhere refuses it', () => {
    fc.assert(
      fc.property(fc.uint8Array({ min: 1, maxLength: 220 }), fc.nat(), (bytes, at) => {
        expect(encoded(encodeText, Buffer.from(bytes))).toEqual(Buffer.from(bytes));
        if (bytes.length === 0) return;
        const broken = Buffer.from(bytes);
        broken[at % bytes.length] = 0;
        expect(encoded(encodeText, broken)).toBeNull();
      }),
      { numRuns: 2000 },
    );
  });

  it('days and moments are those of the calendar from year 1 to 9999', () => {
    const start = Date.UTC(2000, 0, 1);
    const first = new Date(0).setUTCFullYear(1, 0, 1);
    const last = Date.UTC(9999, 11, 31);
    fc.assert(
      fc.property(fc.integer({ min: first / 86_400_000, max: last / 86_400_000 }), fc.integer({ min: 0, max: 86_399_999_999 }), (day, micros) => {
        const date = new Date(day * 86_400_000 + Math.floor(micros / 1000)).toISOString().slice(0, -1);
        const text = `${date.replace('T', ' ')}${String(micros % 1000).padStart(3, '0')}`;
        const days = day - start / 86_400_000;
        expect(encoded(encodeDate, text.slice(0, 10))?.readInt32BE()).toBe(days);
        expect(encoded(encodeTimestamp, text)?.readBigInt64BE()).toBe(BigInt(days) * 86_400_000_000n + BigInt(micros));
      }),
      { numRuns: 2000 },
    ); // prettier-ignore
  });
});
