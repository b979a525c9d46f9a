import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import type { Extractor, Field, Parents, ReadRequest } from '@etl/sdk';
import { textRowsOf, type TextRow } from '@etl/testkit';
import { DuckDbHarness } from './duckdb-harness.js';
import { connect } from './run-load.js';

let harness: DuckDbHarness;
beforeEach(async () => {
  harness = await DuckDbHarness.create();
  await harness.run(`create table orders (id bigint, customer varchar, total decimal(8,2), changed timestamp);
    insert into orders values (1, '007', 1.50, '2026-01-01'), (2, '007', 2.50, '2026-01-02'), (3, 'o''x', 3, '2026-01-03'), (4, null, 4, '2026-01-04'), (5, 'z', 5, '2026-01-05')`);
});
afterEach(() => harness.remove());

const customer: Field = { name: 'customer id', type: { kind: 'text' }, nullable: true };
const least: Field = { name: 'least', type: { kind: 'decimal', precision: 8, scale: 2 }, nullable: true };

async function withExtractor<T>(options: unknown, work: (extractor: Extractor) => Promise<T>): Promise<T> {
  const connection = await connect(harness);
  try {
    const extractor = await connection.extractor?.(options);
    if (extractor === undefined) throw new Error('no extractor');
    return await work(extractor);
  } finally {
    await connection.close();
  }
}

const request: ReadRequest = { since: null, hold: null, parts: 4 };

const readEach = (
  options: unknown,
  parents: Parents,
  more: Partial<ReadRequest> = {},
): Promise<{ names: string[]; rows: TextRow[]; parts: number; until: unknown }> =>
  withExtractor(options, async (extractor) => {
    const { fields, include } = parents;
    const plan = await extractor.plan({ ...request, parents: { fields, include }, ...more });
    expect((await extractor.describe({ fields, include })).schema.fields.slice(0, include.length)).toEqual(
      plan.schema.fields.slice(0, include.length),
    );
    const rows: TextRow[] = [];
    for (const part of JSON.parse(JSON.stringify(plan.parts)) as typeof plan.parts)
      for await (const chunk of extractor.read(part, null, parents)) rows.push(...textRowsOf(plan.schema, chunk.batch));
    return {
      names: plan.schema.fields.map(({ name }) => name),
      rows: rows.sort((a, b) => String(a).localeCompare(String(b))),
      parts: plan.parts.length,
      until: plan.until,
    };
  });

const someone: Parents = { fields: [customer], include: ['customer id'], rows: [['007'], ["o'x"], ['nobody']] };

describe('a read for each row of another dataset', () => {
  it('gives what the query gives for each, in one statement, with the values carried and never written into the text', async () => {
    const options = { query: 'select id, total from orders where customer = :least and total >= 2' };
    const parents: Parents = { ...someone, fields: [{ ...customer, name: 'least' }], include: ['least'] };
    expect(await readEach(options, parents)).toMatchObject({
      names: ['least', 'id', 'total'],
      rows: [
        ['007', '2', '2.50'],
        ["o'x", '3', '3.00'],
      ],
      parts: 1,
    });
  });

  it('keeps what belongs to one run of the query: its order, limit and aggregates', async () => {
    const parents: Parents = { fields: [{ ...customer, name: 'c' }], include: ['c'], rows: [['007'], ["o'x"], ['nobody']] };
    const newest = await readEach({ query: 'select id from orders where customer = :c order by total desc limit 1;' }, parents);
    expect(newest.rows).toEqual([
      ['007', '2'],
      ["o'x", '3'],
    ]);
    const counted = await readEach({ query: "select count(*) as n, ':c' as text from orders where customer = :c" }, parents);
    expect(counted.rows).toEqual([
      ['007', '2', ':c'],
      ['nobody', '0', ':c'],
      ["o'x", '1', ':c'],
    ]);
  });

  it('binds several columns as their types, beside the parameters of the job', async () => {
    const parents: Parents = {
      fields: [{ ...customer, name: 'c' }, least],
      include: [],
      rows: [
        ['007', '1.51'],
        ["o'x", '0.00'],
        ['z', '5.00'],
      ],
    };
    const options = { table: 'orders', where: 'customer = :c and total >= :least and id < :top', columns: ['id'], params: { top: '5' } };
    expect(await readEach(options, parents)).toMatchObject({ names: ['id'], rows: [['2'], ['3']] });
  });

  it('fixes the bound of a cursor over the whole table, and reads only what lies behind it', async () => {
    const options = { table: 'orders', where: 'customer = :c', cursor: { field: 'changed' } };
    const parents: Parents = { fields: [{ ...customer, name: 'c' }], include: [], rows: [['007']] };
    expect(await readEach(options, parents, { since: '2026-01-01 00:00:00' })).toMatchObject({
      until: '2026-01-05 00:00:00',
      rows: [['2', '007', '2.50', expect.anything()]],
    });
    await expect(
      readEach({ query: 'select * from orders where customer = :c', cursor: { field: 'changed' } }, parents),
    ).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses a column that is carried and read, and a table that is not there', async () => {
    const parents: Parents = { fields: [{ ...customer, name: 'CUSTOMER' }], include: ['CUSTOMER'], rows: [['007']] };
    await expect(readEach({ table: 'orders', where: 'customer = :CUSTOMER' }, parents)).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      hint: expect.stringContaining('include'),
    });
    await expect(readEach({ table: 'ordrs', where: 'customer = :CUSTOMER' }, parents)).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('takes as many parents at once as it says', async () => {
    await harness.run(`create table many as select i as id, 'c' || (i % 3000) as customer from range(6000) r(i)`);
    const parents: Parents = {
      fields: [{ ...customer, name: 'c' }],
      include: [],
      rows: Array.from({ length: 1000 }, (_, at) => [`c${at}`]),
    };
    expect((await readEach({ table: 'many', where: 'customer = :c' }, parents)).rows).toHaveLength(2000);
    await withExtractor({ table: 'many', where: 'customer = :c' }, async (extractor) => {
      expect((await extractor.plan({ ...request, parents: { fields: parents.fields, include: [] } })).parentsAtOnce).toBe(1000);
    });
  });
});

describe('a condition of a table', () => {
  it('binds its parameters', async () => {
    await withExtractor({ table: 'orders', where: 'total > :least', params: { least: '2.75' } }, async (extractor) => {
      const plan = await extractor.plan(request);
      const rows: TextRow[] = [];
      for (const part of plan.parts) for await (const { batch } of extractor.read(part, null)) rows.push(...textRowsOf(plan.schema, batch));
      expect(rows.map(([id]) => id)).toEqual(['3', '4', '5']);
    });
  });
});
