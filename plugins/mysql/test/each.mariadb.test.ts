import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, parseTypeName, type Connection, type Cursor, type Field, type ParentColumns, type Row } from '@etl/sdk';
import { textRowsOf, type TextRow } from '@etl/testkit';
import { MysqlHarness } from './mysql-harness.js';
import { connect } from './run-load.js';

let harness: MysqlHarness;
let connection: Connection;
beforeAll(async () => {
  harness = await MysqlHarness.create();
  connection = await connect(harness.connection());
}, 60_000);
afterAll(async () => {
  await connection.close();
  await harness.remove();
});

const field = (name: string, type: string): Field => ({ name, type: parseTypeName(type), nullable: false });

interface EachRead {
  readonly rows: readonly string[];
  readonly atOnce: number | undefined;
  readonly until: Cursor;
}

async function readEach(options: object, columns: ParentColumns, parents: readonly Row[], since: Cursor = null): Promise<EachRead> {
  const extractor = await connection.extractor?.(options);
  if (extractor === undefined) throw new Error('no extractor');
  const { schema, parts, parentsAtOnce, until } = await extractor.plan({ since, hold: null, parts: 1, parents: columns });
  const rows: TextRow[] = [];
  for (const part of parts)
    for await (const { batch } of extractor.read(part, null, { ...columns, rows: parents })) rows.push(...textRowsOf(schema, batch));
  return { rows: rows.map((row) => JSON.stringify(row)).sort(), atOnce: parentsAtOnce, until };
}

/** What the promise of `each` is: the read runs once for each parent. */
async function oneByOne(options: object, columns: ParentColumns, parents: readonly Row[]): Promise<readonly string[]> {
  const rows: string[] = [];
  for (const parent of parents) rows.push(...(await readEach(options, columns, [parent])).rows);
  return rows.sort();
}

const refusedMix = (error: unknown): readonly string[] => {
  if (isEtlError(error) && error.message.includes('Illegal mix of collations')) return [];
  throw error;
};

const hostile = [
  'a', 'A', 'ä', 'Ä', 'a ', ' a', '', ' ', 'ß', 'ss', '日本', '?', '??', '😀', '007', '7', '7.0', '\\', "'; drop table t; --", '"', '\0', 'a\nb', '%', '_', 'null', 'x'.repeat(30),
]; // prettier-ignore
const code: ParentColumns = { fields: [field('code', 'text')], include: ['code'] };
const parents = hostile.map((value): Row => [value]);

describe('rows of another dataset whose values are texts', () => {
  it.each([
    'varchar(40) collate utf8mb4_general_ci',
    'varchar(40) collate utf8mb4_unicode_ci',
    'varchar(40) collate utf8mb4_bin',
    'varchar(40) collate utf8mb4_nopad_bin',
    'varchar(40) character set latin1 collate latin1_german2_ci',
    'char(40) character set ucs2',
    'longtext character set utf8mb3',
  ])('find in a %s what each finds by itself', async (type) => {
    const table = `t_${type.replaceAll(/\W+/g, '_')}`;
    const values = hostile
      .map((value, at) => `(${at}, convert(_utf8mb4 x'${Buffer.from(value).toString('hex')}' using utf8mb4))`)
      .join(', ');
    await harness.sql(
      `set sql_mode = ''; create table ${table} (n int primary key, parent ${type}); insert into ${table} values ${values.replaceAll(`x''`, `''`)}`,
    );
    for (const include of [['code'], []]) {
      const columns = { ...code, include };
      const together = await readEach({ table, where: 'parent = :code' }, columns, parents);
      expect(together.atOnce).toBe(5000);
      const alone = { table, where: '(parent = :code)' };
      if (type.includes('set')) {
        // A value that the column cannot write equals nothing; bound by itself the server refuses to compare it
        const found = await Promise.all(parents.map((parent) => oneByOne(alone, columns, [parent]).catch(refusedMix)));
        expect(together.rows).toEqual(found.flat().sort());
      } else {
        expect(together.rows).toEqual(await oneByOne(alone, columns, parents));
        expect(together.rows).toEqual((await readEach(alone, columns, parents)).rows);
      }
      await harness.sql(`create index if not exists i on ${table} (parent(20))`);
    }
  });

  it('compare with a number, an enum or a date as a bound value does', async () => {
    await harness.sql(
      `create table odd (n int, e enum('a', '7'), d date); insert into odd values (7, '7', '2020-01-01'), (0, 'a', '2020-02-01')`,
    );
    const dates = [...parents, ['2020-1-1']];
    for (const column of ['n', 'd']) {
      const found = await readEach({ table: 'odd', where: `${column} = :code` }, code, dates);
      expect(found.atOnce).toBe(500);
      expect(found.rows).toEqual(await oneByOne({ table: 'odd', where: `${column} = :code` }, code, dates));
    }
    const enums = await readEach({ table: 'odd', where: 'e = :code' }, code, parents);
    expect(enums.rows).toEqual(await oneByOne({ table: 'odd', where: '(e = :code)' }, code, parents));
  });
});

describe('rows of another dataset whose values are numbers and times', () => {
  it.each([
    ['bigint', 'integer', [9007199254740993n, -1n, 0n, 9223372036854775807n]],
    ['bigint unsigned', 'uint64', [18446744073709551615n, 9007199254740993n]],
    ['decimal(38,2)', 'decimal(38,2)', ['9007199254740993.25', '9007199254740993.26', '0.00']],
    ['bigint', 'decimal(38,2)', ['9007199254740993.00', '9007199254740992.99']],
    ['date', 'date', ['2020-02-29', '0001-01-01']],
    ['datetime(6)', 'timestamp', ['2020-02-29 10:00:00.000001', '2020-02-29 00:00:00']],
    ['datetime', 'date', ['2020-02-29']],
    ['timestamp(3) null', 'timestamptz(3)', ['2020-02-29 10:00:00.5+00:00', '2020-02-29 10:00:00+00:00']],
    ['tinyint(1)', 'boolean', [true, false]],
  ] as const)('find in a %s to the last digit what each finds by itself', async (type, name, values) => {
    const table = `n_${type}_${name}`.replaceAll(/\W+/g, '_');
    const stored = values.flatMap((value) => {
      const text = typeof value === 'string' ? `'${value.replace('+00:00', '')}'` : String(value);
      return name === 'integer' || name === 'uint64' ? [text, `${text} - 1`] : [text];
    });
    await harness.sql(
      `set sql_mode = ''; create table ${table} (v ${type}); insert ignore into ${table} values (${stored.join('), (')}), (null)`,
    );
    const columns: ParentColumns = { fields: [field('id', name)], include: ['id'] };
    const rows = values.map((value): Row => [value]);
    const together = await readEach({ table, where: 'v = :id' }, columns, rows);
    expect(together.atOnce).toBe(5000);
    expect(together.rows).toEqual(await oneByOne({ table, where: '(v = :id)' }, columns, rows));
    expect(together.rows.length).toBeGreaterThan(0);
  });
});

describe('a query for each row of another dataset', () => {
  const columns: ParentColumns = { fields: [field('id', 'integer'), field('code', 'text')], include: ['code', 'id'] };
  const rows: Row[] = [[1n, 'a'], [1n, 'A'], [2n, 'b'], [3n, 'nobody'], [2n, 'a']]; // prettier-ignore

  beforeAll(() =>
    harness.sql(`create table o (nr int primary key, customer int, kind varchar(10), day date, note text);
      insert into o select seq, seq mod 4, elt(1 + seq mod 3, 'a', 'b', 'B'), '2026-01-01' + interval seq day, if(seq mod 5, null, 'x') from seq_1_to_60;
      create table l (nr int, line varchar(10)); insert into l select seq mod 50, concat('l', seq) from seq_1_to_200`),
  );

  it.each([
    ['select * from o where customer = :id and kind = :code', 5000],
    ['select nr, note from o where customer = :id', 5000],
    [
      'select o.nr, l.line from o left join l on l.nr = o.nr where o.customer = :id and kind = :code and day between :from and :to order by l.line',
      5000,
    ],
    ['select o.nr, l.line from o, l where l.nr = o.nr and :id = o.customer and (note is null or kind = :kind)', 5000],
    ['select q.nr n from (select nr, customer c from o where day > :from limit 1000) q where c = :id -- only these\n and nr > 3', 5000],
    ['select nr, (select l.line from l where l.nr = o.nr order by 1 limit 1) line from o where kind = :code and kind = :code', 5000],
    ['select nr from o where customer = :id order by day desc limit 1', 500],
    ['select count(*) n, max(day) newest from o where customer = :id and kind = :code', 500],
    ['select nr from o where nr between :id and :id + 2', 500],
    ['select distinct kind from o where customer = :id', 500],
    ['select nr from o where customer = :id union select nr from l where nr = :id', 500],
  ])('%s gives what each gives by itself (%i at once)', async (query, atOnce) => {
    const options = { query, params: { from: '2026-01-10', to: '2026-02-20', kind: 'a' } };
    const together = await readEach(options, columns, rows);
    expect(together.atOnce).toBe(atOnce);
    expect(together.rows).toEqual(await oneByOne(options, columns, rows));
    expect(together.rows.length).toBeGreaterThan(2);
  });

  it('with a cursor has its bound over the whole table, and reads only what lies behind it', async () => {
    const options = { table: 'o', where: 'customer = :id', columns: ['nr'], cursor: { field: 'day', settled: true } };
    const one: ParentColumns = { fields: [field('id', 'integer')], include: [] };
    const first = await readEach(options, one, [[1n]]);
    expect([first.until, first.rows]).toEqual(['2026-03-02', (await readEach({ ...options, cursor: undefined }, one, [[1n]])).rows]);
    const next = await readEach(options, one, [[1n], [2n]], '2026-02-25');
    expect([next.until, next.rows]).toEqual(['2026-03-02', ['["57"]', '["58"]']]);
    const query = { query: 'select nr, day from o where customer = :id', cursor: options.cursor };
    await expect(readEach(query, one, [[1n]])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('reads a table without an index once for thousands of them', async () => {
    await harness.sql(`create table large (id int primary key, customer bigint not null, code varchar(20) character set latin1 not null);
      insert into large select seq, seq mod 20000, concat('Kö', seq mod 20000) from seq_1_to_100000`);
    const many = Array.from({ length: 5000 }, (_, at): Row => [BigInt(at * 3), `Kö${at * 3}`]);
    for (const where of ['customer = :id', 'code = :code']) {
      const started = Date.now();
      const { rows: found } = await readEach({ table: 'large', where }, { ...columns, include: [] }, many);
      expect(found).toHaveLength(25_000);
      // One pass takes less than a second; one for each of them would take minutes
      expect(Date.now() - started).toBeLessThan(20_000);
    }
  }, 60_000);
});
