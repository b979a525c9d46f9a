import { describe, expect, it } from '@jest/globals';
import type { Connector } from '@etl/sdk';
import { suppliedParams, validateProject } from '../../src/project/index.js';
import { folderOf, testRegistry, testSteps } from './project-folder.js';

const values = {
  params: new Map([
    ['since', { type: { kind: 'date' as const }, value: '2026-01-31' }],
    ['n', { type: { kind: 'text' as const }, value: null }],
  ]),
  started: '2026-11-20 06:00:00+00:00',
};

const taker = ({ name, extractor }: Connector) => ({ name, schema: extractor?.options });

describe('parameters in the SQL of an extract', () => {
  it('are handed to the connector by name, only those that its SQL names', async () => {
    const shop = taker(await testRegistry().get('shop'));
    expect(suppliedParams(shop, { query: "select ':x', a::date from t where d > :since and r < :run_started -- :n" }, values)).toEqual({
      params: { since: '2026-01-31', run_started: '2026-11-20 06:00:00+00:00' },
    });
    expect(suppliedParams(shop, { where: 'x = :n', table: ':since' }, values)).toEqual({ params: { n: null } });
    expect(suppliedParams(shop, { query: 'select 1' }, values)).toEqual({});
  });

  it('are refused where the connector cannot bind them', async () => {
    const dump = taker(await testRegistry().get('dump'));
    expect(() => suppliedParams(dump, { query: ':since' }, values)).toThrow(expect.objectContaining({ code: 'CAPABILITY_MISSING' }));
    expect(suppliedParams(dump, { file: 'f' }, values)).toEqual({});
  });
});

describe('names of columns', () => {
  it('may be those of SQL options: only where SQL stands must it be quoted', async () => {
    const job = `extract:
  orders: { from: shop, table: orders }
transform:
  - orders:
      - rename: { query: filter, where: sql }
      - cast: { filter: text }
load:
  - { dataset: orders, to: dwh, table: t, mode: replace, columns: { query: text }, add: { sql: constant } }
`;
    const etl = 'project: p\nconnections:\n  shop: { connector: shop, host: h }\n  dwh: { connector: warehouse, path: x }\n';
    const folder = folderOf({ 'etl.yaml': etl, 'jobs/j/job.yaml': job });
    expect((await validateProject(folder, { variables: {}, registry: testRegistry(), steps: testSteps })).problems).toEqual([]);
  });
});
