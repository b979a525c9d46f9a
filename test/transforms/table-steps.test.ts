import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { typeName } from '@etl/sdk';
import fc from 'fast-check';
import { planStages, steps } from '../../src/transforms/index.js';
import { sqlDatasets } from '../../src/transforms/sql-datasets.js';
import { runOnTables } from './run-on-tables.js';
import { bindAll, openBench, runSteps, schemaOf, type Bench, type Texts } from './run-steps.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

const orders = schemaOf({ id: 'integer', customer: 'integer', total: 'decimal(12,2)', at: 'timestamp' });
const orderRows: Texts[] = [
  ['1', '7', '10.00', '2026-01-01 10:00:00'],
  ['2', null, '5.50', '2026-01-02 10:00:00'],
  ['1', '7', '12.00', '2026-01-03 10:00:00'],
  ['3', '8', null, null],
  ['2', null, '5.50', '2026-01-02 10:00:00'],
  [null, '9', '1.00', null],
  [null, '9', '2.00', null],
];
const rows = { schema: orders, rows: orderRows };
const ids = (outcome: { readonly rows: readonly Texts[] }): (string | null | undefined)[] => outcome.rows.map(([id]) => id);

describe('dedupe', () => {
  it('keeps the first row in source order; rows with a null in the key all stay', async () => {
    const out = await runOnTables(bench, { rows }, [{ dedupe: { by: ['id'] } }]);
    expect(out.rows).toEqual([orderRows[0], orderRows[1], orderRows[3], orderRows[5], orderRows[6]]);
    expect(out.counts).toEqual([{ step: 'dedupe by id', in: 7, out: 5, filtered: 0, deduplicated: 2, rejected: 0, warned: 0 }]);
    expect(out.numbers).toEqual([1n, 2n, 4n, 6n, 7n].map((n) => n * 3n + 1099511627776n));
  });

  it('keeps the last row of an order, nulls before all else', async () => {
    const out = await runOnTables(bench, { rows }, [{ dedupe: { by: ['id'], keep: 'last', order_by: ['at'] } }]);
    expect(out.rows).toEqual([orderRows[2], orderRows[3], orderRows[4], orderRows[5], orderRows[6]]);
    const byTotal = await runOnTables(bench, { rows }, [
      { dedupe: { by: ['customer'], keep: 'last', order_by: ['total'], nulls: 'equal' } },
    ]);
    expect(ids(byTotal)).toEqual(['1', '3', '2', null]);
  });

  it('compares whole rows without by, nulls alike', async () => {
    const out = await runOnTables(bench, { rows }, [{ dedupe: {} }]);
    expect(ids(out)).toEqual(['1', '2', '1', '3', null, null]);
  });

  it('refuses to keep the last of no order, and unknown columns', async () => {
    await expect(bindAll(bench, orders, [{ dedupe: { by: ['id'], keep: 'last' } }])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      hint: expect.stringMatching(/order_by/),
    });
    await expect(bindAll(bench, orders, [{ dedupe: { by: ['idd'] } }])).rejects.toMatchObject({ hint: "Did you mean 'id'?" });
  });

  it('agrees with a map in memory for any rows', async () => {
    const schema = schemaOf({ k: 'text', o: 'integer' });
    const row = fc.tuple(fc.constantFrom('a', 'b', '', null), fc.oneof(fc.constant(null), fc.integer({ min: 0, max: 3 }).map(String)));
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), async (given) => {
        const out = await runOnTables(bench, { rows: { schema, rows: given } }, [{ dedupe: { by: ['k'], keep: 'last', order_by: ['o'] } }]);
        const best = new Map<string, number>();
        for (const [at, [k, o]] of given.entries()) {
          const key = k ?? `null ${at}`;
          const before = best.get(key);
          const value = (text: string | null | undefined): number => (text == null ? -1 : Number(text));
          if (before === undefined || value(o) >= value(given[before]?.[1])) best.set(key, at);
        }
        expect(out.rows).toEqual([...best.values()].sort((a, b) => a - b).map((at) => given[at]));
      }),
      { numRuns: 40 },
    );
  });
});

describe('sql', () => {
  const customers = { schema: schemaOf({ id: 'integer', name: 'text', country: 'text' }), rows: [['7', 'Ada', 'DE'], ['8', 'Bo', null]] as Texts[] }; // prettier-ignore

  it('makes a dataset of others, in the order it says, with the types of the columns', async () => {
    const out = await runOnTables(
      bench,
      { orders: rows, customers },
      [
        {
          sql: 'with paid as (select * from orders where total > 1 -- not free\n)\nselect c.name, sum(p.total) as total, count(*) as n, list(p.id order by p.id) as ids from paid p join customers c on c.id = p.customer group by all order by name desc; -- done',
        },
      ],
      { dataset: 'made' },
    );
    expect(out.schema.fields.map(({ name, type }) => [name, typeName(type)])).toEqual([['name', 'text'], ['total', 'decimal(38,2)'], ['n', 'integer'], ['ids', 'json']]); // prettier-ignore
    expect(out.rows).toEqual([['Ada', '22.00', '2', '[1,1]']]);
    expect(out.counts).toEqual([{ step: 'sql', in: 9, out: 1, filtered: 0, deduplicated: 0, rejected: 0, warned: 0 }]);
    expect(out.numbers).toEqual([1n]);
  });

  it('keeps the order of ORDER BY over many rows', async () => {
    const many = Array.from({ length: 20_000 }, (_, at): Texts => [String((at * 7919) % 20_011), null, null, null]);
    const out = await runOnTables(bench, { orders: { schema: orders, rows: many } }, [{ sql: 'select id from orders order by id desc' }], {
      dataset: 'made',
    });
    expect(out.rows.map(([id]) => Number(id))).toEqual(many.map(([id]) => Number(id)).sort((a, b) => b - a));
  });

  it('does not see the row number of the spool, binds parameters, and may read its own dataset', async () => {
    const params = { least: { type: { kind: 'decimal', precision: 12, scale: 2 }, value: '6.00' } } as const;
    const out = await runOnTables(bench, { rows }, [{ sql: "select *, ':least' as t from rows where total > :least" }], { params });
    expect(out.schema.fields.map(({ name }) => name)).toEqual(['id', 'customer', 'total', 'at', 't']);
    expect(out.rows.map(([id, , total, , t]) => [id, total, t])).toEqual([['1', '10.00', ':least'], ['1', '12.00', ':least']]); // prettier-ignore
  });

  it('names of datasets and columns may be anything', async () => {
    const odd = { schema: schemaOf({ 'select "x"': 'integer', 'a b': 'text' }), rows: [['1', 'z']] as Texts[] };
    const out = await runOnTables(bench, { 'order lines': odd }, [{ sql: 'select "select ""x""" + 1 as n, "a b" from "order lines"' }], {
      dataset: 'made',
    });
    expect(out.rows).toEqual([['2', 'z']]);
  });

  it.each([
    ['select * from ordrs', /there is no dataset ordrs before this step \(line 1, column 15 of the SQL\)/, "Did you mean 'orders'?"],
    ['select id,\n  totl\nfrom orders', /totl.*\(line 2, column 3 of the SQL\)/, undefined],
    ['select id,\n  :since,\n totl from orders', /totl.*\(line 3, column 2 of the SQL\)/, undefined],
    ['selct id from orders', /syntax error/, undefined],
    ['select id from orders where', /syntax error/, undefined],
    ['delete from orders', /DELETE is not a SELECT/, /belong under load/],
    ["copy orders to 'x.csv'", /COPY is not a SELECT/, undefined],
    ['select 1; select 2', /not several statements/, undefined],
    ["select * from read_csv('/etc/passwd')", /read_csv reads from outside/, /Add an extract/],
    ["select * from '/etc/passwd'", /is a file, not a dataset/, undefined],
    ['select * from information_schema.tables', /not a dataset/, undefined],
    ['select * from duckdb_settings()', /reads from outside/, undefined],
    ['select now() as at from orders', /now reads the clock/, /:run_started/],
    ['select id from orders where "at" < current_timestamp', /current_timestamp reads the clock/, undefined],
    ['select id from orders order by random()', /random gives another/, undefined],
    ['select id from orders using sample 10', /a sample is another one each time/, undefined],
    ['select id, id from orders', /two columns named id/, undefined],
    ['select id, total as ID from orders', /differ only in case/, undefined],
    ['select 1 as _etl_row', /keeps for itself/, undefined],
    ['select avg(total) as mean from orders', /column mean is a float made of decimals/, /cast\(/],
    ['select id from orders where id > :nope', /:nope is not a parameter/, undefined],
    ['describe orders', /SHOW and DESCRIBE/, undefined],
  ])('refuses %j', async (written, message, hint) => {
    const params = { since: { type: { kind: 'date' }, value: '2026-01-01' } } as const;
    const made = runOnTables(bench, { orders: rows }, [{ sql: written }], { dataset: 'made', params });
    await expect(made).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
      place: { file: 'jobs/x/job.yaml', line: 9 },
    });
    if (hint !== undefined)
      await expect(made).rejects.toMatchObject({ hint: typeof hint === 'string' ? hint : expect.stringMatching(hint) });
  });

  it('stops the job where it fails on a row, without the value', async () => {
    const names = { schema: schemaOf({ v: 'text' }), rows: [['1'], ['secret-4711']] as Texts[] };
    const made = runOnTables(bench, { rows: names }, [{ sql: 'select cast(v as integer) as n from rows' }]);
    await expect(made).rejects.toMatchObject({ code: 'SQL_FAILED', message: expect.not.stringContaining('4711') });
  });

  it('says which datasets it reads before anything is opened', () => {
    expect(sqlDatasets('select * from a join "b c" using (id), d left join lateral (select 1 from e) x on true')).toEqual([
      'a',
      'b c',
      'd',
      'e',
    ]);
    expect(
      sqlDatasets(
        "with q as (select extract(year from at), trim(both from n) from a where x is distinct from y) select * from q, range(3) r where n in (select n from z) -- from w\n and 'from v' = ''",
      ),
    ).toEqual(['a', 'z']);
    expect(sqlDatasets('from a select x, y')).toEqual(['a']);
    expect(sqlDatasets('select (select max(i) from b), c from (a join d on a.i = d.i, g)')).toEqual(['b', 'a', 'd', 'g']);
    expect(steps.get('sql')?.reads?.('select * from a')).toEqual(['a']);
  });
});

describe('row steps on a table', () => {
  const wishes = [
    { filter: 'id is not null' },
    { derive: { twice: 'cast(total * 2 as decimal(14,2))' } },
    { rename: { customer: 'who' } },
    {
      check: [
        { expression: 'twice < 24', on_fail: 'reject' },
        { expression: 'who = 7', on_fail: 'warn' },
      ],
    },
    { select: ['twice', 'who', 'id'] },
  ] as const;

  it('give what they give batch by batch', async () => {
    const [stage] = planStages(await bindAll(bench, orders, wishes), orders);
    expect(stage?.kind === 'stream' && stage.runOnTable !== undefined).toBe(true);
    const onTable = await runOnTables(bench, { rows }, wishes);
    const streamed = await runSteps(bench, orders, orderRows, wishes);
    expect(onTable.rows).toEqual(streamed.rows);
    expect(onTable.counts).toEqual(streamed.counts);
    expect(onTable.rejects.map(({ step, reason, values }) => [step, reason, values])).toEqual(
      streamed.rejects.map(({ step, reason, values }) => [step, reason, values]),
    );
    expect(onTable.counts.map(({ rejected, warned, filtered }) => [filtered, rejected, warned])).toEqual([[2, 0, 0], [0, 0, 0], [0, 0, 0], [0, 1, 0], [0, 0, 1], [0, 0, 0]]); // prettier-ignore
  });

  it('bind the parameters of each step where it is evaluated', async () => {
    const money = (value: string) => ({ type: { kind: 'decimal', precision: 12, scale: 2 }, value }) as const;
    const params = { a: money('1.00'), b: money('11.00'), c: money('0.50') };
    const bound = [
      { filter: 'total > :a' },
      { check: [{ expression: 'total < :b', on_fail: 'reject' }] },
      { derive: { less: 'total - :c' } },
    ];
    const onTable = await runOnTables(bench, { rows }, bound, { params });
    const streamed = await runSteps(bench, orders, orderRows, bound, { params });
    expect([onTable.rows, onTable.counts, onTable.rejects]).toEqual([
      streamed.rows,
      streamed.counts,
      streamed.rejects.map((reject) => expect.objectContaining({ reason: reject.reason, values: reject.values })),
    ]);
    expect(onTable.rejects).toHaveLength(1);
  });

  it('reject single rows where an expression fails, and keep the row numbers', async () => {
    const schema = schemaOf({ v: 'text' });
    const texts: Texts[] = [['1'], ['x'], ['3']];
    const out = await runOnTables(bench, { rows: { schema, rows: texts } }, [{ derive: { n: 'cast(v as integer)' } }]);
    expect(out.rows).toEqual([['1', '1'], ['3', '3']]); // prettier-ignore
    expect(out.numbers).toEqual([1n, 3n].map((n) => n * 3n + 1099511627776n));
    expect(out.rejects).toMatchObject([{ step: 'derive n', values: ['x'] }]);
  });

  it('reject a row on which a column fails that is dropped again', async () => {
    const names = { schema: schemaOf({ v: 'text' }), rows: [['1'], ['x']] as Texts[] };
    const out = await runOnTables(bench, { rows: names }, [{ derive: { n: 'cast(v as integer)' } }, { select: ['v'] }]);
    expect(out.rows).toEqual([['1']]);
    expect(out.counts.map(({ rejected }) => rejected)).toEqual([1, 0]);
  });

  it('cast numbers as the cells are cast, and say the same of those that do not fit', async () => {
    const schema = schemaOf({ n: 'int64', d: 'decimal(9,2)' });
    const types = fc.constantFrom('int32', 'int16', 'uint8', 'decimal(6,0)', 'decimal(8,3)', 'decimal(38,2)');
    const numbers = fc.array(
      fc.tuple(
        fc.option(fc.oneof(fc.bigInt({ min: -(2n ** 63n), max: 2n ** 63n - 1n }), fc.bigInt({ min: -99999n, max: 99999n }))),
        fc.option(fc.bigInt({ min: -999999999n, max: 999999999n })),
      ),
      { minLength: 1, maxLength: 20 },
    );
    const cents = (value: bigint): string =>
      `${value < 0n ? '-' : ''}${(value < 0n ? -value : value) / 100n}.${String((value < 0n ? -value : value) % 100n).padStart(2, '0')}`;
    await fc.assert(
      fc.asyncProperty(
        numbers,
        types,
        types.filter((type) => !/int|,0/u.test(type)),
        async (given, n, d) => {
          const texts: Texts[] = given.map(([whole, part]) => [whole === null ? null : String(whole), part === null ? null : cents(part)]);
          const wished = [{ filter: 'd is null or d <> 1' }, { cast: { n, d } }, { derive: { sum: 'cast(n as hugeint) + 1' } }];
          const onTable = await runOnTables(bench, { rows: { schema, rows: texts } }, wished);
          const streamed = await runSteps(bench, schema, texts, wished);
          expect([onTable.rows, onTable.counts]).toEqual([streamed.rows, streamed.counts]);
          expect(onTable.rejects.map(({ step, reason, field, values }) => [step, reason, field, values])).toEqual(
            streamed.rejects.map(({ step, reason, field, values }) => [step, reason, field, values]),
          );
        },
      ),
      { numRuns: 25 },
    );
  });

  it('give the same where views stand for tables', async () => {
    const many = [...wishes, { dedupe: { by: ['who'] } }, { check: [{ field: 'who', unique: true, on_fail: 'reject' }] }];
    const views = await runOnTables(bench, { rows }, many, { lazy: true });
    const tables = await runOnTables(bench, { rows }, many);
    expect([views.rows, views.numbers, views.counts, views.rejects]).toEqual([tables.rows, tables.numbers, tables.counts, tables.rejects]);
    expect(views.rejects[0]?.origin?.first).toBeGreaterThan(0);
  });

  it('run batch by batch where they are not all SQL', async () => {
    const out = await runOnTables(bench, { rows }, [{ cast: { total: 'decimal(14,3)' } }, { filter: 'total > 6' }]);
    expect(out.rows.map(([, , total]) => total)).toEqual(['10.000', '12.000']);
    expect(out.counts.map(({ in: got, out: left }) => [got, left])).toEqual([[7, 7], [7, 2]]); // prettier-ignore
  });
});
