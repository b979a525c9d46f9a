import { describe, expect, it } from '@jest/globals';
import { isEtlError, parseTypeName, type Field } from '@etl/sdk';
import fc from 'fast-check';
import { cellGates } from '../src/cell-gates.js';
import { canonicalNumber } from '../src/canonical-number.js';
import { fieldOfNative } from '../src/field-of-native.js';
import { nativeOfDictionary } from '../src/native-type.js';
import { oracleDialect } from '../src/oracle-dialect.js';
import { errorEntry, oracleError } from '../src/oracle-errors.js';
import { serverAddress } from '../src/server-address.js';
import { sessionSettings } from '../src/session-settings.js';
import { connectionOptions } from '../src/connection-options.js';

const { names, types, values, ddl, dml } = oracleDialect;
const field = (name: string, type: string, nullable = true): Field => ({ name, type: parseTypeName(type), nullable });
const native = (name: string, type: string): Field => fieldOfNative({ name, type, nullable: true });
const table = { schema: 'SHOP', table: 'ORDERS' };
const plan = (...fields: readonly Field[]) => fields.map((one) => ({ field: one, nullable: one.nullable }));
const code = (work: () => unknown): string => {
  try {
    work();
  } catch (error) {
    if (isEtlError(error)) return error.code;
    throw error;
  }
  return 'nothing was thrown';
};

describe('names of Oracle', () => {
  it('are kept in capitals where they are plain, else to the letter', () => {
    expect(['orders', 'order_items$1', 'Orders', 'two words', 'größe', '_x', '1st', 'select'].map((name) => names.spell(name))).toEqual([
      'ORDERS', 'ORDER_ITEMS$1', 'Orders', 'two words', 'größe', '_x', '1st', 'SELECT',
    ]); // prettier-ignore
  });
  it('are quoted always, and never hold a double quote or NUL', () => {
    expect(names.quote("apo'strophe; drop table x --")).toBe('"apo\'strophe; drop table x --"');
    expect(['a"b', 'a\0b'].map((name) => code(() => names.quote(name)))).toEqual(['SCHEMA_MISMATCH', 'SCHEMA_MISMATCH']);
    expect(names.length('ü😀')).toBe(6);
  });
});

describe('types of Oracle', () => {
  it.each([
    ['boolean', 'NUMBER(1,0)'],
    ['int8', 'NUMBER(3,0)'],
    ['uint16', 'NUMBER(5,0)'],
    ['int32', 'NUMBER(10,0)'],
    ['integer', 'NUMBER(19,0)'],
    ['uint64', 'NUMBER(20,0)'],
    ['int128', 'NUMBER'],
    ['decimal(38,10)', 'NUMBER(38,10)'],
    ['decimal', 'NUMBER'],
    ['float', 'BINARY_DOUBLE'],
    ['float32', 'BINARY_FLOAT'],
    ['text', 'CLOB'],
    ['text(40)', 'VARCHAR2(40 CHAR)'],
    ['text(1000)', 'VARCHAR2(1000 CHAR)'],
    ['text(1001)', 'CLOB'],
    ['bytes', 'BLOB'],
    ['date', 'DATE'],
    ['time(0)', 'VARCHAR2(8 CHAR)'],
    ['time', 'VARCHAR2(15 CHAR)'],
    ['timestamp(9)', 'TIMESTAMP(9)'],
    ['timestamptz(3)', 'TIMESTAMP(3) WITH TIME ZONE'],
    ['json', 'CLOB'],
  ])('%s becomes %s, which holds it', (type, column) => {
    expect(types.column(field('c', type))).toBe(column);
    expect(types.holds(native('c', column), field('c', type))).toBe(true);
  });
  it('have at most 38 digits, and say what to do where more are wanted', () => {
    expect(code(() => types.column(field('c', 'decimal(39,2)')))).toBe('CAPABILITY_MISSING');
  });
  it.each([
    ['NUMBER(5,2)', 'decimal(5,3)', false],
    ['NUMBER(5,2)', 'int16', false],
    ['NUMBER(9,0)', 'int32', false],
    ['NUMBER(10,0)', 'int32', true],
    ['NUMBER(5,-2)', 'int8', false],
    ['FLOAT(63)', 'decimal(5,2)', false],
    ['VARCHAR2(10 BYTE)', 'text(10)', false],
    ['VARCHAR2(40 BYTE)', 'text(10)', true],
    ['CHAR(10 CHAR)', 'text(10)', false],
    ['DATE', 'timestamp(0)', true],
    ['DATE', 'timestamp(3)', false],
    ['DATE', 'timestamptz(0)', false],
    ['TIMESTAMP(3)', 'timestamp', false],
    ['TIMESTAMP(3)', 'date', true],
    ['TIMESTAMP(6) WITH LOCAL TIME ZONE', 'timestamptz', true],
    ['BINARY_DOUBLE', 'decimal(5,2)', false],
    ['BINARY_DOUBLE', 'float32', true],
    ['RAW(16)', 'bytes', false],
  ])('%s holds %s: %s', (column, type, held) => {
    expect(types.holds(native('c', column), field('c', type))).toBe(held);
  });
  it('refuse row by row what is too long or too large, and nothing that they would round', () => {
    const refuses = (column: string, type: string): boolean => types.refuses(native('c', column), field('c', type));
    expect([
      refuses('VARCHAR2(10 BYTE)', 'text'),
      refuses('NUMBER(5,2)', 'decimal(12,2)'),
      refuses('NUMBER(5,0)', 'integer'),
      refuses('RAW(16)', 'bytes'),
    ]).toEqual([true, true, true, true]);
    expect([
      refuses('NUMBER(5,2)', 'decimal(12,3)'),
      refuses('NUMBER(5,-2)', 'int8'),
      refuses('FLOAT(63)', 'integer'),
      refuses('TIMESTAMP(3)', 'timestamp'),
    ]).toEqual([false, false, false, false]);
  });
  it('widen within their kind: no VARCHAR2 becomes a CLOB', () => {
    const widened = (a: string, b: string): unknown => types.widened(parseTypeName(a), parseTypeName(b));
    expect(widened('int16', 'integer')).toEqual(parseTypeName('integer'));
    expect(widened('decimal(5,2)', 'decimal(12,4)')).toEqual(parseTypeName('decimal(12,4)'));
    expect(widened('text(3)', 'text(10)')).toEqual(parseTypeName('text(10)'));
    expect([
      widened('text(3)', 'text'),
      widened('text(3)', 'text(2000)'),
      widened('decimal(38,0)', 'decimal(38,10)'),
      widened('integer', 'float'),
    ]).toEqual([null, null, null, null]);
  });
  it('come from the dictionary as they were written', () => {
    const blank = { length: 22, precision: null, scale: null, characters: 0, inCharacters: false };
    expect(nativeOfDictionary({ ...blank, type: 'NUMBER' })).toBe('NUMBER');
    expect(nativeOfDictionary({ ...blank, type: 'NUMBER', scale: 0 })).toBe('NUMBER(*,0)');
    expect(nativeOfDictionary({ ...blank, type: 'NUMBER', precision: 12, scale: 2 })).toBe('NUMBER(12,2)');
    expect(nativeOfDictionary({ ...blank, type: 'VARCHAR2', length: 160, characters: 40, inCharacters: true })).toBe('VARCHAR2(40 CHAR)');
    expect(nativeOfDictionary({ ...blank, type: 'VARCHAR2', length: 40, characters: 40 })).toBe('VARCHAR2(40 BYTE)');
    expect(native('c', 'NUMBER(*,0)').type).toEqual(parseTypeName('decimal(38,0)'));
  });
});

describe('statements of Oracle', () => {
  it('make tables with a key, and text without a length in a key as VARCHAR2', () => {
    const columns = plan(field('id', 'integer', false), field('code', 'text', false), field('note', 'text'));
    expect(ddl.createTable(table, { columns, key: ['id', 'code'], keyed: ['id', 'code'], checks: [] })).toEqual([
      'create table "SHOP"."ORDERS" ("id" NUMBER(19,0) not null, "code" VARCHAR2(3000 BYTE) not null, "note" CLOB, primary key ("id", "code"))',
    ]);
  });
  it('make staging tables whose checks tell the column, under names that no other table has', () => {
    const [statement = ''] = ddl.createStaging(table, {
      columns: plan(field('A', 'int8')),
      key: [],
      checks: [{ sql: '"A" > 0', columns: ['A'] }],
      ordinal: '_etl_row',
      lookUp: [],
    });
    expect(statement).toMatch(
      /^create table "SHOP"."ORDERS" \("A" NUMBER\(3,0\), "_etl_row" NUMBER\(20,0\) not null, constraint "_etl_check_[0-9a-f]{12}:A" check \("A" > 0\)\)$/,
    );
  });
  it('change tables', () => {
    const column = { field: field('new one', 'text(5)'), nullable: true };
    expect(
      [
        ddl.addColumn(table, column),
        ddl.widenColumn(table, column),
        ddl.dropColumn(table, 'x'),
        ddl.rename(table, 'NEW'),
        ddl.dropTable(table),
        ddl.dropTable({ schema: 'S', table: '_etl_stage_1' }),
      ].flat(),
    ).toEqual([
      'alter table "SHOP"."ORDERS" add ("new one" VARCHAR2(5 CHAR))',
      'alter table "SHOP"."ORDERS" modify ("new one" VARCHAR2(5 CHAR))',
      'alter table "SHOP"."ORDERS" drop ("x")',
      'alter table "SHOP"."ORDERS" rename to "NEW"',
      'drop table "SHOP"."ORDERS" cascade constraints',
      'drop table "S"."_etl_stage_1" cascade constraints purge',
    ]);
  });
  it('update by MERGE, and compare LOBs by DBMS_LOB, null with null', () => {
    const set = [{ column: '"A"', to: 'w."A"' }];
    expect(dml.updateJoined({ table: '"S"."T"', rows: '"S"."W"', set, on: 't."ID" = w."ID"', where: 't."A" <> w."A"' })).toBe(
      'merge into "S"."T" t using "S"."W" w on (t."ID" = w."ID") when matched then update set t."A" = w."A" where t."A" <> w."A"',
    );
    expect(dml.differs(field('c', 'text'), 'a', 'b')).toBe(
      '(dbms_lob.compare(a, b) <> 0 or (a is null and b is not null) or (a is not null and b is null))',
    );
    expect(dml.differs(field('c', 'int8'), 'a', 'b')).toBe('(a <> b or (a is null and b is not null) or (a is not null and b is null))');
    expect(dml.deleteWhere('"S"."T"', 'exists (select 1 from x)')).toBe('delete from "S"."T" t where exists (select 1 from x)');
  });
  it('read values whatever the session was set to', () => {
    const read = (type: string): string => values.parameter(field('c', type), ':1');
    expect(['integer', 'decimal(5,2)', 'date', 'timestamp', 'timestamptz', 'text(5)', 'boolean', 'bytes', 'float'].map(read)).toEqual([
      'to_number(:1)',
      'to_number(:1)',
      "to_date(:1, 'YYYY-MM-DD HH24:MI:SS')",
      "to_timestamp(:1, 'YYYY-MM-DD HH24:MI:SS.FF')",
      "from_tz(to_timestamp(replace(:1, '+00:00'), 'YYYY-MM-DD HH24:MI:SS.FF'), '+00:00')",
      ':1',
      "decode(:1, 'true', 1, 'false', 0)",
      'hextoraw(substr(:1, 3))',
      'to_binary_double(:1)',
    ]);
  });
  it('print values so that every server prints the same', () => {
    const shown = (type: string): string => values.canonical(native('c', type), 'x');
    expect(
      ['NUMBER(5,2)', 'DATE', 'TIMESTAMP(0)', 'TIMESTAMP(3)', 'TIMESTAMP(6) WITH TIME ZONE', 'CLOB', 'ROWID', 'BOOLEAN'].map(shown),
    ).toEqual([
      'x',
      "to_char(x, 'SYYYY-MM-DD HH24:MI:SS')",
      "to_char(x, 'SYYYY-MM-DD HH24:MI:SS')",
      "to_char(x, 'SYYYY-MM-DD HH24:MI:SS.FF3')",
      "to_char(sys_extract_utc(x), 'SYYYY-MM-DD HH24:MI:SS.FF6')",
      'x',
      'rowidtochar(x)',
      "case x when true then 'true' when false then 'false' end",
    ]);
    expect(code(() => shown('XMLTYPE'))).toBe('CAPABILITY_MISSING');
    expect(values.nowLess(native('c', 'DATE'), 1500)).toBe(
      "cast(sys_extract_utc((systimestamp - numtodsinterval(1.5, 'SECOND'))) as DATE)",
    );
    expect(values.limit('select 1 from dual', 5)).toBe('select 1 from dual fetch first 5 rows only');
  });
  it('set what values depend on, and let nobody change it', () => {
    const [first = '', ...others] = sessionSettings({
      session: { optimizer_mode: 'FIRST_ROWS', nls_date_format: 'DD.MM.YY' },
      schema: 'Sales',
      lock_timeout: 7,
    });
    expect(first).toContain("NLS_NUMERIC_CHARACTERS = '.,'");
    expect(first).toContain("TIME_ZONE = '+00:00'");
    expect(first).toContain('NLS_SORT = BINARY NLS_COMP = BINARY');
    expect(first).toContain('DDL_LOCK_TIMEOUT = 7');
    expect(others).toEqual(["alter session set optimizer_mode = 'FIRST_ROWS'", 'alter session set current_schema = "Sales"']);
  });
});

describe('what is looked at before it is sent', () => {
  const refused = (column: string, type: string, cells: readonly string[]): string[] => {
    const [gate] = cellGates([{ field: native('c', column), given: field('c', type), at: 0 }]);
    return cells.filter((cell) => gate?.refuses(Buffer.from(cell)) != null);
  };
  it('are days that the calendar of Oracle leaves out', () => {
    expect(refused('DATE', 'date', ['1582-10-04', '1582-10-05', '1582-10-14', '1582-10-15', '2024-02-29'])).toEqual([
      '1582-10-05',
      '1582-10-14',
    ]);
  });
  it('are digits beyond those of a NUMBER', () => {
    const cells = ['0', '-0.5', '999.99', '-1000.00', '1000.00'];
    expect(refused('NUMBER(5,2)', 'decimal(12,2)', cells)).toEqual(['-1000.00', '1000.00']);
    expect(refused('NUMBER(2,2)', 'decimal(12,2)', ['0.99', '0', '1.00'])).toEqual(['1.00']);
    expect(refused('NUMBER', 'decimal', ['9'.repeat(40), '9'.repeat(41), `0.${'0'.repeat(30)}1`])).toEqual(['9'.repeat(41)]);
  });
  it('are texts that cannot be bound', () => {
    expect(refused('VARCHAR2(3 CHAR)', 'text', ['abc', 'ü'.repeat(6), 'x'.repeat(13)])).toEqual(['x'.repeat(13)]);
    expect(refused('CLOB', 'text', ['x'.repeat(100_000)])).toEqual([]);
  });
});

describe('numbers of the driver', () => {
  it('become canonical, with as many digits as the type says', () => {
    expect([
      canonicalNumber('.5', 2),
      canonicalNumber('-.5', 1),
      canonicalNumber('-12', 2),
      canonicalNumber('7', 0),
      canonicalNumber('.001', null),
      canonicalNumber('1.5', null),
    ]).toEqual(['0.50', '-0.5', '-12.00', '7', '0.001', '1.5']);
  });
  it('whatever they are', () => {
    fc.assert(
      fc.property(fc.bigInt({ min: -(10n ** 38n) + 1n, max: 10n ** 38n - 1n }), fc.integer({ min: 1, max: 20 }), (number, scale) => {
        const digits = String(number < 0n ? -number : number).padStart(scale + 1, '0');
        const exact = `${number < 0n ? '-' : ''}${digits.slice(0, -scale)}.${digits.slice(-scale)}`;
        const told = exact.replace(/^(-?)0\./, '$1.').replace(/\.?0+$/, '');
        expect(canonicalNumber(told === '' || told === '-' ? '0' : told, scale)).toBe(number === 0n ? `0.${'0'.repeat(scale)}` : exact);
      }),
    );
  });
});

describe('errors of Oracle', () => {
  const native = (message: string, more: object = {}): Error => Object.assign(new Error(message), more);
  it.each([
    ['ORA-01017: invalid username/password; logon denied', 'AUTH_FAILED'],
    ['ORA-28000: The account is locked.', 'AUTH_FAILED'],
    ['ORA-00942: table or view does not exist', 'NOT_FOUND'],
    ['NJS-518: cannot connect to Oracle Database. Service "X" is not registered', 'NOT_FOUND'],
    ['NJS-503: connection to host x port 1 could not be established. ECONNREFUSED', 'UNREACHABLE'],
    ['NJS-500: connection to the Oracle Database was broken', 'UNREACHABLE'],
    ['ORA-00054: resource busy and acquire with NOWAIT specified', 'LOCKED'],
    ['ORA-00060: deadlock detected', 'LOCKED'],
    ['ORA-01653: unable to extend table', 'DISK_FULL'],
    ['ORA-30926: unable to get a stable set of rows', 'CONFLICT'],
    ['ORA-00900: invalid SQL statement', 'SQL_FAILED'],
  ])('%s is %s', (message, expected) => {
    expect(errorEntry(native(message)).code).toBe(expected);
  });
  it('keep no value of a row and no address of help pages', () => {
    const error = oracleError(
      'A statement failed',
      native(
        'ORA-01722: unable to convert string value containing "secret" to a number\nHelp: https://docs.oracle.com/error-help/db/ora-01722/',
      ),
    );
    expect(error.message).not.toMatch(/Help|https|secret/);
    const twice = native(
      'ORA-00001: unique constraint (S.PK) violated on table S.T columns (ID)\nORA-03301: (ORA-00001 details) row with column values (ID:secret) already exists',
    );
    expect(oracleError('x', twice).message).toBe('x: ORA-00001: unique constraint (S.PK) violated on table S.T columns (ID)');
  });
});

describe('addresses of Oracle', () => {
  const address = (options: object) => serverAddress(connectionOptions.parse({ user: 'u', ...options }));
  it('are put together from host and service or SID, and read from connect strings', () => {
    expect(address({ host: 'db', service: 'SHOP' }).connectString(null)).toBe(
      '(DESCRIPTION=(TRANSPORT_CONNECT_TIMEOUT=10)(SDU=65535)(ADDRESS=(PROTOCOL=tcp)(HOST=db)(PORT=1521))(CONNECT_DATA=(SERVICE_NAME=SHOP)))',
    );
    expect(address({ host: 'db', sid: 'X', tls: true }).connectString(null)).toContain(
      '(PROTOCOL=tcps)(HOST=db)(PORT=2484))(CONNECT_DATA=(SID=X))',
    );
    expect(address({ connect_string: 'db:1522/SHOP' })).toMatchObject({
      place: 'db:1522/SHOP',
      host: { host: 'db', port: 1522 },
      tls: null,
    });
    expect(address({ connect_string: 'tcps://db:2484/SHOP?wallet_location=/w' })).toMatchObject({
      host: { host: 'db', port: 2484 },
      service: 'SHOP',
      tls: {},
    });
    expect(
      address({ connect_string: '(DESCRIPTION=(ADDRESS=(PROTOCOL=TCPS)(HOST=a.b)(PORT=1))(CONNECT_DATA=(SERVICE_NAME=s)))' }),
    ).toMatchObject({ place: 'a.b:1/s', tls: {} });
    expect(address({ connect_string: 'sales_tns', config_dir: '/etc' })).toMatchObject({ host: null, place: 'sales_tns' });
  });
  it('cannot be bent by brackets, and are named once', () => {
    const problems = (options: object): boolean => connectionOptions.safeParse({ user: 'u', ...options }).success;
    expect(
      [
        { host: 'db)(HOST=evil', service: 's' },
        { host: 'db' },
        { host: 'db', service: 's', sid: 'x' },
        { host: 'db', service: 's', connect_string: 'x' },
        { connect_string: 'x', port: 1 },
      ].map(problems),
    ).toEqual([false, false, false, false, false]);
  });
});
