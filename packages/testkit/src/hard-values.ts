import { typeName, type FieldType, type IntegerBits } from '@etl/sdk';

/** Values of one type that software is known to damage. */
export interface HardValues {
  /** Completes `reads …` and `holds …`. */
  readonly name: string;
  readonly type: FieldType;
  readonly cells: readonly string[];
}

const integer = (bits: IntegerBits, signed: boolean): HardValues => {
  const type: FieldType = { kind: 'integer', bits, signed };
  const size = 1n << BigInt(signed ? bits - 1 : bits);
  const values = [signed ? -size : 0n, size - 1n, 0n, 1n, ...(signed ? [-1n] : []), ...(bits >= 64 ? [2n ** 53n + 1n] : [])];
  return { name: `${typeName(type)} to its ends`, type, cells: values.map(String) };
};

const typed = (type: FieldType, ...cells: string[]): HardValues => ({ name: typeName(type), type, cells });
const named = (name: string, type: FieldType, ...cells: string[]): HardValues => ({ name, type, cells });
const decimal = (precision: number, scale: number): FieldType => ({ kind: 'decimal', precision, scale });
const time = (digits: number): FieldType => ({ kind: 'time', digits });
const timestamp = (digits: number, zoned = false): FieldType => ({ kind: 'timestamp', digits, zoned });
const float: FieldType = { kind: 'float', bits: 64 };
const text: FieldType = { kind: 'text' };

const numbers: readonly HardValues[] = [
  typed({ kind: 'boolean' }, 'true', 'false'),
  ...([8, 16, 32, 64, 128] as const).flatMap((bits) => [integer(bits, true), integer(bits, false)]),
  typed(float, '0', '0.1', '-1.5', '1e+21', '5e-324', '1.7976931348623157e+308', '0.30000000000000004', '9007199254740992'),
  named('NaN and the infinities', float, 'NaN', 'Infinity', '-Infinity'),
  named('the sign of a zero float', float, '-0', '0'),
  typed({ kind: 'float', bits: 32 }, '0.1', '3.4028235e+38', '16777216', '1e-45', '-2.5'),
  typed(decimal(38, 0), '9'.repeat(38), `-${'9'.repeat(38)}`, '9007199254740993', '0'),
  typed(decimal(38, 10), `${'9'.repeat(28)}.${'9'.repeat(10)}`, '-0.0000000001', '1.0050000000', '0.0000000000'),
  typed(decimal(18, 9), '-0.000000001', '999999999.999999999', '0.100000000'),
  typed(decimal(12, 2), '-1.10', '9999999999.99', '0.07'),
  named(
    'decimal with its own scale in each row',
    { kind: 'decimal' },
    '123456789012345678901234567890.123456789',
    '1.10',
    '-5',
    '0.000001',
  ),
];

const times: readonly HardValues[] = [
  typed({ kind: 'date' }, '0001-01-01', '9999-12-31', '1582-10-10', '2024-02-29', '1969-12-31'),
  typed(time(0), '00:00:00', '23:59:59'),
  typed(time(3), '23:59:59.999', '12:00:00.100'),
  typed(time(6), '23:59:59.999999', '00:00:00.000001', '12:30:00'),
  typed(time(9), '23:59:59.999999999', '00:00:00.000000001'),
  typed(timestamp(0), '2026-03-29 02:30:00', '1969-12-31 23:59:59'),
  typed(timestamp(3), '2026-03-29 02:30:00.123', '1969-12-31 23:59:59.999'),
  // 02:30 on the last Sunday of March does not exist in Berlin, 2:30 on the second Sunday of March not in New York.
  typed(timestamp(6), '0001-01-01 00:00:00', '2026-03-29 02:30:00', '2026-03-08 02:30:00.000001', '9999-12-31 23:59:59.999999'),
  typed(timestamp(9), '2026-03-29 02:30:00.123456789', '1969-12-31 23:59:59.999999999'),
  typed(timestamp(6, true), '0001-01-02 00:00:00+00:00', '2026-03-29 01:30:00.000001+00:00', '2026-10-25 00:30:00+00:00'),
];

const texts: readonly HardValues[] = [
  named("'' beside null", text, '', ' ', ''),
  named('a NUL within text', text, 'a\0b', '\0'),
  named(
    'text',
    text,
    'ü',
    '😀👩‍👩‍👧',
    `'; drop table t; --`,
    'a,b;c|d\te',
    '"',
    'say ""hi""',
    'line\nfeed',
    'crlf\r\nend\r',
    '\\N',
    'NULL',
    'null',
    '\\',
    'true',
    '007',
    '1e5',
    '  spaces  ',
    '\uFEFFbom',
    '=1+1',
    '#comment',
    '{"a":1}',
    '\u2028\u0085\u00a0',
    '{param} ${VAR} %s :name ?',
  ),
  named('a megabyte of text', text, '0123456789abcdeü'.repeat(60_000)),
  typed({ kind: 'text', length: 10 }, 'abcdefghij', '😀😀😀😀😀ßßßßß', ''),
  typed(
    { kind: 'bytes' },
    '\\x',
    '\\x00',
    '\\x5c78',
    '\\x0d0a2c22',
    `\\x${Buffer.from(Array.from({ length: 256 }, (_, byte) => byte)).toString('hex')}`,
  ),
  typed({ kind: 'json' }, '{"b":1,"a":[null,true,"é\\u0000"]}', '[]', '"text"', '{"n":12345678901234567890.123456789}', '""'),
  named('a JSON null beside null', { kind: 'json' }, 'null', '[null]'),
  named('JSON to the letter', { kind: 'json' }, '{"b": 1.10, "a" : 2}', '{"z":1,"y":1e2}'),
];

/** Every type, with the values that are lost most often: 2^53+1, 38 digits, -0.000000001, year 0001, a gap of summer time, '' beside null. */
export const hardValues: readonly HardValues[] = [...numbers, ...times, ...texts];
