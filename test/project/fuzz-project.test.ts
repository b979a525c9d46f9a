import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { isEtlError } from '@etl/sdk';
import { readProject, validateProject } from '../../src/project/index.js';
import { folderOf, testRegistry, testSteps } from './project-folder.js';

const etl =
  'project: p\nconnections:\n  shop: { connector: shop, host: h, password: { secret: password } }\n  dwh: { connector: warehouse, path: "${P:-x}" }\nenvironments:\n  e: { connections: { dwh: { path: y } } }\n';
const job = `params: { since: { type: date, default: "2020-01-01" } }
extract:
  orders: { from: shop, query: "select * from o where d > :since", cursor: { field: id, lag: 1 hour } }
transform:
  - orders:
      - rename: { a: b }
      - derive: { c: "a + 1" }
  - sales: { sql: "select 1" }
check:
  sales: [{ field: id, in: [1, 02], on_fail: reject }]
limits: { rejects: 1% }
load:
  - { id: x, dataset: sales, to: dwh, table: "t-{run.date}", mode: merge, key: [id], add: { r: "{run.id}" }, after: [] }
`;
const schemas = 'orders: { key: [id], columns: { id: integer not null, t: { type: text, native: { dialect: pg, type: uuid } } } }\n';
const tests =
  'tests:\n  - name: n\n    given: { orders: [{ id: 1, t: 01 }] }\n    expect: { sales: { rows: 1, contain: [{ id: { matches: "1" } }] }, rejects: { rows: 0 } }\n';
const files = { 'etl.yaml': etl, 'jobs/j/job.yaml': job, 'jobs/j/schemas.yaml': schemas, 'jobs/j/job.test.yaml': tests };

/** One small change of a text: a piece cut out, doubled, or replaced. */
const mutation = fc.record({
  at: fc.nat(),
  length: fc.nat({ max: 12 }),
  put: fc.constantFrom('', ' ', ':', '[', '}', '"', '\n', '- ', 'null', '&a ', '*a', '{}', '1', '${X}', '{x}', '#', '\u0000', 'é'),
});
const mutate = (text: string, changes: readonly { at: number; length: number; put: string }[]): string =>
  changes.reduce(
    (now, { at, length, put }) => now.slice(0, at % (now.length + 1)) + put + now.slice((at % (now.length + 1)) + length),
    text,
  );

const context = { variables: { ETL_SECRET_SHOP__PASSWORD: 'x' }, registry: testRegistry(), steps: testSteps };

describe('a project with damaged files', () => {
  it('is without a mistake before it is damaged', async () => {
    expect((await validateProject(folderOf(files), context)).problems).toEqual([]);
  });

  it('gives problems, never another error, and what validates can be read', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom(...Object.keys(files)),
        fc.array(mutation, { minLength: 1, maxLength: 3 }),
        async (name, changes) => {
          const folder = folderOf({ ...files, [name]: mutate(files[name as keyof typeof files], changes) });
          const { problems } = await validateProject(folder, context);
          for (const { message, place } of problems) expect([message, place.file]).toEqual([expect.any(String), expect.any(String)]);
          const read = async () => (await readProject(folder, context)).job('j');
          if (problems.length === 0) expect((await read()).name).toBe('j');
          else await read().catch((error: unknown) => expect(isEtlError(error) && error.code !== 'INTERNAL').toBe(true));
        },
      ),
      { numRuns: 150 },
    );
  }, 60_000);
});
