import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { messageOf, Secret } from '@etl/sdk';
import { field, int64, schemaOf, text, type LoadSpec } from '@etl/testkit';
import { metRows, mysqlDml } from '../src/mysql-dml.js';
import { MysqlHarness } from './mysql-harness.js';
import { connect, runLoad } from './run-load.js';

let harness: MysqlHarness;
beforeAll(async () => {
  harness = await MysqlHarness.create();
}, 60_000);
afterAll(() => harness.remove());

const schema = schemaOf(field('name', text), field('price', { kind: 'decimal', precision: 9, scale: 2 }));

const spec = (table: string, rows: LoadSpec['rows'], more: Partial<LoadSpec> = {}): LoadSpec => ({
  id: table,
  options: { table },
  schema,
  mode: 'merge',
  key: ['id'],
  rows,
  ...more,
});

/** Whether the publish is one statement, by what a plan says of it. */
async function isAtOnce(
  { options, schema: rows, mode, key = [], policy = 'evolve', id = '' }: LoadSpec,
  connection = harness.connection(),
) {
  const open = await connect(connection);
  try {
    const plan = await (await open.loader?.(options))?.plan?.({ id, schema: rows, mode, key, policy });
    expect(plan?.problems).toEqual([]);
    return plan?.statements.some((statement) => statement.includes('on duplicate key update'));
  } finally {
    await open.close();
  }
}

const rowsOf = async (table: string): Promise<string[]> => (await harness.sql(`select * from ${table} order by 1`)).trim().split('\n');

describe('a merge by one statement', () => {
  it('counts each row once: inserted, changed, or met as it was', async () => {
    await harness.sql(
      `create table goods (id bigint primary key, name varchar(20) collate utf8mb4_general_ci, price decimal(9,2)); insert into goods values (1, 'a', 1), (2, 'b', 2), (3, null, null), (4, 'd', 4), (9, 'z', 9)`,
    );
    const load = spec('goods', [['1', 'a', '1.00'], ['2', 'B', '2.00'], ['3', null, '3.00'], ['4', null, '4.00'], ['5', 'e', null], ['6', 'f', '6.00'], ['6', 'g', '6.00']]); // prettier-ignore
    expect(await isAtOnce(load)).toBe(true);
    const { counts } = await runLoad(harness.connection(), load);
    // A change of case is one, though the collation takes both for the same
    expect(counts).toMatchObject({ in: 7, inserted: 2, updated: 3, unchanged: 1, deduplicated: 1, deleted: 0 });
    expect(await rowsOf('goods')).toEqual(['1\ta\t1.00', '2\tB\t2.00', '3\tNULL\t3.00', '4\tNULL\t4.00', '5\te\tNULL', '6\tg\t6.00', '9\tz\t9.00']); // prettier-ignore
    const again = await runLoad(harness.connection(), { ...load, run: 'r2' });
    expect(again.counts).toMatchObject({ inserted: 0, updated: 0, unchanged: 6, deduplicated: 1 });
  });

  it('works with a key of several columns in another order, names of any kind, and columns that are left to their defaults', async () => {
    await harness.sql(
      "create table `select ```(`new id` int not null, `group` varchar(9) not null, `w` text, `t` datetime(6) default current_timestamp(6) on update current_timestamp(6), seen int not null default 7, unique key (`group`, `new id`)); insert into `select ``` values (1, 'x', 'old', '2020-01-01', 1), (2, 'x', 'same', '2020-01-01', 2)",
    );
    const rows = [['1', 'x', 'new'], ['2', 'x', 'same'], ['1', 'y', 'more']] as const; // prettier-ignore
    const load = spec('select `', rows, { schema: { fields: [field('new id', int64), field('group', text), field('w', text)], key: [] }, key: ['new id', 'group'] }); // prettier-ignore
    expect(await isAtOnce(load)).toBe(true);
    expect((await runLoad(harness.connection(), load)).counts).toMatchObject({ inserted: 1, updated: 1, unchanged: 1 });
    expect((await harness.sql("select `new id`, `group`, `w`, `t` = '2020-01-01', seen from `select ``` order by `group`, `new id`")).trim().split('\n')).toEqual(['1\tx\tnew\t0\t1', '2\tx\tsame\t1\t2', '1\ty\tmore\t0\t7']); // prettier-ignore
  });

  it('marks rows that left the source, and takes the mark from those that come back', async () => {
    await harness.sql(
      `create table marked (id bigint primary key, name text, price decimal(9,2)); insert into marked values (1, 'a', 1), (2, 'b', 2)`,
    );
    const options = { table: 'marked', missing: 'mark', marked: 'gone_at' };
    const first = await runLoad(harness.connection(), spec('marked', [['1', 'a', '1.00']], { options }));
    expect(first.counts).toMatchObject({ inserted: 0, updated: 0, unchanged: 1, deleted: 1 });
    const back = spec('marked', [['1', 'a', '1.00'], ['2', 'b', '2.00']], { options, run: 'r2' }); // prettier-ignore
    expect(await isAtOnce(back)).toBe(true);
    expect((await runLoad(harness.connection(), back)).counts).toMatchObject({ inserted: 0, updated: 1, unchanged: 1, deleted: 0 });
    expect(await harness.sql('select count(*) from marked where gone_at is not null')).toBe('0\n');
  });

  it('changes the row of a foreign key without a look at its children', async () => {
    await harness.sql(
      `create table parents (id bigint primary key, name text, price decimal(9,2)); create table children (id int primary key, parent bigint, foreign key (parent) references parents (id) on update cascade on delete cascade); insert into parents values (1, 'a', 1); insert into children values (1, 1)`,
    );
    const load = spec('parents', [['1', 'b', '1.00'], ['2', 'c', '2.00']]); // prettier-ignore
    expect(await isAtOnce(load)).toBe(true);
    expect((await runLoad(harness.connection(), load)).counts).toMatchObject({ inserted: 1, updated: 1 });
    expect(await rowsOf('children')).toEqual(['1\t1']);
  });
});

describe('the key of a row that is met', () => {
  it.each([
    ['tinyint unsigned', '255'],
    ['bigint', '-9223372036854775808'],
    ['bigint unsigned', '18446744073709551615'],
    ['decimal(65,30)', "'12345678901234567890123456789012345.123456789012345678901234567890'"],
    ['float', '0.1'],
    ['double', '1.7976931348623157e308'],
    ['bit(9)', "b'100000001'"],
    ['year', '0'],
    ['year', '2155'],
    ['date', "'9999-12-31'"],
    ['time(6)', "'-838:59:58.123456'"],
    ['datetime(6)', "'0001-01-01 00:00:00.000001'"],
    ['timestamp(6)', "'2024-03-31 02:30:00.123456'"],
    ['char(9)', "'a b'"],
    ['varchar(9) collate utf8mb4_bin', "'A😀 '"],
    ['varchar(9) character set latin1', "'é'"],
    ['binary(4)', "x'00ff0000'"],
    ['varbinary(9)', "x'ff00'"],
    ["enum('b','a')", "'a'"],
    ["set('x','y')", "'x,y'"],
    ['uuid', "'123e4567-e89b-12d3-a456-426655440000'"],
    ['inet6', "'::1'"],
  ])('stays as it is: %s %s', async (type, value) => {
    const upsert = mysqlDml.upsert?.({ table: '`etl test`.`typed`', rows: '`etl test`.`staged`', columns: ['`k`', '`v`'], key: ['`k`'], set: [{ column: '`v`', to: 'w.`v`' }] }); // prettier-ignore
    const told = await harness.sql(
      `drop table if exists typed, staged; create table typed (k ${type} not null primary key, v int); insert into typed values (${value}, 1); create table staged like typed; insert into staged select * from typed;
       checksum table typed, staged; set ${metRows} = 0; ${upsert ?? ''}; checksum table typed; select ${metRows}, count(*), count(distinct t.k <=> w.k) from typed t join staged w on t.k = w.k`,
    );
    const [before, staged, after, counts] = told
      .trim()
      .split('\n')
      .map((line) => line.split('\t').slice(-3));
    expect(after?.at(-1)).toBe(before?.at(-1));
    expect(staged?.at(-1)).toBe(before?.at(-1));
    expect(counts).toEqual(['1', '1', '1']);
  });
});

describe('a merge by an update and an insert', () => {
  it('is kept for tables whose triggers would see an insert of rows that are there', async () => {
    await harness.sql(
      `create table watched (id bigint primary key, name text, price decimal(9,2)); create table seen (what text); create trigger watch before insert on watched for each row insert into seen values (new.id); insert into watched values (1, 'a', 1); delete from seen`,
    );
    const load = spec('watched', [['1', 'b', '1.00'], ['2', 'c', '2.00']]); // prettier-ignore
    expect(await isAtOnce(load)).toBe(false);
    expect((await runLoad(harness.connection(), load)).counts).toMatchObject({ inserted: 1, updated: 1 });
    expect(await rowsOf('seen')).toEqual(['2']);
  });

  it('is kept for a login that is not shown triggers', async () => {
    await harness.sql(
      `create table unseen (id bigint primary key, name text, price decimal(9,2)); create user plain@'%' identified by 'pass'; grant select, insert, update, delete, create, drop, alter, index on \`etl test\`.* to plain@'%'`,
    );
    const load = spec('unseen', [['1', 'a', '1.00']]);
    expect(await isAtOnce(load)).toBe(true);
    expect(await isAtOnce(load, { ...harness.connection(), user: 'plain', password: new Secret('pass') })).toBe(false);
  });

  it.each([
    ['unique key (name)', 'a second unique index would take another row for it'],
    ['unique key (id, name)', 'the key is not all that is unique'],
    ['unique key (name(2))', 'an index of the beginning of a text tells rows apart in its own way'],
  ])('is kept where the table has %s: %s', async (index) => {
    const table = `other_${index.replace(/\W/g, '')}`;
    await harness.sql(
      `create table ${table} (id bigint primary key, name varchar(20), price decimal(9,2), ${index}); insert into ${table} values (1, 'aa', 1), (2, 'bb', 2)`,
    );
    const load = spec(table, [['1', 'cc', '1.00'], ['3', 'dd', '3.00']]); // prettier-ignore
    expect(await isAtOnce(load)).toBe(false);
    expect((await runLoad(harness.connection(), load)).counts).toMatchObject({ inserted: 1, updated: 1 });
    expect(await rowsOf(table)).toEqual(['1\tcc\t1.00', '2\tbb\t2.00', '3\tdd\t3.00']);
  });

  it('is found necessary by what the statements before the load made of the table', async () => {
    await harness.sql(
      `create table later (id bigint primary key, name varchar(20), price decimal(9,2)); insert into later values (1, 'aa', 1)`,
    );
    const load = spec('later', [['2', 'aa', '5.00']], { options: { table: 'later', pre: ['alter table later add unique key (name)'] } });
    await expect(runLoad(harness.connection(), load)).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await rowsOf('later')).toEqual(['1\taa\t1.00']);
  });

  it('holds the table as it was found, so that nobody gives it another index meanwhile', async () => {
    await harness.sql(
      `create table held (id bigint primary key, name varchar(20), price decimal(9,2)); insert into held values (1, 'aa', 1)`,
    );
    let refused: unknown = null;
    const failpoint = async (name: string): Promise<void> => {
      if (name !== 'sql.applied') return;
      refused = await harness.sql('set lock_wait_timeout = 1; alter table held add unique key (name)').catch(messageOf);
    };
    await runLoad(harness.connection(), spec('held', [['2', 'bb', '5.00']]), { failpoint });
    expect(refused).toMatch(/Lock wait timeout/);
  });

  it('never changes another row than that of the key', async () => {
    await harness.sql(
      `create table twice (id bigint primary key, name varchar(20) unique, price decimal(9,2)); insert into twice values (1, 'aa', 1)`,
    );
    await expect(runLoad(harness.connection(), spec('twice', [['2', 'aa', '5.00']]))).rejects.toMatchObject({ code: 'CONFLICT' });
    expect(await rowsOf('twice')).toEqual(['1\taa\t1.00']);
  });

  it('is kept where a check looks at columns that the load does not bring', async () => {
    await harness.sql(
      `create table checked (id bigint primary key, name text, price decimal(9,2), least decimal(9,2) not null default 100, check (price >= least)); insert into checked values (1, 'a', 5, 1)`,
    );
    const load = spec('checked', [['1', 'b', '6.00']]);
    expect(await isAtOnce(load)).toBe(false);
    expect((await runLoad(harness.connection(), load)).counts).toMatchObject({ inserted: 0, updated: 1 });
  });
});
