/** A type of PostgreSQL, what it is read as, and values as SQL with the canonical cell that each must become. */
export interface NativeCase {
  readonly native: string;
  readonly type: string;
  readonly values: readonly (readonly [sql: string, cell: string | null])[];
  readonly note?: string;
}

const nines = (digits: number): string => '9'.repeat(digits);
const text = (value: string): string => `convert_from('\\x${Buffer.from(value, 'utf8').toString('hex')}', 'UTF8')`;

/** Every kind of type that a column can have. Docs and tests come from this one list. */
export const typeMatrix: readonly NativeCase[] = [
  { native: 'boolean', type: 'boolean', values: [['true', 'true'], ['false', 'false']] },
  { native: 'smallint', type: 'int16', values: [['-32768', '-32768'], ['32767', '32767']] },
  { native: 'integer', type: 'int32', values: [['-2147483648', '-2147483648'], ['2147483647', '2147483647']] },
  { native: 'bigint', type: 'integer', values: [['-9223372036854775808', '-9223372036854775808'], ['9007199254740993', '9007199254740993']] },
  { native: 'numeric(38,10)', type: 'decimal(38,10)', values: [[`-${nines(28)}.${nines(10)}`, `-${nines(28)}.${nines(10)}`], ['0', '0.0000000000']] },
  { native: 'numeric(38)', type: 'decimal(38,0)', values: [[nines(38), nines(38)], ['10000', '10000'], ['100000000', '100000000']] },
  { native: 'numeric(1000,500)', type: 'decimal(1000,500)', values: [[`${nines(500)}.${nines(500)}`, `${nines(500)}.${nines(500)}`]] },
  { native: 'numeric(5,5)', type: 'decimal(5,5)', values: [['0.00001', '0.00001'], ['-0.99999', '-0.99999']] },
  { native: 'numeric', type: 'decimal', values: [[`123456789012345678901234567890.123456789`, '123456789012345678901234567890.123456789'], ['1.10', '1.10'], ['-0.000001', '-0.000001'], ['1e20', '100000000000000000000']], note: 'each value keeps its own scale; a row with NaN or an infinity is rejected' },
  { native: 'numeric(5,-2)', type: 'decimal', values: [['12300', '12300'], ['-1234567', '-1234600']], note: 'PostgreSQL 15' },
  { native: 'real', type: 'float32', values: [['0.1', '0.1'], ['3.4028235e38', '3.4028235e+38'], ['1e-45', '1e-45'], ['16777216', '16777216'], [`'NaN'`, 'NaN'], [`'-Infinity'`, '-Infinity'], [`'-0'`, '-0']] },
  { native: 'double precision', type: 'float', values: [['0.30000000000000004', '0.30000000000000004'], ['1e15', '1000000000000000'], ['123456789012345680', '123456789012345680'], ['1e21', '1e+21'], ['0.00001', '0.00001'], ['0.0000001', '1e-7'], ['5e-324', '5e-324'], [`'NaN'`, 'NaN'], [`'Infinity'`, 'Infinity'], [`'-0'`, '-0']] },
  { native: 'money', type: 'decimal(19,2)', values: [[`'-92233720368547758.08'::numeric::money`, '-92233720368547758.08'], [`'1234.50'::numeric::money`, '1234.50']] },
  { native: 'text', type: 'text', values: [[text(` \ta\r\n"'\\N;--`), ` \ta\r\n"'\\N;--`], [text('😀👩‍👩‍👧ü'), '😀👩‍👩‍👧ü'], [`''`, ''], [text('\uFEFFbom'), '\uFEFFbom'], [`repeat('x', 3000000)`, 'x'.repeat(3_000_000)]], note: 'no NUL character: such a row is rejected' },
  { native: 'character varying(10)', type: 'text(10)', values: [[text('😀😀😀😀😀ßßßßß'), '😀😀😀😀😀ßßßßß'], [`''`, '']] },
  { native: 'character varying', type: 'text', values: [[`'a'`, 'a']] },
  { native: 'character(5)', type: 'text(5)', values: [[`'ab'`, 'ab   '], [`''`, '     ']], note: 'with the spaces that PostgreSQL fills up with' },
  { native: '"char"', type: 'text', values: [[`'x'`, 'x']] },
  { native: 'name', type: 'text', values: [[`'pg'`, 'pg']] },
  { native: 'bytea', type: 'bytes', values: [[`'\\x00ff5c0a09'`, '\\x00ff5c0a09'], [`''`, '\\x']] },
  { native: 'date', type: 'date', values: [[`'0001-01-01'`, '0001-01-01'], [`'9999-12-31'`, '9999-12-31'], [`'1582-10-10'`, '1582-10-10'], [`'1999-12-31'`, '1999-12-31'], [`'2024-02-29'`, '2024-02-29']], note: 'a row with an infinity or a year outside 1 to 9999 is rejected' },
  { native: 'time(0) without time zone', type: 'time(0)', values: [[`'23:59:59'`, '23:59:59']] },
  { native: 'time without time zone', type: 'time', values: [[`'00:00:00.000001'`, '00:00:00.000001'], [`'23:59:59.9'`, '23:59:59.9']], note: '24:00:00 ends the read' },
  { native: 'time(3) with time zone', type: 'text', values: [[`'23:59:59.123+05:30'`, '23:59:59.123+05:30']] },
  { native: 'timestamp(3) without time zone', type: 'timestamp(3)', values: [[`'1969-12-31 23:59:59.999'`, '1969-12-31 23:59:59.999']] },
  { native: 'timestamp without time zone', type: 'timestamp', values: [[`'0001-01-01'`, '0001-01-01 00:00:00'], [`'9999-12-31 23:59:59.999999'`, '9999-12-31 23:59:59.999999'], [`'1999-12-31 23:59:59.999999'`, '1999-12-31 23:59:59.999999'], [`'2026-03-29 02:30:00.000001'`, '2026-03-29 02:30:00.000001']], note: 'a row with an infinity or a year outside 1 to 9999 is rejected' },
  { native: 'timestamp with time zone', type: 'timestamptz', values: [[`'2026-10-25 02:30:00.000001+02'`, '2026-10-25 00:30:00.000001+00:00'], [`'0001-01-02 00:00:00+00'`, '0001-01-02 00:00:00+00:00']], note: 'in UTC' },
  { native: 'interval', type: 'text', values: [[`'1 year -2 mons 3 days 04:05:06.789'`, 'P10M3DT4H5M6.789S'], [`'0'`, 'PT0S']], note: 'as ISO 8601 writes it' },
  { native: 'interval day to second(3)', type: 'text', values: [[`'1 day 00:00:00.123'`, 'P1DT0.123S']] },
  { native: 'json', type: 'json', values: [[`'{"b": 1.10, "a" : [null], "a": 2}'`, '{"b": 1.10, "a" : [null], "a": 2}'], [`'null'`, 'null']], note: 'to the letter' },
  { native: 'jsonb', type: 'json', values: [[`'{"b": 1.10, "a": [12345678901234567890.123]}'`, '{"a": [12345678901234567890.123], "b": 1.10}'], [`'"\\u00e9😀"'`, '"é😀"']] },
  { native: 'xml', type: 'text', values: [[`'<a b="c">ü</a>'`, '<a b="c">ü</a>']] },
  { native: 'uuid', type: 'text', values: [[`'123e4567-e89b-12d3-a456-426655440000'`, '123e4567-e89b-12d3-a456-426655440000']] },
  { native: 'mood', type: 'text', values: [[`'sad'`, 'sad'], [`'it''s ok'`, `it's ok`]], note: 'an enum; the other database must have it too' },
  { native: 'positive', type: 'int32', values: [['7', '7']], note: 'a domain reads as what it narrows' },
  { native: 'pair', type: 'text', values: [[`row(1, 'a "b"')`, '(1,"a ""b""")']], note: 'a composite type' },
  { native: 'bit(8)', type: 'text', values: [[`b'10000001'`, '10000001']] },
  { native: 'bit varying(20)', type: 'text', values: [[`b'1011'`, '1011'], [`b''`, '']] },
  { native: 'inet', type: 'text', values: [[`'10.0.0.255/8'`, '10.0.0.255/8'], [`'2001:db8::1'`, '2001:db8::1']] },
  { native: 'cidr', type: 'text', values: [[`'10.0.0.0/8'`, '10.0.0.0/8']] },
  { native: 'macaddr', type: 'text', values: [[`'08:00:2b:01:02:03'`, '08:00:2b:01:02:03']] },
  { native: 'macaddr8', type: 'text', values: [[`'08:00:2b:01:02:03:04:05'`, '08:00:2b:01:02:03:04:05']] },
  { native: 'integer[]', type: 'text', values: [[`'{1,NULL,-3}'`, '{1,NULL,-3}'], [`'{{1,2},{3,4}}'`, '{{1,2},{3,4}}'], [`'{}'`, '{}']], note: 'as PostgreSQL writes arrays; `to_json(column)` in a query gives JSON' },
  { native: 'text[]', type: 'text', values: [[`array['a,b', 'q"x', '', null, 'NULL', E'\\\\']`, '{"a,b","q\\"x","",NULL,"NULL","\\\\"}']] },
  { native: 'numeric(10,2)[]', type: 'text', values: [[`'{1.10,-5.00}'`, '{1.10,-5.00}']] },
  { native: 'timestamp with time zone[]', type: 'text', values: [[`'{"2026-01-01 00:00:00+00"}'`, '{"2026-01-01 00:00:00+00"}']] },
  { native: 'point', type: 'text', values: [[`'(1.5,-2)'`, '(1.5,-2)']] },
  { native: 'polygon', type: 'text', values: [[`'((0,0),(1,1),(1,0))'`, '((0,0),(1,1),(1,0))']] },
  { native: 'circle', type: 'text', values: [[`'<(0,0),2>'`, '<(0,0),2>']] },
  { native: 'int4range', type: 'text', values: [[`'[1,5)'`, '[1,5)'], [`'empty'`, 'empty']] },
  { native: 'tstzrange', type: 'text', values: [[`'[2026-01-01 00:00:00+00,)'`, '["2026-01-01 00:00:00+00",)']] },
  { native: 'datemultirange', type: 'text', values: [[`'{[2026-01-01,2026-02-01)}'`, '{[2026-01-01,2026-02-01)}']] },
  { native: 'tsvector', type: 'text', values: [[`'fat:2 cat:3'`, `'cat':3 'fat':2`]] },
  { native: 'tsquery', type: 'text', values: [[`'fat & cat'`, `'fat' & 'cat'`]] },
  { native: 'oid', type: 'text', values: [['4294967295', '4294967295']] },
  { native: 'pg_lsn', type: 'text', values: [[`'16/B374D848'`, '16/B374D848']] },
  { native: 'jsonpath', type: 'text', values: [[`'$.a[*] ? (@ > 1)'`, '$."a"[*]?(@ > 1)']] },
]; // prettier-ignore

/** What the types above need to be there. */
export const typesToMake = `create type mood as enum ('sad', 'it''s ok'); create domain positive as integer check (value > 0); create type pair as (a integer, b text);`;

/** What a load makes of our types. null: refused before a row is read. */
export const typesMade: readonly { readonly type: string; readonly native: string | null; readonly note?: string }[] = [
  { type: 'boolean', native: 'boolean' },
  { type: 'int8', native: 'smallint' },
  { type: 'uint8', native: 'smallint' },
  { type: 'int16', native: 'smallint' },
  { type: 'uint16', native: 'integer' },
  { type: 'int32', native: 'integer' },
  { type: 'uint32', native: 'bigint' },
  { type: 'integer', native: 'bigint' },
  { type: 'uint64', native: 'numeric(20,0)' },
  { type: 'int128', native: 'numeric(39,0)' },
  { type: 'uint128', native: 'numeric(39,0)' },
  { type: 'float32', native: 'real' },
  { type: 'float', native: 'double precision' },
  { type: 'decimal(12,2)', native: 'numeric(12,2)', note: 'up to 1000 digits' },
  { type: 'decimal', native: 'numeric' },
  { type: 'text', native: 'text' },
  { type: 'text(40)', native: 'character varying(40)' },
  { type: 'bytes', native: 'bytea' },
  { type: 'json', native: 'json', note: 'to the letter' },
  { type: 'date', native: 'date' },
  { type: 'time(3)', native: 'time(3) without time zone' },
  { type: 'time(9)', native: null, note: 'cast it to time(6) or text' },
  { type: 'timestamp', native: 'timestamp(6) without time zone' },
  { type: 'timestamptz', native: 'timestamp(6) with time zone' },
  { type: 'timestamptz(9)', native: null, note: 'cast it to timestamptz(6) or text' },
];
