import { encodeFloat, type Field, type FieldType, type IntegerBits, type Schema } from '@etl/sdk';
import * as fc from 'fast-check';
import type { Table } from './hard-rows.js';
import { hardValues } from './hard-values.js';
import type { TextRow } from './text-row.js';

/** Any field type. */
export const anyType: fc.Arbitrary<FieldType> = fc.oneof(
  fc.constantFrom<FieldType>(
    { kind: 'boolean' },
    { kind: 'bytes' },
    { kind: 'date' },
    { kind: 'json' },
    { kind: 'text' },
    { kind: 'decimal' },
  ),
  fc.record({ kind: fc.constant('integer' as const), bits: fc.constantFrom<IntegerBits[]>(8, 16, 32, 64, 128), signed: fc.boolean() }),
  fc.record({ kind: fc.constant('float' as const), bits: fc.constantFrom<(32 | 64)[]>(32, 64) }),
  fc.record({ kind: fc.constant('text' as const), length: fc.integer({ min: 1, max: 40 }) }),
  fc
    .integer({ min: 1, max: 38 })
    .chain((precision) => fc.integer({ min: 0, max: precision }).map((scale): FieldType => ({ kind: 'decimal', precision, scale }))),
  fc.record({ kind: fc.constant('time' as const), digits: fc.integer({ min: 0, max: 9 }) }),
  fc.record({ kind: fc.constant('timestamp' as const), zoned: fc.boolean(), digits: fc.integer({ min: 0, max: 9 }) }),
);

/** Canonical cells of a type as texts (bytes as `\x` and hexadecimal digits), the hard ones among them. */
export function canonicalCell(type: FieldType): fc.Arbitrary<string> {
  const hard = hardValues
    .filter((values) => sameType(values.type, type))
    .flatMap(({ cells }) => cells.filter((cell) => cell.length < 1000));
  return hard.length === 0
    ? anyCell(type)
    : fc.oneof({ weight: 3, arbitrary: anyCell(type) }, { weight: 1, arbitrary: fc.constantFrom(...hard) });
}

const sameType = (a: FieldType, b: FieldType): boolean =>
  JSON.stringify(Object.entries(a).sort()) === JSON.stringify(Object.entries(b).sort());

function anyCell(type: FieldType): fc.Arbitrary<string> {
  switch (type.kind) {
    case 'boolean':
      return fc.boolean().map(String);
    case 'integer': {
      const size = 1n << BigInt(type.signed ? type.bits - 1 : type.bits);
      return fc.bigInt({ min: type.signed ? -size : 0n, max: size - 1n }).map(String);
    }
    case 'float':
      return (type.bits === 64 ? fc.double() : fc.float()).map((value) => encodeFloat(value, type));
    case 'decimal':
      return decimalCell(type.precision, type.scale);
    case 'bytes':
      return fc.uint8Array({ maxLength: 40 }).map((bytes) => `\\x${Buffer.from(bytes).toString('hex')}`);
    case 'text':
      return anyText(type.length);
    case 'json':
      return fc.jsonValue().map((value) => JSON.stringify(value));
    case 'date':
      return anyDate;
    case 'time':
      return anyTime(type.digits);
    case 'timestamp':
      return fc.tuple(anyDate, anyTime(type.digits)).map(([date, time]) => `${date} ${time}${type.zoned ? '+00:00' : ''}`);
  }
}

/** Text of well-formed characters, rich in what breaks formats: quotes, delimiters, line ends, NUL, surrogate pairs. */
export const anyText = (length = 60): fc.Arbitrary<string> =>
  fc
    .array(
      fc.oneof(
        fc.string({ unit: 'binary', minLength: 1, maxLength: 1 }),
        fc.constantFrom('"', ',', '\n', '\r', '\t', '\\', "'", ' ', '\0', '😀', ';'),
      ),
      {
        maxLength: Math.min(length, 60),
      },
    )
    .map((characters) => Array.from(characters.join('')).slice(0, length).join(''));

const decimalCell = (precision?: number, scale?: number): fc.Arbitrary<string> =>
  precision === undefined || scale === undefined
    ? fc.tuple(digitsOf(38), fc.integer({ min: 0, max: 37 })).map(([value, ownScale]) => withPoint(value, ownScale))
    : digitsOf(precision).map((value) => withPoint(value, scale));

const digitsOf = (precision: number): fc.Arbitrary<bigint> => {
  const most = 10n ** BigInt(precision) - 1n;
  return fc.bigInt({ min: -most, max: most });
};

function withPoint(value: bigint, scale: number): string {
  const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
  const text = scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
  return value < 0n ? `-${text}` : text;
}

const anyDate: fc.Arbitrary<string> = fc
  .date({ min: new Date('0001-01-01T00:00:00Z'), max: new Date('9999-12-31T23:59:59Z'), noInvalidDate: true })
  .map((date) => date.toISOString().slice(0, 10));

const anyTime = (digits: number): fc.Arbitrary<string> =>
  fc.tuple(fc.integer({ min: 0, max: 86_399 }), fc.bigInt({ min: 0n, max: 10n ** BigInt(digits) - 1n })).map(([second, fraction]) => {
    const [hours, minutes, seconds] = [Math.floor(second / 3600), Math.floor(second / 60) % 60, second % 60].map((part) =>
      String(part).padStart(2, '0'),
    );
    const rest = fraction === 0n ? '' : `.${String(fraction).padStart(digits, '0').replace(/0+$/, '')}`;
    return `${hours}:${minutes}:${seconds}${rest}`;
  });

/** A table of up to six columns of any types, an integer key first, and its rows. */
export const anyTable = (types: fc.Arbitrary<FieldType> = anyType): fc.Arbitrary<Table> =>
  fc.array(types, { minLength: 1, maxLength: 6 }).chain((columns) =>
    fc
      .array(fc.tuple(...columns.map((type) => fc.option(canonicalCell(type), { nil: null, freq: 6 }))), { maxLength: 40 })
      .map((rows): Table => {
        const fields = columns.map((type, at): Field => ({ name: `c${at}`, type, nullable: true }));
        const schema: Schema = {
          fields: [{ name: 'id', type: { kind: 'integer', bits: 64, signed: true }, nullable: false }, ...fields],
          key: ['id'],
        };
        return { schema, rows: rows.map((row, at): TextRow => [String(at + 1), ...row]) };
      }),
  );
