import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Chunk, Connection, Extractor, Part, Position, ReadPlan, ReadRequest, Schema } from '@etl/sdk';
import { textRowsOf, type TextRow } from '@etl/testkit';
import { DuckDbHarness } from './duckdb-harness.js';
import { connect } from './run-load.js';

let harness: DuckDbHarness;
let connection: Connection;
beforeEach(async () => {
  harness = await DuckDbHarness.create();
  connection = await connect(harness);
});
afterEach(async () => {
  await connection.close();
  await harness.remove();
});

const request: ReadRequest = { since: null, hold: null, parts: 1 };

async function extractor(options: unknown): Promise<Extractor> {
  const opened = await connection.extractor?.(options);
  if (opened === undefined) throw new Error('no extractor');
  return opened;
}

async function chunksOf(one: Extractor, part: Part | undefined, after: Position | null = null): Promise<Chunk[]> {
  if (part === undefined) throw new Error('no part');
  const chunks: Chunk[] = [];
  for await (const chunk of one.read(part, after)) chunks.push(chunk);
  return chunks;
}

const rowsOf = (chunks: readonly Chunk[], schema: Schema): TextRow[] => chunks.flatMap(({ batch }) => textRowsOf(schema, batch));

async function readAll(options: unknown, more: Partial<ReadRequest> = {}): Promise<{ plan: ReadPlan; rows: TextRow[] }> {
  const one = await extractor(options);
  const plan = await one.plan({ ...request, ...more });
  const rows: TextRow[] = [];
  for (const part of plan.parts) rows.push(...rowsOf(await chunksOf(one, part), plan.schema));
  return { plan, rows };
}

const ids = (rows: readonly TextRow[]): number[] => rows.map(([id]) => Number(id)).sort((a, b) => a - b);

describe('a cursor', () => {
  const cursor = { table: 't', cursor: { field: 'at' } };
  const seed = (): Promise<number> =>
    harness.run(`create table t as select range::bigint as id, timestamp '2020-01-01' + to_minutes(range::bigint) as at from range(10)`);

  it('takes each row once: after the last value published, up to the newest', async () => {
    await seed();
    const first = await readAll(cursor);
    expect([ids(first.rows), first.plan.until, first.plan.expect]).toEqual([
      [0, 1, 2, 3, 4, 5, 6, 7, 8, 9],
      '2020-01-01 00:09:00',
      { rows: 10 },
    ]);
    await harness.run(`insert into t values (10, '2020-01-01 00:09:00'), (11, '2020-01-01 00:09:00.000001')`);
    const second = await readAll(cursor, { since: first.plan.until });
    expect([ids(second.rows), second.plan.until]).toEqual([[11], '2020-01-01 00:09:00.000001']);
    const third = await readAll(cursor, { since: second.plan.until });
    expect([third.rows, third.plan.until]).toEqual([[], second.plan.until]);
  });

  it('is fixed before the first row: later rows wait for the next run', async () => {
    await seed();
    const one = await extractor(cursor);
    const plan = await one.plan(request);
    await harness.run(`insert into t values (99, '2020-01-01 00:09:30')`);
    expect(ids(rowsOf(await chunksOf(one, plan.parts[0]), plan.schema))).not.toContain(99);
    expect(ids((await readAll(cursor, { since: plan.until })).rows)).toEqual([99]);
  });

  it('reads the time of its lag again in a merge, and holds it back in an append', async () => {
    await seed();
    const lagged = { table: 't', cursor: { field: 'at', lag: 120_000 } };
    expect(ids((await readAll(lagged, { since: '2020-01-01 00:09:00' })).rows)).toEqual([8, 9]);
    await harness.run(`insert into t select 50, (now() at time zone 'UTC')::timestamp`);
    const held = await readAll(lagged, { hold: 3_600_000 });
    expect(ids(held.rows)).not.toContain(50);
    expect(held.plan.until).toEqual(expect.stringMatching(/^2(?!020)\d{3}-/));
    expect(ids((await readAll(lagged, { since: '2020-01-01 00:09:00', hold: 3_600_000 })).rows)).toEqual([]);
  });

  it('never goes back where the newest rows were deleted', async () => {
    await seed();
    await harness.run('delete from t where id > 5');
    expect((await readAll(cursor, { since: '2020-01-01 00:09:00' })).plan.until).toBe('2020-01-01 00:09:00');
  });

  it('that some rows do not have is told, since they would never be read', async () => {
    await seed();
    await harness.run('insert into t values (77, null)');
    await expect(readAll(cursor)).rejects.toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('"at" is not null') as unknown,
    });
    expect(ids((await readAll({ ...cursor, where: '"at" is not null' })).rows)).toHaveLength(10);
  });

  it('by number is compared as a number, to the last digit', async () => {
    await harness.run(`create table t as select unnest([9, 10, 9007199254740993, 9007199254740992])::hugeint as id`);
    const byId = { table: 't', cursor: { field: 'id' } };
    expect((await readAll(byId)).plan.until).toBe('9007199254740993');
    expect((await readAll(byId, { since: '9007199254740992' })).rows).toEqual([['9007199254740993']]);
    await expect(readAll(byId, { hold: 1000 })).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringContaining('settled') as unknown,
    });
  });
});

describe('a query', () => {
  it('takes its parameters as values, wherever a name may stand and nowhere else', async () => {
    await harness.run(`create table t as select range::bigint as id, 'it''s :min' as s from range(5)`);
    const query = `select id, ':min' as lit, s::varchar as c -- :min\nfrom t /* :min */ where id >= :min and s = :s;`;
    const { rows, plan } = await readAll({ query, params: { min: '3', s: `it's :min` } });
    expect(rows).toEqual([
      ['3', ':min', `it's :min`],
      ['4', ':min', `it's :min`],
    ]);
    expect(plan.resume).toBe('part');
  });

  it('with an order key goes on behind any chunk, without a gap or a repeat', async () => {
    await harness.run(
      `create table t as select (range // 3)::varchar as a, (range % 3)::decimal(5,1) as b, repeat('x', 300) as fill from range(60000) order by hash(range)`,
    );
    const one = await extractor({ query: 'select * from t', order_key: ['a', 'b'] });
    const plan = await one.plan(request);
    expect(plan.resume).toBe('position');
    const chunks = await chunksOf(one, plan.parts[0]);
    expect(chunks.length).toBeGreaterThan(2);
    const all = rowsOf(chunks, plan.schema);
    for (let at = 0; at < chunks.length; at++) {
      const rest = await chunksOf(one, plan.parts[0], JSON.parse(JSON.stringify(chunks[at]?.position)) as Position);
      const before = chunks.slice(0, at + 1).reduce((sum, { batch }) => sum + batch.length, 0);
      expect(rowsOf(rest, plan.schema)).toEqual(all.slice(before));
      expect(rest[0]?.batch.origin?.first ?? before).toBe(before);
    }
  });

  it('whose order key does not tell rows apart is refused', async () => {
    await harness.run(`create table t as select 1 as a union all select 1`);
    await expect(readAll({ query: 'select * from t', order_key: ['a'] })).rejects.toMatchObject({ code: 'DATA_INVALID' });
  });

  it.each([
    ['delete from t', 'SQL_FAILED'],
    ['select 1; drop table t', 'SQL_FAILED'],
    ['select * from missing', 'NOT_FOUND'],
    [`select * from read_csv('/etc/passwd')`, 'PERMISSION_DENIED'],
  ])('%s is refused', async (query, code) => {
    await harness.run('create table t as select 1 as a');
    await expect(readAll({ query })).rejects.toMatchObject({ code });
    expect((await readAll({ table: 't' })).rows).toEqual([['1']]);
  });

  it('that gives other rows each time is told, since nobody could say whether all came', async () => {
    await expect(readAll({ query: 'select range as n from range(1000) where random() < 0.5' })).rejects.toMatchObject({
      code: 'NOT_FOUND',
    });
    await harness.run('create table t as select 1 as a');
    await expect(readAll({ query: 'select range as n from range(100000) where random() < 0.5' })).rejects.toMatchObject({
      code: 'UNBALANCED',
    });
  });
});

it('reads a table in parts side by side, each row once', async () => {
  await harness.run('create table t as select range as id from range(500000)');
  const one = await extractor({ table: 't' });
  const plan = await one.plan({ ...request, parts: 4 });
  expect(plan.parts).toHaveLength(4);
  const parts = await Promise.all(plan.parts.map((part) => chunksOf(one, part)));
  const seen = parts.flatMap((chunks) => ids(rowsOf(chunks, plan.schema)));
  expect([seen.length, new Set(seen).size]).toEqual([500_000, 500_000]);
});

it('tells tables and views, not what the loader keeps for itself', async () => {
  await harness.run(
    `create table b (id bigint primary key, n uuid not null); create view a as select 1 as x; create schema s; create table s.c (x int); create table _etl_state (x int)`,
  );
  expect(await connection.catalog?.tables()).toEqual(['a', 'b', 's.c']);
  expect(await connection.catalog?.describe('b')).toMatchObject({
    key: ['id'],
    fields: [
      { name: 'id', nullable: false },
      { name: 'n', nullable: false, native: { type: 'UUID' } },
    ],
  });
  expect(await connection.catalog?.describe('s.c')).toMatchObject({ fields: [{ name: 'x' }] });
  await expect(connection.catalog?.describe('bb')).rejects.toMatchObject({ code: 'NOT_FOUND', hint: 'Did you mean main.b?' });
});
