/** A type of MySQL, what it is read as, and values as SQL with the canonical cell that each must become. */
export interface NativeCase {
  readonly native: string;
  readonly type: string;
  readonly values: readonly (readonly [sql: string, cell: string | null])[];
  /** Only one of the two servers has it. */
  readonly only?: 'MariaDB' | 'MySQL';
  readonly note?: string;
}

const text = (value: string): string => `_utf8mb4 x'${Buffer.from(value, 'utf8').toString('hex')}'`;

/** Every type that a column can have. Docs and tests come from this one list. */
export const typeMatrix: readonly NativeCase[] = [
  { native: 'tinyint(1)', type: 'boolean', values: [['1', 'true'], ['0', 'false']], note: 'an integer with `tinyint1: integer`; rows with other numbers are rejected' },
  { native: 'bit(1)', type: 'boolean', values: [[`b'1'`, 'true'], [`b'0'`, 'false']] },
  { native: 'tinyint', type: 'int8', values: [['-128', '-128'], ['127', '127']] },
  { native: 'tinyint unsigned', type: 'uint8', values: [['255', '255'], ['0', '0']] },
  { native: 'smallint', type: 'int16', values: [['-32768', '-32768']] },
  { native: 'smallint unsigned', type: 'uint16', values: [['65535', '65535']] },
  { native: 'mediumint', type: 'int32', values: [['-8388608', '-8388608']] },
  { native: 'mediumint unsigned', type: 'uint32', values: [['16777215', '16777215']] },
  { native: 'int', type: 'int32', values: [['-2147483648', '-2147483648']] },
  { native: 'int unsigned', type: 'uint32', values: [['4294967295', '4294967295']] },
  { native: 'int(6) zerofill', type: 'uint32', values: [['7', '7'], ['1234567', '1234567']], note: 'without the zeros' },
  { native: 'bigint', type: 'integer', values: [['-9223372036854775808', '-9223372036854775808'], ['9007199254740993', '9007199254740993']] },
  { native: 'bigint unsigned', type: 'uint64', values: [['18446744073709551615', '18446744073709551615']] },
  { native: 'bit(8)', type: 'uint8', values: [[`b'10000001'`, '129'], ['0', '0']] },
  { native: 'bit(64)', type: 'uint64', values: [['18446744073709551615', '18446744073709551615'], ['48', '48']] },
  { native: 'year', type: 'uint16', values: [['2026', '2026'], ['0', '0'], ['1901', '1901']] },
  { native: 'decimal(65,30)', type: 'decimal(65,30)', values: [[`'-${'9'.repeat(35)}.${'9'.repeat(30)}'`, `-${'9'.repeat(35)}.${'9'.repeat(30)}`]] },
  { native: 'decimal(38,0)', type: 'decimal(38,0)', values: [[`'${'9'.repeat(38)}'`, '9'.repeat(38)], ['0', '0']] },
  { native: 'decimal(5,5)', type: 'decimal(5,5)', values: [['0.00001', '0.00001'], ['-0.99999', '-0.99999']] },
  { native: 'decimal(6,2) zerofill', type: 'decimal(6,2)', values: [['1.5', '1.50']] },
  { native: 'float', type: 'float32', values: [['0.1', '0.1'], ['16777216', '16777216'], ['3.4028234663852886e38', '3.4028235e+38'], ['-1e-30', '-1e-30']] },
  { native: 'float(7,3)', type: 'float32', values: [['1.005', '1.005'], ['1234.567', '1234.567']] },
  { native: 'double', type: 'float', values: [['0.30000000000000004', '0.30000000000000004'], ['1e15', '1000000000000000'], ['1e21', '1e+21'], ['5e-324', '5e-324'], ['0.0000001', '1e-7']] },
  { native: 'double(10,2)', type: 'float', values: [['1.1', '1.1'], ['12345678.91', '12345678.91']] },
  { native: 'date', type: 'date', values: [[`'0001-01-01'`, '0001-01-01'], [`'9999-12-31'`, '9999-12-31']], note: 'rows with dates such as 0000-00-00 or 2020-02-31 are rejected; those without a month or day are null with `zero_dates: null`' },
  { native: 'time', type: 'time(0)', values: [[`'23:59:59'`, '23:59:59']], note: 'rows with durations are rejected, or they are text with `time: text`' },
  { native: 'time(6)', type: 'time', values: [[`'00:00:00.000001'`, '00:00:00.000001']] },
  { native: 'datetime', type: 'timestamp(0)', values: [[`'2026-03-29 02:30:00'`, '2026-03-29 02:30:00']] },
  { native: 'datetime(3)', type: 'timestamp(3)', values: [[`'1969-12-31 23:59:59.999'`, '1969-12-31 23:59:59.999']] },
  { native: 'datetime(6)', type: 'timestamp', values: [[`'9999-12-31 23:59:59.999999'`, '9999-12-31 23:59:59.999999'], [`'0001-01-01 00:00:00'`, '0001-01-01 00:00:00.000000']] },
  { native: `datetime(6) comment 'UTC'`, type: 'timestamptz', values: [[`'2026-10-25 00:30:00.000001'`, '2026-10-25 00:30:00.000001+00:00']], note: 'the comment says that the times are UTC' },
  { native: 'timestamp(6)', type: 'timestamptz', values: [[`'2026-03-29 01:30:00.000001'`, '2026-03-29 01:30:00.000001+00:00'], [`'1970-01-01 00:00:01'`, '1970-01-01 00:00:01.000000+00:00']], note: 'from 1970 to 2038' },
  { native: 'char(10)', type: 'text(10)', values: [[text('ü 😀'), 'ü 😀'], [`''`, '']], note: 'MySQL drops spaces at the end: such a text is rejected' },
  { native: 'varchar(10)', type: 'text(10)', values: [[text(' a\0b\\ '), ' a\0b\\ '], [`''`, '']] },
  { native: 'varchar(10) character set latin1', type: 'text(10)', values: [[text('äöü €'), 'äöü €']] },
  { native: 'tinytext', type: 'text', values: [[text('line\nfeed\ttab'), 'line\nfeed\ttab']] },
  { native: 'text', type: 'text', values: [[text(`'; drop table t; --`), `'; drop table t; --`]] },
  { native: 'mediumtext', type: 'text', values: [[text('\\N'), '\\N']] },
  { native: 'longtext', type: 'text', values: [[text('\uFEFFbom'), '\uFEFFbom'], [`repeat('x', 70000)`, 'x'.repeat(70_000)]] },
  { native: `enum('a','B','it''s')`, type: 'text', values: [[`'B'`, 'B'], [`'it''s'`, `it's`]] },
  { native: `set('x','y')`, type: 'text', values: [[`'x,y'`, 'x,y'], [`''`, '']] },
  { native: 'binary(4)', type: 'bytes', values: [[`x'00ff5c09'`, '\\x00ff5c09']] },
  { native: 'varbinary(10)', type: 'bytes', values: [[`x'0a0d'`, '\\x0a0d'], [`''`, '\\x']] },
  { native: 'tinyblob', type: 'bytes', values: [[`x'5c4e'`, '\\x5c4e']] },
  { native: 'blob', type: 'bytes', values: [[`x'00'`, '\\x00']] },
  { native: 'mediumblob', type: 'bytes', values: [[`x'c3'`, '\\xc3']] },
  { native: 'longblob', type: 'bytes', values: [[`x'fffe'`, '\\xfffe']] },
  { native: 'json', type: 'json', values: [[`'{"b": 1.10, "a" : [null]}'`, '{"b": 1.10, "a" : [null]}'], [`'null'`, 'null']], note: 'a table that etl makes has LONGTEXT with CHECK json_valid, which keeps every letter' },
  { native: 'uuid', type: 'text(36)', values: [[`'123e4567-e89b-12d3-a456-426655440000'`, '123e4567-e89b-12d3-a456-426655440000']], only: 'MariaDB' },
  { native: 'inet4', type: 'text', values: [[`'10.0.0.255'`, '10.0.0.255']], only: 'MariaDB' },
  { native: 'inet6', type: 'text', values: [[`'2001:db8::1'`, '2001:db8::1']], only: 'MariaDB' },
]; // prettier-ignore
