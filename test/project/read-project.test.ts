import { describe, expect, it } from '@jest/globals';
import { readProject } from '../../src/project/index.js';
import { folderOf, testRegistry, testSteps } from './project-folder.js';

const etl = `project: my-project
connections:
  shop: { connector: shop, host: 01234, port: 3307, password: { secret: password } }
  warehouse:
    connector: warehouse
    path: ./data/warehouse.duckdb
environments:
  production:
    connections:
      shop: { host: db.internal }
      warehouse: { connector: dump, path: /srv }
`;

const job = `name: sales
description: Orders
tags: [daily, 1.10]
params:
  since: { type: date, default: "2020-01-01" }
  limit: { type: integer }
extract:
  customers:
    from: shop
    table: customers
    columns: [id, 01, 1e5]
  orders:
    from: shop
    query: |
      select * from orders where placed_at >= :since # kept
    cursor: { field: placed_at, lag: 1 hour }
transform:
  - orders:
      - rename: { placed_at: ordered_at }
      - cast: { total: "decimal(12,2)" }
  - sales:
      sql: |
        select * from orders join customers using (id)
check:
  sales:
    - { field: id, unique: true }
    - { field: country, in: [DE, 01], on_fail: reject }
limits: { rejects: 1% }
load:
  - { id: dwh, dataset: sales, to: warehouse, table: 2024, mode: merge, key: [id] }
`;

describe('readProject', () => {
  const open = (environment: string | null = null) =>
    readProject(folderOf({ 'etl.yaml': etl, 'jobs/sales/job.yaml': job }), {
      environment,
      variables: { ETL_SECRET_SHOP__PASSWORD: 'hunter2' },
      registry: testRegistry(),
      steps: testSteps,
    });

  it('gives text options what was typed and numbers what they mean', async () => {
    const project = await open();
    const { options } = await project.openable('shop');
    expect(options).toMatchObject({ host: '01234', port: 3307 });
    expect((options as { password: { reveal(): string } }).password.reveal()).toBe('hunter2');
  });

  it('reads a job with everything in its place', async () => {
    const read = await (await open()).job('sales');
    expect(read).toMatchObject({ name: 'sales', tags: ['daily', '1.10'], limits: { rejects: { share: 0.01 } } });
    expect(read.extracts[0]?.options).toEqual({ table: 'customers', columns: ['id', '01', '1e5'] });
    expect(read.extracts[1]?.options['query']).toContain('# kept');
    expect(read.extracts[1]?.cursor).toEqual({ field: 'placed_at', lag: 3_600_000, settled: false });
    expect(read.transforms.map(({ dataset, steps }) => [dataset, steps.map(({ name }) => name)])).toEqual([
      ['orders', ['rename', 'cast']],
      ['sales', ['sql']],
      ['sales', ['check']],
    ]);
    expect(read.transforms[2]?.steps[0]?.options).toEqual([
      { field: 'id', unique: true },
      { field: 'country', in: ['DE', '01'], on_fail: 'reject' },
    ]);
    expect(read.loads[0]).toMatchObject({ id: 'dwh', mode: 'merge', key: ['id'], policy: 'evolve', options: { table: '2024' } });
  });

  it('merges the same connector of an environment by key, and replaces another one', async () => {
    const project = await open('production');
    expect(project.connections.get('shop')?.options).toMatchObject({ host: 'db.internal', port: '3307' });
    expect(project.connections.get('warehouse')).toMatchObject({ connector: 'dump', options: { path: '/srv' } });
  });
});
