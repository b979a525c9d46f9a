import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { modes, type Field, type FieldType, type Mode, type Schema } from '@etl/sdk';
import { field, schemaOf, text, type TextRow } from '@etl/testkit';
import { DuckDbHarness } from './duckdb-harness.js';
import { begin, connect, finish, runLoad, writeRest, type LoadSpec } from './run-load.js';

let harness: DuckDbHarness;
beforeEach(async () => {
  harness = await DuckDbHarness.create();
});
afterEach(() => harness.remove());

const schema: Schema = schemaOf(field('name', text));
const spec = (mode: Mode, rows: readonly TextRow[], more: Partial<LoadSpec> = {}): LoadSpec => ({
  options: { table: 't' },
  schema,
  mode,
  rows,
  ...(mode === 'append' ? {} : { key: ['id'] }),
  ...more,
});
const rowsOf = async (select: string): Promise<unknown[][]> =>
  harness.sql(async (session) => (await session.rows(select)).map((row) => Object.values(row)));
const count = (rows: number): TextRow[] => Array.from({ length: rows }, (_, at) => [String(at + 1), `n${at + 1}`]);

describe('missing rows', () => {
  it('are kept, deleted or marked in a merge, as the load says', async () => {
    await runLoad(harness, spec('merge', count(3)));
    expect((await runLoad(harness, spec('merge', count(2), { run: 'r2' }))).counts).toMatchObject({ unchanged: 2, deleted: 0 });
    const mark = { options: { table: 't', missing: 'mark' } };
    expect((await runLoad(harness, spec('merge', count(2), { run: 'r3', ...mark }))).counts).toMatchObject({ unchanged: 2, deleted: 1 });
    expect(await rowsOf('select id, deleted_at is null from t order by id')).toEqual([
      [1n, true],
      [2n, true],
      [3n, false],
    ]);
    expect((await runLoad(harness, spec('merge', count(2), { run: 'r4', ...mark }))).counts).toMatchObject({ unchanged: 2, deleted: 0 });
    expect((await runLoad(harness, spec('merge', count(3), { run: 'r5', ...mark }))).counts).toMatchObject({
      unchanged: 2,
      updated: 1,
      deleted: 0,
    });
    expect(await rowsOf('select count(*) from t where deleted_at is null')).toEqual([[3n]]);
    expect(
      (await runLoad(harness, spec('merge', count(1), { run: 'r6', options: { table: 't', missing: 'delete' } }))).counts,
    ).toMatchObject({ unchanged: 1, deleted: 2 });
    expect(await rowsOf('select id from t')).toEqual([[1n]]);
  });

  it('end their version in a history', async () => {
    await runLoad(harness, spec('history', count(3)));
    const { counts } = await runLoad(
      harness,
      spec(
        'history',
        [
          ['1', 'n1'],
          ['2', 'other'],
        ],
        { run: 'r2', options: { table: 't', missing: 'delete' } },
      ),
    );
    expect(counts).toMatchObject({ in: 2, unchanged: 1, updated: 1, deleted: 1 });
    expect(await rowsOf('select id, name, is_current, valid_to is null from t order by id, valid_from')).toEqual([
      [1n, 'n1', true, true],
      [2n, 'n2', false, false],
      [2n, 'other', true, true],
      [3n, 'n3', false, false],
    ]);
    expect((await runLoad(harness, spec('history', count(3), { run: 'r3' }))).counts).toMatchObject({
      unchanged: 1,
      updated: 1,
      inserted: 1,
    });
  });

  it('are not taken for all rows where the load is empty, unless it says so', async () => {
    await runLoad(harness, spec('merge', count(3)));
    for (const missing of ['delete', 'mark']) {
      await expect(runLoad(harness, spec('merge', [], { run: `r-${missing}`, options: { table: 't', missing } }))).rejects.toMatchObject({
        code: 'CONFLICT',
      });
      expect(await rowsOf('select count(*) from t')).toEqual([[3n]]);
    }
    const { counts } = await runLoad(
      harness,
      spec('merge', [], { run: 'r9', options: { table: 't', missing: 'delete', allow_empty: true } }),
    );
    expect(counts).toMatchObject({ in: 0, deleted: 3 });
  });
});

describe('a table that is declared with care', () => {
  it('keeps its key, index, default and comment over a replace', async () => {
    await harness.run(
      `create table t (id bigint primary key, name varchar, added timestamp default now()); create index by_name on t (name); comment on table t is 'mine'; insert into t (id) values (7)`,
    );
    expect((await runLoad(harness, spec('replace', count(3)))).counts).toMatchObject({ inserted: 3, deleted: 1 });
    expect(await rowsOf('select id, name, added is not null from t order by id')).toEqual([
      [1n, 'n1', true],
      [2n, 'n2', true],
      [3n, 'n3', true],
    ]);
    expect(await rowsOf(`select comment, has_primary_key, index_count from duckdb_tables() where table_name = 't'`)).toEqual([
      ['mine', true, 2n],
    ]);
    expect((await runLoad(harness, spec('replace', count(2), { run: 'r2' }))).counts).toMatchObject({ inserted: 2, deleted: 3 });
  });

  it('is seen through its views before and after a replace', async () => {
    await harness.run(`create table t as select 9::bigint as id, 'old' as name; create view v as select * from t`);
    await runLoad(harness, spec('replace', count(2)));
    expect(await rowsOf('select * from v order by id')).toEqual([
      [1n, 'n1'],
      [2n, 'n2'],
    ]);
  });

  it.each(['append', 'replace'] as const)('tells a %s that breaks its key before anything is published, and which key', async (mode) => {
    await harness.run(`create table t (id bigint primary key, name varchar); insert into t values (2, 'old')`);
    const twice: TextRow[] = mode === 'append' ? count(3) : [...count(2), ['2', 'again']];
    await expect(runLoad(harness, spec(mode, twice, { key: [] }))).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('id') as unknown,
      hint: expect.stringContaining('merge') as unknown,
    });
    expect(await rowsOf('select * from t')).toEqual([[2n, 'old']]);
  });

  it('refuses a merge by a key that is not unique in it', async () => {
    await harness.run(`create table t as select 1::bigint as id, 'a' as name union all select 1, 'b'`);
    await expect(runLoad(harness, spec('merge', count(2)))).rejects.toMatchObject({ code: 'CONFLICT' });
    await expect(runLoad(harness, spec('merge', [['5', 'x']], { run: 'r2' }))).resolves.toMatchObject({ counts: { inserted: 1 } });
  });

  it('refuses row by row what its own types cannot read, and says why without the value', async () => {
    await harness.run(`create table t (id bigint, u uuid, e enum('a', 'b'), l integer[])`);
    const odd: Schema = schemaOf(field('u', text), field('e', text), field('l', { kind: 'json' }));
    const uuid = '6d3d2541-00e0-4f0c-a4b0-000000000001';
    const rows: TextRow[] = [
      ['1', uuid, 'a', '[1,null]'],
      ['2', 'secret', 'a', '[]'],
      ['3', null, 'z', null],
      ['4', null, null, '["x"]'],
      ['5', uuid, 'b', '[2]'],
    ];
    const { counts, rejects } = await runLoad(harness, spec('append', rows, { schema: odd }));
    expect(counts).toMatchObject({ in: 2, inserted: 2 });
    expect(rejects.map(({ field: name, values, origin }) => [name, values[0], origin?.first])).toEqual([
      ['u', '2', 1],
      ['e', '3', 2],
      ['l', '4', 3],
    ]);
    expect(rejects.map(({ reason }) => reason).join()).not.toContain('secret');
    expect(await rowsOf('select id, l::varchar from t order by id')).toEqual([
      [1n, '[1, NULL]'],
      [5n, '[2]'],
    ]);
  });

  it('that needs a value which the load does not bring is told at once', async () => {
    await harness.run('create table t (id bigint, must varchar not null)');
    await expect(runLoad(harness, spec('append', count(1), { schema: schemaOf(), rows: [['1']] }))).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: expect.stringContaining('must') as unknown,
    });
  });

  it('that is a view is refused', async () => {
    await harness.run(`create view t as select 1 as id`);
    await expect(runLoad(harness, spec('append', count(1)))).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });
});

describe('types that meet', () => {
  const typed = (type: FieldType): Schema => ({ fields: [{ name: 'v', type, nullable: true } satisfies Field], key: [] });
  const decimal = (precision: number, scale: number): FieldType => ({ kind: 'decimal', precision, scale });
  const integer = (bits: 8 | 16 | 32 | 64 | 128, signed = true): FieldType => ({ kind: 'integer', bits, signed });

  it.each<[string, FieldType, string, string]>([
    ['tinyint', integer(64), '9223372036854775807', 'BIGINT'],
    ['uinteger', integer(32), '-1', 'BIGINT'],
    ['ubigint', integer(8), '-128', 'HUGEINT'],
    ['float', { kind: 'float', bits: 64 }, '0.1', 'DOUBLE'],
    ['decimal(5,2)', decimal(12, 4), '12345678.0001', 'DECIMAL(12,4)'],
    ['decimal(9,0)', decimal(5, 4), '1.0001', 'DECIMAL(13,4)'],
    ['integer', decimal(4, 2), '12.34', 'DECIMAL(12,2)'],
    ['decimal(38,2)', integer(8), '1', 'DECIMAL(38,2)'],
    ['varchar', { kind: 'json' }, '{"a":1}', 'VARCHAR'],
    ['varchar', { kind: 'decimal' }, '1.50', 'VARCHAR'],
    ['timestamp_s', { kind: 'timestamp', zoned: false, digits: 3 }, '2020-01-01 00:00:00.123', 'TIMESTAMP'],
  ])('a column %s takes %j, as %s', async (before, type, value, after) => {
    await harness.run(`create table t (v ${before})`);
    const attempt = runLoad(harness, spec('append', [[value], [null]], { schema: typed(type) }));
    if (before === 'timestamp_s') return expect(attempt).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH' });
    expect((await attempt).counts.inserted).toBe(2);
    expect(await rowsOf(`select data_type from duckdb_columns() where table_name = 't'`)).toEqual([[after]]);
    const stored = await harness.sql((session) => session.rows('select cast(v as varchar) as v from t where v is not null'));
    expect(Number(stored[0]?.['v']) === Number(value) || stored[0]?.['v'] === value).toBe(true);
  });

  it.each<[string, FieldType]>([
    ['varchar', integer(32)],
    ['integer', text],
    ['decimal(38,0)', decimal(38, 10)],
    ['double', integer(64)],
    ['date', { kind: 'timestamp', zoned: false, digits: 6 }],
    ['timestamp', { kind: 'timestamp', zoned: true, digits: 6 }],
    ['uuid', integer(8)],
    ['struct(a integer)', { kind: 'json' }],
    ['bignum', { kind: 'decimal' }],
  ])('a column %s never takes %j: a cast is asked for', async (before, type) => {
    await harness.run(`create table t (v ${before})`);
    await expect(runLoad(harness, spec('append', [[null]], { schema: typed(type) }))).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      hint: expect.stringContaining('cast') as unknown,
    });
  });

  it('keep a native type of DuckDB from one database to the next', async () => {
    const native = (name: string, type: FieldType, nativeType: string): Field => ({
      name,
      type,
      nullable: true,
      native: { dialect: 'duckdb', type: nativeType },
    });
    const own: Schema = { fields: [native('u', text, 'UUID'), native('s', { kind: 'json' }, 'STRUCT(a INTEGER, b VARCHAR[])')], key: [] };
    await runLoad(harness, spec('append', [['6d3d2541-00e0-4f0c-a4b0-000000000001', '{"a":1,"b":["x"]}']], { schema: own }));
    expect(await rowsOf(`select typeof(u), typeof(s), s.b[1] from t`)).toEqual([['UUID', 'STRUCT(a INTEGER, b VARCHAR[])', 'x']]);
  });
});

describe('a load that was interrupted', () => {
  const many = count(2500);

  it.each(modes)('goes on behind each of its saves in mode %s, to the same target', async (mode) => {
    const before: TextRow[] = [
      ['3', 'before'],
      ['9000', 'before'],
    ];
    const expected = spec(mode, many, { options: { table: 'expected' }, id: 'job/expected' });
    await runLoad(harness, { ...expected, rows: before, run: 'r0' });
    const { counts } = await runLoad(harness, expected);
    const select = (table: string): string => `select id, name from "${table}" order by all`;
    for (const stop of [1, 3]) {
      const table = `t${stop}`;
      const one = spec(mode, many, { options: { table }, id: `job/${table}`, every: 700 });
      await runLoad(harness, { ...one, rows: before, run: 'r0' });
      const first = await connect(harness);
      const load = await begin(first, one);
      await writeRest(load, { ...one, rows: many.slice(0, stop * 700) });
      const writer = await load.part('0');
      await load.suspend();
      await writer.close();
      await first.close();
      const second = await connect(harness);
      const again = await begin(second, one);
      expect((await again.part('0')).after).toBe(stop * 700);
      await writeRest(again, one);
      expect(await finish(again, one)).toEqual(counts);
      await second.close();
      expect(await rowsOf(select(table))).toEqual(await rowsOf(select('expected')));
    }
  });

  it('leaves neither staging nor segments behind, whether published or discarded', async () => {
    const connection = await connect(harness);
    const load = await begin(connection, spec('append', count(5)));
    await writeRest(load, spec('append', count(5)));
    await load.discard();
    await connection.close();
    await runLoad(harness, spec('merge', count(5), { run: 'r2' }));
    expect(await rowsOf(`select table_name from duckdb_tables() where table_name like '%stage%' or temporary`)).toEqual([]);
  });

  it('begins anew where its staging is not what was saved', async () => {
    const connection = await connect(harness);
    const load = await begin(connection, spec('append', count(5)));
    await writeRest(load, spec('append', count(5)));
    await load.suspend();
    const [[staging]] = (await rowsOf(`select table_name from duckdb_tables() where table_name like '_etl_stage%'`)) as [[string]];
    await harness.run(`delete from "${staging}" where id = 3`);
    await expect(begin(connection, spec('append', count(5)))).rejects.toMatchObject({ code: 'STAGING_LOST' });
    await connection.close();
    expect((await runLoad(harness, spec('append', count(5), { run: 'r2' }))).counts.inserted).toBe(5);
  });
});

it('keeps state, staging and rows apart by schema, with names of any kind', async () => {
  const options = { table: 'my "table"', schema: 'sélect', staging: { schema: 'scratch pad' } };
  await runLoad(harness, spec('replace', count(4), { options }));
  await runLoad(harness, spec('replace', count(3), { options, run: 'r2' }));
  expect(await rowsOf('select count(*) from "sélect"."my ""table"""')).toEqual([[3n]]);
});

it('publishes two loads together or neither', async () => {
  const connection = await connect(harness);
  const [one, two] = [
    spec('append', count(3), { id: 'job/a', options: { table: 'a' } }),
    spec('merge', count(3), { id: 'job/b', options: { table: 'b' } }),
  ];
  const loads = [];
  for (const each of [one, two]) {
    const load = await begin(connection, each);
    await writeRest(load, each);
    loads.push({ load, commit: { run: 'r1', rows: (await load.seal()).rows, cursors: {}, summary: null } });
  }
  const [first, second] = loads;
  if (first === undefined || second === undefined) throw new Error('two loads were begun');
  await expect(connection.publish?.([first, { ...second, commit: { ...second.commit, rows: 99 } }])).rejects.toMatchObject({
    code: 'UNBALANCED',
  });
  expect(await rowsOf(`select table_name from duckdb_tables() where table_name in ('a', 'b')`)).toEqual([]);
  expect(await connection.publish?.([first, second])).toMatchObject([{ inserted: 3 }, { inserted: 3 }]);
  expect(await connection.publish?.([first, second])).toMatchObject([{ inserted: 3 }, { inserted: 3 }]);
  expect(await rowsOf('select (select count(*) from a), (select count(*) from b)')).toEqual([[3n, 3n]]);
  await connection.close();
});

it('loads into nothing where the connection only reads', async () => {
  await harness.run('create table t (id bigint)');
  const { default: duckdb } = await import('../src/index.js');
  const { testContext, memoryStateStore } = await import('@etl/testkit');
  const context = testContext({
    directory: harness.folder,
    temporary: harness.folder,
    state: memoryStateStore(),
    signal: new AbortController().signal,
  });
  const connection = await duckdb.open({ path: harness.path, read_only: true }, context);
  await expect(connection.loader?.({ table: 't' })).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
  await connection.close();
  await expect(duckdb.open({ path: ':memory:' }, context)).rejects.toMatchObject({
    code: 'CONFIG_INVALID',
    message: expect.stringContaining('memory') as unknown,
  });
});
