import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, type LoadCounts, type Mode } from '@etl/sdk';
import { compareLoad, field, int64, schemaOf, text, type LoadSpec, type TextRow } from '@etl/testkit';
import { createHash } from 'node:crypto';
import { PostgresHarness } from './postgres-harness.js';
import { connect, runLoad } from './run-load.js';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await PostgresHarness.create();
}, 60_000);
afterAll(() => harness.remove());

let tables = 0;

/** A table of its own: `$` in the statements stands for its name. */
async function made(statements: string): Promise<string> {
  const table = `m${++tables}`;
  await harness.server.sql(statements.replaceAll('$', table));
  return table;
}

const names = schemaOf(field('name', text));
const specOf = (table: string, rows: readonly TextRow[], more: Partial<LoadSpec> = {}): LoadSpec => ({
  id: `job/${table}`, options: { table }, schema: names, mode: 'merge', key: ['id'], rows, ...more,
}); // prettier-ignore

/** What a load answers; what was told of it before is held to that. */
async function loaded(spec: LoadSpec): Promise<Partial<LoadCounts>> {
  const connection = await connect(harness.connection());
  const told = await compareLoad(connection, spec).finally(() => connection.close());
  const { counts } = await runLoad(harness.connection(), spec);
  expect(told).toEqual(counts);
  return Object.fromEntries(Object.entries(counts).filter(([, rows]) => rows > 0));
}

const rowsOf = async (table: string, columns = '*', order = '1'): Promise<string> =>
  (await harness.server.sql(`select ${columns} from ${table} order by ${order}`)).trim();

async function code(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return isEtlError(error) ? error.code : error;
  }
}

/** Text that no compression makes short enough for an index. */
const long = (seed: string): string =>
  Array.from({ length: 200 }, (_, at) => createHash('sha256').update(`${seed} ${at}`).digest('base64')).join('');

describe('keys that stand in a load more than once', () => {
  const twice: readonly TextRow[] = [['1', 'x'], ['2', 'b'], ['1', 'a'], ['3', 'c'], ['2', 'y'], ['4', 'd'], ['3', 'z'], ['1', 'a']]; // prettier-ignore
  const kept = '1\ta\n2\ty\n3\tz\n4\td';

  it.each<[Mode, Partial<LoadCounts>]>([
    ['merge', { updated: 1, inserted: 2, unchanged: 1 }],
    ['insert-new', { inserted: 2, skipped: 2 }],
    ['replace', { inserted: 4, deleted: 2 }],
  ])('are counted by mode %s, which takes the last of each', async (mode, counts) => {
    const table = await made(`create table $ (id bigint primary key, name text); insert into $ values (1, 'a'), (2, 'old')`);
    expect(await loaded(specOf(table, twice, { mode }))).toEqual({ in: 8, deduplicated: 4, ...counts });
    expect(await rowsOf(table)).toBe(mode === 'insert-new' ? kept.replace('y', 'old') : kept);
  });

  it('leave the rows of the table where they are that are in the end what they were', async () => {
    const table = await made(`create table $ (id bigint primary key, name text); insert into $ select n, 'a' from generate_series(1, 3) n`);
    const before = await rowsOf(table, 'ctid, xmin, id', '3');
    expect(await loaded(specOf(table, [['1', 'b'], ['2', 'a'], ['1', 'a']]))).toEqual({ in: 3, unchanged: 2, deduplicated: 1 }); // prettier-ignore
    expect(await rowsOf(table, 'ctid, xmin, id', '3')).toBe(before);
  });

  it('are found among keys that are too long for an index', async () => {
    const schema = { fields: [field('id', text), field('name', text)], key: ['id'] };
    const table = await made('create table $ (id text, name text)');
    await harness.server.sql(`insert into ${table} values ('${long('a')}', 'old')`);
    const rows: readonly TextRow[] = [[long('a'), 'x'], [long('b'), 'b'], [long('a'), 'a'], ['short', 's']]; // prettier-ignore
    expect(await loaded(specOf(table, rows, { schema }))).toEqual({ in: 4, updated: 1, inserted: 2, deduplicated: 1 });
    expect(await loaded(specOf(table, rows.slice(1), { schema, run: 'r2' }))).toEqual({ in: 3, unchanged: 3 });
  });

  it('are told apart as far as the server tells values apart: by case and spaces in text, not by digits in numbers', async () => {
    const schema = { fields: [field('id', text), field('n', { kind: 'decimal' }), field('name', text)], key: ['id', 'n'] };
    const table = await made('create table $ (id text, n numeric, name text, primary key (id, n))');
    const rows: readonly TextRow[] = [['a', '1', 'x'], ['A', '1', 'A'], ['a ', '1', 's'], ['a', '1.00', 'y'], ['ä', '1', 'u'], ['a\u0308', '1', 'd']]; // prettier-ignore
    expect(await loaded(specOf(table, rows, { schema, key: ['id', 'n'] }))).toEqual({ in: 6, inserted: 5, deduplicated: 1 });
    expect(await rowsOf(table, `count(*), string_agg(name, '' order by name collate "C")`)).toBe('5\tAdsuy');
  });

  it('are one where a type of the table says so', async () => {
    const table = await made(
      `create collation no_case (provider = icu, locale = 'und-u-ks-level2', deterministic = false); create domain word as text collate no_case;
       create table $ (id word primary key, name text)`,
    );
    const schema = { fields: [field('id', text), field('name', text)], key: ['id'] };
    expect(await loaded(specOf(table, [['a', 'x'], ['A', 'y'], ['b', 'z']], { schema }))).toEqual({ in: 3, inserted: 2, deduplicated: 1 }); // prettier-ignore
    expect(await rowsOf(table)).toBe('A\ty\nb\tz');
  });

  it('are found where the type of the key has no order', async () => {
    const table = await made(`create table $ (id xid, name text); insert into $ values ('1', 'a')`);
    const schema = { fields: [field('id', text), field('name', text)], key: ['id'] };
    expect(await loaded(specOf(table, [['1', 'b'], ['2', 'c']], { schema }))).toEqual({ in: 2, updated: 1, inserted: 1 }); // prettier-ignore
  });

  it('are no matter of the order in which they come, nor of their number', async () => {
    const table = await made(`create table $ (id bigint primary key, name text); insert into $ select n, 'old' from generate_series(1, 20000) n`);
    const ids = Array.from({ length: 30_000 }, (_, at) => String(10_001 + ((at * 7919) % 30_000)));
    const rows: TextRow[] = [...ids.map((id): TextRow => [id, `v${id}`]), ...ids.slice(0, 999).map((id): TextRow => [id, 'last'])];
    expect(await loaded(specOf(table, rows))).toEqual({ in: 30_999, updated: 10_000, inserted: 20_000, deduplicated: 999 });
    expect(await rowsOf(table, `count(*), count(*) filter (where name = 'last'), count(*) filter (where name = 'old')`)).toBe('40000\t999\t10000');
  }); // prettier-ignore
});

describe('a merge into a table with rules of its own', () => {
  const rows: readonly TextRow[] = [['1', 'a'], ['2', 'b'], ['3', 'c'], ['2', 'd']]; // prettier-ignore
  const counts = { in: 4, updated: 1, inserted: 1, unchanged: 1, deduplicated: 1 };
  const seed = `insert into $ (id, name) values (1, 'a'), (2, 'old')`;

  it.each<[string, string]>([
    ['generated columns', `create table $ (id bigint primary key, name text, loud text generated always as (upper(name)) stored); ${seed}`],
    ['identity columns', `create table $ (id bigint primary key, name text, n int generated always as identity); ${seed}`],
    ['domains', `create domain word_of_$ as text check (length(value) < 4); create table $ (id bigint primary key, name word_of_$); ${seed}`],
    ['partitions', `create table $ (id bigint primary key, name text) partition by range (id); create table $_low partition of $ for values from (1) to (3);
      create table $_high partition of $ default; ${seed}`],
    ['a rule', `create table $ (id bigint primary key, name text); create table $_log (id bigint); ${seed};
      create rule r as on update to $ do also insert into $_log values (new.id)`],
    ['no key that is kept unique', `create table $ (id bigint, name text); ${seed}`],
  ])('counts and keeps each row where it has %s', async (_title, statements) => {
    const table = await made(statements);
    expect(await loaded(specOf(table, rows))).toEqual(counts);
    expect(await rowsOf(table, 'id, name')).toBe('1\ta\n2\td\n3\tc');
    expect(await loaded(specOf(table, rows, { run: 'r2' }))).toEqual({ in: 4, unchanged: 3, deduplicated: 1 });
  }); // prettier-ignore

  it('tells its triggers of rows that change, and of no others', async () => {
    const table = await made(`create table $ (id bigint primary key, name text); ${seed}; create table $_told (what text, id bigint);
      create function $_tell() returns trigger language plpgsql as 'begin insert into $_told values (tg_op, new.id); return new; end';
      create trigger t before insert or update on $ for each row execute function $_tell()`);
    expect(await loaded(specOf(table, rows))).toEqual(counts);
    expect(await rowsOf(`${table}_told`, '*', '2')).toBe('UPDATE\t2\nINSERT\t3');
  });

  it.each<[string, string]>([
    ['another column unique', `create table $ (id bigint primary key, name text unique); insert into $ values (1, 'a'), (9, 'c')`],
    ['a foreign key', `create table $_names (name text primary key); insert into $_names values ('a'), ('b');
      create table $ (id bigint primary key, name text references $_names); insert into $ values (1, 'a')`],
  ])('changes nothing where it has %s that a row breaks, and is published once that is put right', async (_title, statements) => {
    const table = await made(statements);
    const before = await rowsOf(table);
    expect(await code(runLoad(harness.connection(), specOf(table, rows)))).toBe('CONFLICT');
    expect(await rowsOf(table)).toBe(before);
    await harness.server.sql(`delete from ${table} where id = 9; alter table ${table} drop constraint if exists ${table}_name_fkey`);
    const { counts: answered } = await runLoad(harness.connection(), specOf(table, rows, { run: 'r2' }));
    expect(answered).toMatchObject({ in: 4, inserted: 2, unchanged: 1, deduplicated: 1 });
  }); // prettier-ignore

  it('rejects rows without a key, and takes those as gone that it does not bring', async () => {
    const table = await made(`create table $ (id bigint primary key, name text); ${seed}; insert into $ values (8, 'gone')`);
    const spec = specOf(table, [...rows, [null, 'x']], { options: { table, missing: 'delete' } });
    const { rejects, counts: answered } = await runLoad(harness.connection(), spec);
    expect(rejects.map(({ field: named }) => named)).toEqual(['id']);
    expect(answered).toMatchObject({ ...counts, deleted: 1 });
    expect(await rowsOf(table)).toBe('1\ta\n2\td\n3\tc');
  });
});

it('a history of keys that repeat has one current version of each', async () => {
  const table = `m${++tables}`;
  const rows: readonly TextRow[] = [['1', 'a', '1'], ['2', 'b', null], ['1', 'c', '2']]; // prettier-ignore
  const schema = schemaOf(field('name', text), field('n', int64));
  const spec = specOf(table, rows, { schema, mode: 'history' });
  expect(await loaded(spec)).toEqual({ in: 3, inserted: 2, deduplicated: 1 });
  expect(await loaded({ ...spec, rows: [...rows, ['1', 'a', '1']], run: 'r2' })).toEqual({ in: 4, updated: 1, unchanged: 1, deduplicated: 2 });
}); // prettier-ignore
