import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { int64, isEtlError, text, type Schema } from '@etl/sdk';
import { EngineWorld, type JobSketch, type Ran } from './engine-harness.js';

const orders: Schema = {
  fields: [
    { name: 'id', type: int64, nullable: false },
    { name: 'country', type: text, nullable: true },
    { name: 'total', type: { kind: 'decimal', precision: 10, scale: 2 }, nullable: true },
  ],
  key: ['id'],
};

const rows = Array.from({ length: 11 }, (_, n) => [String(n + 1), n === 4 ? null : n % 2 === 0 ? 'DE' : 'FR', `${n * 10}.50`]);

const direct: JobSketch = {
  extracts: { orders: 'source' },
  transforms: [{ dataset: 'orders', steps: [['rename', { total: 'amount' }], ['check', [{ field: 'country', not_null: true, on_fail: 'reject' }]]] }],
  loads: [{ dataset: 'orders', table: 'target', mode: 'append' }],
}; // prettier-ignore

const packaged: JobSketch = {
  extracts: { orders: 'source' },
  transforms: [
    { dataset: 'orders', steps: [['filter', 'id <> 2']] },
    { dataset: 'totals', steps: [['sql', 'select country, sum(total)::decimal(12,2) as total, count(*) as n from orders group by country order by country']] },
    { dataset: 'orders', steps: [['check', [{ field: 'country', not_null: true, on_fail: 'reject' }]]] },
  ],
  loads: [
    { dataset: 'orders', table: 'all_orders', mode: 'merge', key: ['id'], orderBy: ['id'] },
    { dataset: 'totals', table: 'per_country', mode: 'replace', add: { run: 'now' } },
  ],
}; // prettier-ignore

describe('runEngine', () => {
  let world: EngineWorld;
  beforeEach(async () => {
    world = await EngineWorld.create();
    world.seed('source', orders, rows);
  });
  afterEach(() => world.remove());

  const succeeded = ({ error, outcome }: Ran) => {
    expect(error).toBeNull();
    return outcome;
  };

  it('moves one dataset straight to its target and accounts for every row', async () => {
    const ran = await world.run(direct);
    succeeded(ran);
    expect(world.rows('target')).toHaveLength(10);
    expect(ran.ledger.steps('orders')[0]).toMatchObject({ step: 'extract', in: 11, out: 11 });
    expect(ran.ledger.rejected).toBe(1);
    expect(ran.ledger.loads()).toMatchObject([{ id: 'target', in: 10, inserted: 10 }]);
    expect([...world.rejects.values()].flat()).toMatchObject([{ field: 'country', values: ['5', null, '40.50'] }]);
    expect(world.manifest).toBeNull();
  });

  it('joins, aggregates and loads several datasets through the spool', async () => {
    const ran = await world.run(packaged);
    succeeded(ran);
    expect(world.rows('all_orders')).toHaveLength(9);
    expect(world.rows('per_country')).toEqual([
      ['DE', '262.50', '5', 'now'],
      ['FR', '242.00', '4', 'now'],
      [null, '40.50', '1', 'now'],
    ]);
    expect(ran.ledger.steps('orders').map(({ in: given, out, filtered, rejected }) => [given, out, filtered, rejected])).toEqual([
      [11, 11, 0, 0],
      [11, 10, 1, 0],
      [10, 9, 0, 1],
    ]);
  });

  it.each([
    ['straight to the target', direct],
    ['through the spool', packaged],
  ])(
    'ends with the same target and balance %s, whichever change of state fails',
    async (_, sketch) => {
      const whole = await world.run(sketch);
      succeeded(whole);
      // Behind the last point the run is over: the next one is a new run.
      const points = world.passed.filter((point) => !point.startsWith('engine.finished'));
      const expected = { loads: whole.ledger.loads(), datasets: whole.ledger.datasets() };
      const tables = sketch.loads.map(({ table }) => [table, world.rows(table)]);
      expect(points.length).toBeGreaterThan(10);
      for (const point of points) {
        const other = await EngineWorld.create();
        try {
          other.seed('source', orders, rows);
          other.failAt = point;
          const failed = await other.run(sketch);
          expect({ point, failed: isEtlError(failed.error) }).toEqual({ point, failed: true });
          other.failAt = null;
          const again = await other.run(sketch);
          succeeded(again);
          expect({ point, ...{ loads: again.ledger.loads(), datasets: again.ledger.datasets() } }).toEqual({ point, ...expected });
          expect({ point, tables: sketch.loads.map(({ table }) => [table, other.rows(table)]) }).toEqual({ point, tables });
          expect([...other.rejects.values()].flat()).toHaveLength(1);
          expect(other.manifest).toBeNull();
        } finally {
          await other.remove();
        }
      }
    },
    120_000,
  );

  it.each([
    ['memory.begun:1', [direct, packaged]],
    ['memory.save:1', [direct, packaged]],
    ['memory.save:2', [direct, packaged]],
    ['memory.publish:1', [direct]],
  ])('says of an error of a target at %s where it belongs, and not that the source had it', async (point, sketches) => {
    for (const sketch of sketches) {
      world.failAt = point;
      const loads = sketch.loads.map((load) => ({ ...load, connectionName: 'warehouse' }));
      const { error } = await world.run({ ...sketch, loads }, { restart: true });
      expect(error).toMatchObject({ code: 'INTERNAL', place: { connection: 'warehouse' } });
    }
  });

  it('publishes nothing when more rows are rejected than the limit allows', async () => {
    const ran = await world.run({ ...packaged, limits: { rejects: { rows: 0 } } });
    expect(ran.error).toMatchObject({ code: 'LIMIT_EXCEEDED' });
    expect(world.rows('all_orders')).toEqual([]);
    expect(world.rows('per_country')).toEqual([]);
    expect(world.manifest).toBeNull();
  });

  it('appends what is new of one extract beside a load that replaces from another', async () => {
    world.seed('lands', { fields: [{ name: 'land', type: text, nullable: true }], key: [] }, [['DE'], ['FR']]);
    const sketch: JobSketch = {
      extracts: { orders: 'source', lands: 'lands' },
      transforms: [{ dataset: 'known', steps: [['sql', 'select id from orders']] }],
      loads: [
        { dataset: 'known', table: 'known', mode: 'append' },
        { dataset: 'lands', table: 'lands_out', mode: 'replace' },
      ],
    };
    succeeded(await world.run(sketch));
    const again = await world.run(sketch);
    succeeded(again);
    expect(world.rows('known')).toHaveLength(11);
    expect(again.ledger.loads()).toMatchObject([{ in: 0 }, { in: 2, deleted: 2 }]);
  });

  it('drops what another state of the job has staged', async () => {
    world.failAt = 'engine.publishing:1';
    await world.run(direct);
    world.failAt = null;
    const ran = await world.run({ ...direct, fingerprint: 'other' });
    succeeded(ran);
    expect(world.rows('target')).toHaveLength(10);
  });

  it('loads nothing and keeps no state in a dry run', async () => {
    const ran = await world.run(packaged, { dryRun: true });
    succeeded(ran);
    expect(ran.ledger.out('orders')).toBe(9);
    expect(world.server.tables.has('all_orders')).toBe(false);
    expect(world.manifest).toBeNull();
  });

  it('answers for a run id that is already published without loading again', async () => {
    succeeded(await world.run(direct, { runId: 'night-1' }));
    const again = await world.run(direct, { runId: 'night-1' });
    succeeded(again);
    expect(world.rows('target')).toHaveLength(10);
    expect(again.ledger.loads()).toMatchObject([{ inserted: 10 }]);
  });

  it('reads no more rows than its limit and saves no cursor', async () => {
    const ran = await world.run(direct, { limit: 3 });
    succeeded(ran);
    expect(world.rows('target')).toHaveLength(3);
  });

  it('stops safely when it is interrupted, and continues', async () => {
    const controller = new AbortController();
    controller.abort();
    const ran = await world.run(direct, {}, controller.signal);
    expect(ran.error).toMatchObject({ code: 'CANCELLED' });
    succeeded(await world.run(direct));
    expect(world.rows('target')).toHaveLength(10);
  });

  it('refuses a load whose key the dataset does not have', async () => {
    const ran = await world.run({ ...direct, loads: [{ dataset: 'orders', table: 'target', mode: 'merge', key: ['nummer'] }] });
    expect(ran.error).toMatchObject({ code: 'SCHEMA_MISMATCH' });
  });
});
