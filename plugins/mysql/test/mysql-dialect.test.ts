import { describe, expect, it } from '@jest/globals';
import { isEtlError, parseTypeName, type Field } from '@etl/sdk';
import { fieldOfNative } from '../src/field-of-native.js';
import { mysqlDialect } from '../src/mysql-dialect.js';
import { mysqlError, mysqlErrors } from '../src/mysql-errors.js';
import { nativeOfWire } from '../src/native-of-wire.js';
import { parseNativeType } from '../src/native-type.js';
import { exactCollation, readServerFacts } from '../src/server-facts.js';

const reading = { tinyint1: 'boolean', time: 'time', zeroDates: 'refuse' } as const;
const on = (version: string): ReturnType<typeof mysqlDialect> => mysqlDialect(reading, () => readServerFacts(version));
const maria = on('10.11.6-MariaDB');
const mysql8 = on('8.0.36');
const field = (name: string, type: string, nullable = true): Field => ({ name, type: parseTypeName(type), nullable });
const native = (type: string): Field => fieldOfNative({ name: 'c', type, nullable: true }, reading);
const table = { schema: 's`', table: 't' };

describe('servers', () => {
  it.each([
    ['10.11.6-MariaDB-0+deb12u1', true, 101_106, 'utf8mb4_nopad_bin'],
    ['5.5.5-10.3.39-MariaDB', true, 100_339, 'utf8mb4_nopad_bin'],
    ['8.0.36', false, 80_036, 'utf8mb4_0900_bin'],
    ['8.4.0-commercial', false, 80_400, 'utf8mb4_0900_bin'],
    ['5.7.44-log', false, 50_744, 'utf8mb4_bin'],
  ])('%s is known, and how it compares texts to the byte', (version, isMaria, number, collation) => {
    const facts = readServerFacts(version);
    expect([facts.maria, facts.version, exactCollation(facts)]).toEqual([isMaria, number, collation]);
  });
});

describe('tables that a load makes', () => {
  const columns = ['id integer', 'name text', 'code text(40)', 'at timestamptz', 'data json', 'raw bytes'].map((one) => {
    const [name = '', type = ''] = one.split(' ');
    return { field: field(name, type), nullable: name !== 'id' };
  });

  it('have a key that tells texts apart to the byte, and no column that rounds or sorts what it is given', () => {
    const [made] = maria.ddl.createTable(table, { columns, key: ['id', 'name'], checks: [] });
    expect(made).toBe(
      'create table `s```.`t` (`id` bigint not null, ' +
        "`name` varchar(765) character set utf8mb4 collate utf8mb4_nopad_bin comment 'etl key' null, " +
        '`code` varchar(40) character set utf8mb4 collate utf8mb4_nopad_bin null, ' +
        "`at` datetime(6) comment 'UTC' null, " +
        '`data` longtext character set utf8mb4 collate utf8mb4_bin null check (json_valid(`data`)), ' +
        '`raw` longblob null, primary key (`id`, `name`)) engine=innodb row_format=dynamic default character set utf8mb4',
    );
    expect(mysql8.ddl.createTable(table, { columns, key: ['id', 'name'], checks: [] })[0]).toContain('collate utf8mb4_0900_bin');
  });

  it('fit into a row, however many texts with a length they have', () => {
    const many = Array.from({ length: 40 }, (_, at) => ({ field: field(`c${at}`, `text(${1000 - at})`), nullable: true }));
    const [made = ''] = maria.ddl.createTable(table, { columns: many, key: [], checks: [] });
    const bytes = Array.from(made.matchAll(/varchar\((\d+)\)/g), ([, length]) => Number(length) * 4).reduce((sum, one) => sum + one, 0);
    expect(bytes).toBeLessThan(65_000);
    expect(made).toContain('longtext');
  });

  it('are renamed together in one statement', () => {
    const to = (name: string): { schema: string; table: string } => ({ schema: 's', table: name });
    expect(maria.publish.renameAll?.([{ from: to('a'), to: to('old') }, { from: to('new'), to: to('a') }])).toBe('rename table `s`.`a` to `s`.`old`, `s`.`new` to `s`.`a`'); // prettier-ignore
  });
});

describe('types', () => {
  it('that a column made anew would have are no types of their own', () => {
    const plain = ['bigint(20)', 'int', 'varchar(20) collate utf8mb4_nopad_bin', 'varchar(20)', 'decimal(12,2)', 'datetime(6)', `datetime(3) comment 'UTC'`, 'longblob'];
    expect(plain.map((type) => native(type).native)).toEqual(plain.map(() => undefined));
    const own = ['varchar(20) collate latin1_bin', 'enum(\'a\')', 'decimal(12,2) unsigned', 'timestamp(6)', 'bit(3)', 'year', 'tinyint(1)', 'mediumint', 'char(3)', 'text'];
    expect(own.map((type) => native(type).native?.type)).toEqual(own);
  }); // prettier-ignore

  it.each([
    ['varchar(20)', 'text(20)', true, true],
    ['varchar(20)', 'text', false, true],
    ['text collate utf8mb4_bin', 'text', false, true],
    ['longtext', 'decimal', true, true],
    ['longtext', 'json', true, true],
    ['tinyint', 'integer', false, true],
    ['tinyint(1)', 'int8', true, true],
    ['tinyint(1)', 'boolean', true, false],
    ['decimal(10,2)', 'decimal(10,3)', false, false],
    ['decimal(10,2)', 'decimal(12,2)', false, true],
    ['float', 'float', false, false],
    ['date', 'timestamp', false, false],
    ['datetime', 'timestamp', false, false],
    ['datetime(6)', 'timestamptz', false, false],
    ['timestamp(6)', 'timestamptz', true, false],
    [`enum('a')`, 'text', false, true],
    [`varchar(700) collate utf8mb4_nopad_bin comment 'etl key'`, 'text', true, true],
    ['point', 'text', false, false],
    ['json', 'text', false, false],
    ['json', 'json', true, false],
  ])('a column of %s holds %s: %s, refuses what it cannot hold: %s', (there, given, holds, refuses) => {
    const { types } = maria;
    expect(types.holds(native(there), field('c', given))).toBe(holds);
    if (!holds) expect(types.refuses(native(there), field('c', given))).toBe(refuses);
  });

  it.each(['time(9)', 'timestamp(9)', 'decimal(66,0)', 'decimal(40,31)'])('%s is refused with a cast to write', (type) => {
    try {
      maria.types.column(field('c', type));
      throw new Error('it was taken');
    } catch (error) {
      expect([
        isEtlError(error) && error.code,
        isEtlError(error) && error.hint?.startsWith('Cast it before the load: cast: { c: '),
      ]).toEqual(['CAPABILITY_MISSING', true]);
    }
  });

  it('are read from the text of the server, whatever stands in an ENUM', () => {
    expect(parseNativeType(`enum('a)','it''s','x,y') character set latin1 collate latin1_bin`)).toMatchObject({
      base: 'enum',
      arguments: `'a)','it''s','x,y'`,
      collation: 'latin1_bin',
    });
    expect(parseNativeType('double precision unsigned zerofill')).toMatchObject({ base: 'double', unsigned: true, zerofill: true });
  });

  it('of a query are read from what the protocol says of its columns', () => {
    const wire = (columnType: number, more: object = {}): string => nativeOfWire({ columnType, characterSet: 63, flags: 0, decimals: 0, columnLength: 11, ...more }).type;
    expect([wire(3), wire(8, { flags: 32 }), wire(1, { columnLength: 1 }), wire(246, { columnLength: 14, decimals: 2 }), wire(12, { decimals: 6 }), wire(253, { characterSet: 45, columnLength: 80 }), wire(252), wire(252, { characterSet: 45 }), wire(254, { characterSet: 45, flags: 256 })])
      .toEqual(['int', 'bigint unsigned', 'tinyint(1)', 'decimal(12,2)', 'datetime(6)', 'varchar(20)', 'longblob', 'longtext', 'longtext']);
  }); // prettier-ignore
});

describe('names and literals', () => {
  it('are only names, and what MySQL does not keep is refused', () => {
    expect(maria.names.quote('a`b')).toBe('`a``b`');
    expect(() => maria.names.quote('😀')).toThrow('keeps no name');
    expect(maria.values.literal(`\\' \0`)).toBe(`'\\\\'' \\0'`);
  });
});

describe('errors', () => {
  it('say what to do, and never quote a value of a row', () => {
    const native = Object.assign(new Error(`Duplicate entry 'ada@example.org' for key 'email'`), { errno: 1062 });
    expect(mysqlError('A statement failed', native)).toMatchObject({ code: 'CONFLICT', message: expect.not.stringContaining('ada') });
    const bad = Object.assign(new Error(`Incorrect integer value: 'sec'ret' for column \`d\`.\`t\`.\`c\` at row 3`), { errno: 1366 });
    expect(mysqlError('A statement failed', bad).message).not.toContain('ret');
    const unknown = Object.assign(new Error('Something else'), { errno: 9999 });
    expect(mysqlError('A statement failed', unknown)).toMatchObject({ code: 'SQL_FAILED', message: 'A statement failed: Something else' });
  });

  it('are each listed once', () => {
    expect(mysqlErrors.size).toBeGreaterThan(80);
  });
});
