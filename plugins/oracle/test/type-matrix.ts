/** A type of Oracle, what it is read as, and values as SQL with the canonical cell that each must become. */
export interface NativeCase {
  readonly native: string;
  readonly type: string;
  readonly values: readonly (readonly [sql: string, cell: string | null])[];
  /** A real database alone keeps it so: the protocol double has fewer digits, or not the type. */
  readonly only?: 'Oracle';
  readonly note?: string;
}

const time = (text: string): string => `to_timestamp('${text}', 'YYYY-MM-DD HH24:MI:SS.FF9')`;
const zoned = (text: string): string => `to_timestamp_tz('${text}', 'YYYY-MM-DD HH24:MI:SS.FF9TZH:TZM')`;
const day = (text: string): string => `to_date('${text}', 'YYYY-MM-DD HH24:MI:SS')`;

/** Every type that a column can have and that has a text. Docs and tests come from this one list. */
export const typeMatrix: readonly NativeCase[] = [
  { native: 'NUMBER(1,0)', type: 'int8', values: [['1', '1'], ['-9', '-9']], note: 'booleans of a load become 1 and 0 here' },
  { native: 'NUMBER(4,0)', type: 'int16', values: [['-9999', '-9999']] },
  { native: 'NUMBER(9,0)', type: 'int32', values: [['-999999999', '-999999999']] },
  { native: 'NUMBER(18,0)', type: 'integer', values: [['999999999999999999', '999999999999999999'], ['9007199254740993', '9007199254740993']] },
  { native: 'NUMBER(19,0)', type: 'decimal(19,0)', values: [['-9223372036854775808', '-9223372036854775808']] },
  { native: 'NUMBER(38,0)', type: 'decimal(38,0)', values: [['9'.repeat(38), '9'.repeat(38)], ['0', '0']] },
  { native: 'NUMBER(38,10)', type: 'decimal(38,10)', values: [[`-${'9'.repeat(28)}.${'9'.repeat(10)}`, `-${'9'.repeat(28)}.${'9'.repeat(10)}`], ['0.5', '0.5000000000'], ['-0.0000000001', '-0.0000000001'], ['100', '100.0000000000']] },
  { native: 'NUMBER(5,5)', type: 'decimal(5,5)', values: [['0.00001', '0.00001'], ['-0.99999', '-0.99999']] },
  { native: 'NUMBER(5,-2)', type: 'int32', values: [['1234500', '1234500']], note: 'rounds to hundreds' },
  { native: 'NUMBER', type: 'decimal', values: [['1.10', '1.1'], ['0.5', '0.5'], ['-0.000001', '-0.000001'], ['123456789012345678901234567890.12345678', '123456789012345678901234567890.12345678']], note: 'each value has its own scale; zeros at the end are not kept' },
  { native: 'FLOAT(126)', type: 'decimal', values: [['12.5', '12.5']], note: 'a NUMBER that counts binary digits' },
  { native: 'BINARY_FLOAT', type: 'float32', values: [['0.1', '0.1'], ['16777216', '16777216']] },
  { native: 'BINARY_DOUBLE', type: 'float', values: [['0.30000000000000004', '0.30000000000000004'], ['1e21', '1e+21'], [`to_binary_double('NaN')`, 'NaN']] },
  { native: 'VARCHAR2(10 CHAR)', type: 'text(10)', values: [[`'ü 😀'`, 'ü 😀'], [`'  x '`, '  x '], [`''`, null]], note: "'' is null" },
  { native: 'VARCHAR2(10 BYTE)', type: 'text(10)', values: [[`'abcdefghij'`, 'abcdefghij']] },
  { native: 'NVARCHAR2(10)', type: 'text(10)', values: [[`N'日本'`, '日本']] },
  { native: 'CHAR(5 CHAR)', type: 'text(5)', values: [[`'ab'`, 'ab   ']], note: 'filled with spaces' },
  { native: 'NCHAR(3)', type: 'text(3)', values: [[`N'é'`, 'é  ']] },
  { native: 'CLOB', type: 'text', values: [[`to_clob('line' || chr(10) || 'feed')`, 'line\nfeed']] },
  { native: 'NCLOB', type: 'text', values: [[`to_nclob('日本')`, '日本']] },
  { native: 'RAW(16)', type: 'bytes', values: [[`hextoraw('00ff5c09')`, '\\x00ff5c09']] },
  { native: 'BLOB', type: 'bytes', values: [[`to_blob(hextoraw('00ff'))`, '\\x00ff']] },
  { native: 'DATE', type: 'timestamp(0)', values: [[day('2026-03-29 02:30:00'), '2026-03-29 02:30:00'], [day('0001-01-01 00:00:00'), '0001-01-01 00:00:00'], [day('9999-12-31 23:59:59'), '9999-12-31 23:59:59']], note: 'has a time of day; rows with years before 1, or days of the Julian calendar alone, are rejected' },
  { native: 'TIMESTAMP(0)', type: 'timestamp(0)', values: [[time('1969-12-31 23:59:59'), '1969-12-31 23:59:59']] },
  { native: 'TIMESTAMP(3)', type: 'timestamp(3)', values: [[time('2026-03-29 02:30:00.123'), '2026-03-29 02:30:00.123']] },
  { native: 'TIMESTAMP(6)', type: 'timestamp', values: [[time('9999-12-31 23:59:59.999999'), '9999-12-31 23:59:59.999999']] },
  { native: 'TIMESTAMP(9)', type: 'timestamp(9)', values: [[time('2026-03-29 02:30:00.123456789'), '2026-03-29 02:30:00.123456789']], only: 'Oracle' },
  { native: 'TIMESTAMP(6) WITH TIME ZONE', type: 'timestamptz', values: [[zoned('2026-03-29 01:30:00.000001+02:00'), '2026-03-28 23:30:00.000001+00:00']], note: 'the moment, in UTC; its own zone is not kept' },
  { native: 'TIMESTAMP(3) WITH LOCAL TIME ZONE', type: 'timestamptz(3)', values: [[zoned('2026-10-25 00:30:00.125+00:00'), '2026-10-25 00:30:00.125+00:00']] },
  { native: 'INTERVAL DAY(2) TO SECOND(6)', type: 'text', values: [[`interval '1 02:03:04.5' day to second`, '+01 02:03:04.500000']], only: 'Oracle' },
  { native: 'INTERVAL YEAR(2) TO MONTH', type: 'text', values: [[`interval '1-2' year to month`, '+01-02']], only: 'Oracle' },
]; // prettier-ignore
