import { readFileSync, statSync, utimesSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { validateProject, writeEditorSchemas } from '../../src/project/index.js';
import type { JsonSchema } from '../../src/project/open-json-schema.js';
import { schemaErrors } from './json-schema-check.js';
import { folderOf, testRegistry, testSteps } from './project-folder.js';

const etl = `project: p
connections:
  shop: { connector: shop, host: 01234, port: "\${PORT:-1}", tls: true, password: { secret: password } }
  shop2: { connector: shop, host: 12, port: 5 }
  dwh: { connector: warehouse, path: 2024 }
  other: { connector: dump, path: x }
environments:
  e: { connections: { dwh: { path: 5 }, other: { connector: warehouse, path: y } } }
state: { to: local }
`;
const job = `name: j
tags: [1, a]
params: { since: { type: date, default: 2020-01-01 }, n: { type: integer, default: 5 } }
extract:
  orders: { from: shop, query: "select :since", columns: [id, 01], cursor: { field: 7, lag: 1 hour }, parallel: 2 }
  files: { from: other, table: t }
transform:
  - orders:
      - rename: { a: 1 }
      - filter: "x > 1"
  - sales: { sql: "select 1" }
  - sales:
      - check: [{ field: id, in: [1, 02, true] }]
check:
  sales: [{ field: id, unique: true, on_fail: warn }]
limits: { rejects: 5 }
load:
  - { id: a, dataset: sales, to: dwh, table: 2024, mode: merge, key: [id], schema: freeze, order_by: [id], add: { _run: "{run.id}", n: 5 } }
  - { dataset: sales, to: other, table: f, mode: replace, after: [a] }
`;
const schemas =
  'orders: { key: [id], columns: { id: integer not null, t: { type: text, nullable: false, native: { dialect: pg, type: uuid } } } }\nfiles: { columns: { x: text } }\n';
const tests =
  'tests:\n  - name: 5\n    params: { n: 3 }\n    given: { orders: [{ id: 1, t: 01, n: null, l: [1], m: { a: 1 } }], files: [] }\n    expect: { sales: { rows: 1, contain: [{ id: { matches: "1" }, x: 1 }], schema: { id: integer } }, rejects: { rows: 0 }, error: CHECK_FAILED }\n';
const files = { 'etl.yaml': etl, 'jobs/j/job.yaml': job, 'jobs/j/schemas.yaml': schemas, 'jobs/j/job.test.yaml': tests };
const context = { variables: {}, registry: testRegistry(), steps: testSteps };

async function written(): Promise<{ folder: string; read: (name: string) => JsonSchema }> {
  const folder = folderOf(files);
  await writeEditorSchemas(folder, context);
  return { folder, read: (name) => JSON.parse(readFileSync(join(folder, `.etl/schemas/${name}.schema.json`), 'utf8')) as JsonSchema };
}

describe('the JSON Schemas for editors', () => {
  it('accept what validation accepts', async () => {
    const { folder, read } = await written();
    // `other` is a warehouse only in one environment: without it the job's options do not fit, which is not what this is about
    const { problems } = await validateProject(folder, { ...context, environment: 'e' });
    expect(problems).toEqual([]);
    for (const [name, text] of Object.entries({ etl, job, schemas, 'job.test': tests }))
      expect([name, schemaErrors(read(name), parse(text), read(name))]).toEqual([name, []]);
  });

  it.each<[string, string, string]>([
    ['etl', etl.replace('host: 12', 'hots: 12'), '$.connections.shop2'],
    ['etl', etl.replace('port: 5', 'port: many'), '$.connections.shop2.port'],
    ['etl', etl.replace('{ secret: password }', 'hunter2'), '$.connections.shop.password'],
    ['etl', etl.replace('state:', 'stat:'), '$.stat'],
    ['job', job.replace('columns: [id, 01]', 'colums: [id]'), '$.extract.orders'],
    ['job', job.replace('mode: merge', 'mode: mrege'), '$.load[0].mode'],
    ['job', job.replace('- filter:', '- filtre:'), '$.transform[0].orders'],
    ['job', job.replace('on_fail: warn', 'on_fail: wran'), '$.check.sales'],
    ['job', job.replace('table: 2024', 'tabel: 2024'), '$.load[0]'],
    ['schemas', schemas.replace('columns', 'colums'), '$.orders'],
    ['job.test', tests.replace('contain', 'contains'), '$.tests[0].expect.sales'],
  ])('refuse a mistake in %s: %#', async (name, text, where) => {
    const { read } = await written();
    const errors = schemaErrors(read(name), parse(text), read(name));
    expect(errors.some((error) => error.startsWith(where))).toBe(true);
  });

  it('offer the names of connections, connectors and steps', async () => {
    const { read } = await written();
    expect(JSON.stringify(read('etl'))).toContain('{"const":"warehouse","description":"A database"}');
    expect(JSON.stringify(read('job'))).toContain('{"const":"dwh"}');
    expect(JSON.stringify(read('job'))).toContain('"dedupe":');
  });

  it('are not written again where nothing changed, and can be written while etl.yaml is broken', async () => {
    const { folder } = await written();
    const path = join(folder, '.etl/schemas/job.schema.json');
    utimesSync(path, 1, 1);
    await writeEditorSchemas(folder, context);
    expect(statSync(path).mtimeMs).toBe(1000);
    expect(await writeEditorSchemas(folderOf({ 'etl.yaml': '[' }), context)).toHaveLength(4);
  });
});
