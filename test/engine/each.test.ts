import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { cellsOf, cellTexts, int64, isEtlError, pickRows, text, type Extractor, type Parents, type Schema } from '@etl/sdk';
import { EngineWorld, type JobSketch, type Ran } from './engine-harness.js';

const column = (name: string, type: Schema['fields'][number]['type'] = text) => ({ name, type, nullable: true });
const customers: Schema = { fields: [column('id', int64), column('land'), column('name')], key: ['id'] };
const orders: Schema = { fields: [column('nr', int64), column('customer', int64), column('country')], key: ['nr'] };
const lines: Schema = { fields: [column('nr', int64), column('text')], key: [] };

const seedAll = (world: EngineWorld): void => {
  const people = [['1', 'DE', 'Ada'], ['2', 'FR', null], ['3', 'DE', 'Emmy'], ['4', null, 'Nobody'], ['5', 'IT', 'Enrico'], ['2', 'FR', 'twice']]; // prettier-ignore
  world.seed('customers', customers, people);
  world.seed(
    'orders',
    orders,
    Array.from({ length: 23 }, (_, at) => [String(100 + at), String((at % 7) + 1), ['DE', 'FR', 'IT', 'US', null][at % 5] ?? null]),
  );
  world.seed(
    'lines',
    lines,
    Array.from({ length: 40 }, (_, at) => [String(100 + (at % 25)), at === 3 ? null : `line ${at}`]),
  );
};

/** Counts the reads, and takes two parents at once. */
function counting(): { reads: Parents[]; tamper: (extractor: Extractor) => Extractor } {
  const reads: Parents[] = [];
  const tamper = (extractor: Extractor): Extractor => ({
    describe: (parents) => extractor.describe(parents),
    plan: async (request) => ({ ...(await extractor.plan(request)), parentsAtOnce: 2 }),
    read(part, after, parents) {
      if (parents !== undefined) reads.push(parents);
      return extractor.read(part, after, parents);
    },
    close: () => extractor.close(),
  });
  return { reads, tamper };
}

/** Has the source reject the rows of a country. */
const rejecting = (extractor: Extractor, country: string): Extractor => ({
  ...extractor,
  async *read(part, after, parents) {
    const { schema } = await extractor.describe();
    const at = schema.fields.findIndex(({ name }) => name === 'country');
    for await (const chunk of extractor.read(part, after, parents)) {
      const { batch } = chunk;
      const first = batch.origin?.first ?? 0;
      const rows = Array.from({ length: batch.length }, (_, row) => row);
      const odd = rows.filter((row) => at >= 0 && batch.rows()[row]?.[at] === country);
      const rejects = odd.map((row) => ({
        reason: 'no',
        values: cellTexts(schema, cellsOf(schema, batch), row),
        origin: { part: part.id, first: first + row },
      }));
      yield odd.length === 0
        ? chunk
        : {
            ...chunk,
            batch: pickRows(
              schema,
              batch,
              rows.filter((row) => !odd.includes(row)),
            ),
            rejects,
          };
    }
  },
});

/** Orders of the customers that remain behind the steps of another dataset, then lines of those orders; the second straight into its target. */
const chain = (parallel = 1): JobSketch => ({
  extracts: {
    lines: { table: 'lines', parallel, each: { dataset: 'wanted', distinct: ['nr'], include: ['nr'] } },
    orders: { table: 'orders', parallel, each: { dataset: 'people', distinct: ['customer'], include: [] } },
    people: 'customers',
  },
  transforms: [
    { dataset: 'lines', steps: [['check', [{ field: 'text', not_null: true, on_fail: 'reject' }]]] },
    { dataset: 'people', steps: [['rename', { id: 'customer' }], ['filter', "land is not null"], ['dedupe', { by: ['customer'] }]] },
    { dataset: 'wanted', steps: [['sql', "select o.nr, p.name from orders o join people p using (customer) where o.country is not null"]] },
  ],
  loads: [
    { dataset: 'lines', table: 'lines_out', mode: 'append' },
    { dataset: 'wanted', table: 'wanted_out', mode: 'merge', key: ['nr'] },
    { dataset: 'people', table: 'people_out', mode: 'replace' },
  ],
  tamper: counting().tamper,
}); // prettier-ignore

/** The first and, where asked for, the last time that each point is passed. Behind the very last the run is over: the next one is a new run. */
function chosen(points: readonly string[], withLast: boolean): string[] {
  const within = points.filter((point) => !point.startsWith('engine.finished'));
  const named = (point: string): string => point.slice(0, point.lastIndexOf(':'));
  return within.filter(
    (point) => point.endsWith(':1') || (withLast && within.findLast((other) => named(other) === named(point)) === point),
  );
}

const sorted = (rows: readonly (readonly (string | null)[])[]): string[] => rows.map((row) => JSON.stringify(row)).sort();

describe('a read for each row of another dataset', () => {
  let world: EngineWorld;
  beforeEach(async () => {
    world = await EngineWorld.create();
    seedAll(world);
  });
  afterEach(() => world.remove());

  const succeeded = ({ error }: Ran): void => {
    expect(error).toBeNull();
  };

  it('follows the dataset as its last step leaves it, each combination once, rows without a value left out', async () => {
    const { reads, tamper } = counting();
    const ran = await world.run({ ...chain(), tamper });
    succeeded(ran);
    const wanted = world
      .rows('orders')
      .filter(([, customer, country]) => ['1', '2', '3', '5'].includes(customer ?? '') && country !== null);
    expect(sorted(world.rows('wanted_out').map(([nr = null]) => [nr]))).toEqual(sorted(wanted.map(([nr = null]) => [nr])));
    const numbers = new Set(wanted.map(([nr]) => nr));
    const expected = world.rows('lines').filter(([nr, line]) => numbers.has(nr ?? '') && line !== null);
    expect(sorted(world.rows('lines_out'))).toEqual(sorted(expected));
    expect(reads.filter(({ fields }) => fields[0]?.name === 'customer').map(({ rows }) => rows)).toEqual([
      [[1n], [2n]],
      [[3n], [5n]],
    ]);
    expect(reads.every(({ rows }) => rows.length <= 2)).toBe(true);
    expect(ran.ledger.steps('lines')[0]).toMatchObject({ step: 'extract', in: expected.length + (numbers.has('103') ? 1 : 0) });
    expect(world.manifest).toBeNull();
  });

  it('reads batches side by side, and the same rows', async () => {
    succeeded(await world.run(chain()));
    const other = await EngineWorld.create();
    try {
      seedAll(other);
      succeeded(await other.run(chain(3)));
      for (const table of ['lines_out', 'wanted_out', 'people_out']) expect(sorted(other.rows(table))).toEqual(sorted(world.rows(table)));
    } finally {
      await other.remove();
    }
  });

  it.each([1, 2])(
    'loses no row and no reject, and doubles none, wherever a run is stopped (parallel: %i)',
    async (parallel) => {
      world.rowsPerCheckpoint = 1;
      const whole = await world.run(chain(parallel));
      succeeded(whole);
      const points = [...world.passed];
      expect(points.some((point) => point.startsWith('engine.parents'))).toBe(true);
      const tables = ['lines_out', 'wanted_out', 'people_out'];
      const facts = (ran: Ran, of: EngineWorld) => ({
        loads: ran.ledger.loads(),
        datasets: ran.ledger.datasets(),
        tables: tables.map((table) => sorted(of.rows(table))),
        rejects: [...of.rejects.values()].flat().length,
        manifest: of.manifest,
      });
      const expected = facts(whole, world);
      for (const point of chosen(points, parallel === 1)) {
        const other = await EngineWorld.create();
        try {
          seedAll(other);
          other.rowsPerCheckpoint = 1;
          other.failAt = point;
          const failed = await other.run(chain(parallel));
          expect({ point, failed: isEtlError(failed.error) }).toEqual({ point, failed: true });
          other.failAt = null;
          const again = await other.run(chain(parallel));
          succeeded(again);
          expect({ point, ...facts(again, other) }).toEqual({ point, ...expected });
        } finally {
          await other.remove();
        }
      }
    },
    240_000,
  );

  it('does not read again what was saved before a run was stopped', async () => {
    world.rowsPerCheckpoint = 1;
    const first = counting();
    world.failAt = 'memory.saved:4';
    expect((await world.run({ ...chain(), tamper: first.tamper })).error).not.toBeNull();
    world.failAt = null;
    const second = counting();
    succeeded(await world.run({ ...chain(), tamper: second.tamper }));
    expect(first.reads.filter(({ fields }) => fields[0]?.name === 'customer')).toHaveLength(2);
    expect(second.reads.filter(({ fields }) => fields[0]?.name === 'customer')).toHaveLength(0);
  });

  it('numbers rows over all batches, those that the source rejects among them', async () => {
    const job: JobSketch = {
      extracts: { people: 'customers', orders: { table: 'orders', each: { dataset: 'people', distinct: ['customer'], include: [] } } },
      transforms: [
        { dataset: 'people', steps: [['rename', { id: 'customer' }]] },
        { dataset: 'orders', steps: [['check', [{ field: 'country', not_null: true, on_fail: 'reject' }]]] },
      ],
      loads: [{ dataset: 'orders', table: 'orders_out', mode: 'append' }],
      tamper: (extractor) => rejecting(counting().tamper(extractor), 'IT'),
    };
    const ran = await world.run(job);
    succeeded(ran);
    const read = world.rows('orders').filter(([, customer]) => Number(customer) <= 5);
    const rejected = (country: string | null): number => read.filter((row) => row[2] === country).length;
    expect(ran.ledger.steps('orders')).toMatchObject([
      { step: 'extract', in: read.length, rejected: rejected('IT') },
      { rejected: rejected(null) },
    ]);
    const kept = [...world.rejects.values()].flat();
    expect(kept).toHaveLength(rejected('IT') + rejected(null));
    // Each has the number of its row among all rows of the read: two parents at once, their rows in the order of the table
    const batchOf = (customer: string | null | undefined): number => Math.ceil(Number(customer) / 2);
    const inOrder = [...read].sort((a, b) => batchOf(a[1]) - batchOf(b[1]));
    for (const { values, origin } of kept) expect(inOrder[origin?.first ?? -1]?.[0]).toBe(values[0]);
  });

  it('reads nothing where there is nothing to read for, and says which rows have no value', async () => {
    world.seed('customers', customers, [[null, 'DE', 'x']]);
    const ran = await world.run(chain());
    succeeded(ran);
    expect(world.rows('lines_out')).toEqual([]);
    expect(ran.ledger.loads()).toMatchObject([{ in: 0 }, { in: 0 }, { in: 1 }]);
  });

  it('keeps to the limit of rows, and works in a dry run', async () => {
    const dry = await world.run(chain(), { dryRun: true });
    succeeded(dry);
    expect(world.server.tables.has('lines_out')).toBe(false);
    const limited = await world.run({ ...chain(), loads: [{ dataset: 'lines', table: 'lines_out', mode: 'append' }] }, { limit: 3 });
    succeeded(limited);
    expect(limited.ledger.steps('orders')[0]?.in).toBeLessThanOrEqual(3);
  });

  it('tells a column that the dataset does not have, and datasets that need each other', async () => {
    const missing = await world.run({
      ...chain(),
      transforms: [],
      loads: [],
      extracts: { people: 'customers', orders: { table: 'orders', each: { dataset: 'people', distinct: ['customer'], include: [] } } },
    });
    expect(missing.error).toMatchObject({ code: 'SCHEMA_MISMATCH', place: { dataset: 'orders' }, hint: expect.stringContaining('land') });
    const circle = await world.run({
      ...chain(),
      transforms: [{ dataset: 'people', steps: [['sql', 'select nr as customer from orders']] }],
    });
    expect(circle.error).toMatchObject({ code: 'CONFIG_INVALID' });
  });
});
