import { mkdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '@etl/columnar';
import Plan from '../../src/commands/plan.js';
import Preview from '../../src/commands/preview.js';
import Run from '../../src/commands/run.js';
import Test from '../../src/commands/test.js';
import Validate from '../../src/commands/validate.js';
import { planShape, previewShape, runShape, testShape, validateShape } from './json-shapes.js';
import { temporaryFolders } from './temporary-folder.js';
import { tryCommand } from './try-command.js';

const folder = temporaryFolders();

const etlYaml = `project: shop
connections:
  files: { connector: file, path: . }
  shop: { connector: duckdb, path: ./shop.duckdb }
  dwh: { connector: duckdb, path: ./dwh.duckdb }
`;

const jobYaml = `name: copy
params:
  least: { type: integer, default: 1 }
extract:
  customers: { from: files, file: customers.csv }
  orders:
    from: shop
    query: "select nr, total from orders where customer = :id and total >= :least"
    each: { dataset: customers, distinct: [id], include: [id] }
    parallel: 3
transform:
  - customers:
      - cast: { id: integer }
load:
  - { dataset: orders, to: dwh, table: orders, mode: replace }
  - { dataset: customers, to: dwh, table: customers, mode: replace }
`;

const testYaml = `tests:
  - name: orders are given, whatever they depend on
    given:
      customers: [{ id: "1", name: Ada }]
      orders: [{ id: 1, nr: 1, total: 2 }, { id: 7, nr: 2, total: 2 }]
    expect:
      orders: { rows: 2 }
`;

async function project(job = jobYaml): Promise<string> {
  const directory = await folder();
  await mkdir(join(directory, 'jobs/copy'), { recursive: true });
  await writeFile(join(directory, 'etl.yaml'), etlYaml);
  await writeFile(join(directory, 'jobs/copy/job.yaml'), job);
  await writeFile(join(directory, 'jobs/copy/job.test.yaml'), testYaml);
  await writeFile(join(directory, 'customers.csv'), 'id,name\n1,Ada\n2,Grace\n2,Grace\n,Nobody\n3,Emmy\n');
  await sql(directory, 'shop', 'create table orders as select i as nr, i % 5 as customer, i as total from range(20) r(i)');
  return directory;
}

async function sql(directory: string, name: string, statement: string): Promise<readonly object[]> {
  const database = await openDatabase(join(directory, `${name}.duckdb`), { temporary: join(directory, 'temporary') });
  const session = await database.connect();
  const rows = await session.rows(statement);
  await session.close();
  await database.close();
  return rows;
}

const messages = async (directory: string, ...words: string[]): Promise<string> => {
  const { json } = await tryCommand(Validate, [...words, '--json'], { directory });
  return validateShape.parse(json).problems.map(({ message, place }) => `${place.line ?? ''} ${message}`).join('\n'); // prettier-ignore
};

describe('each', () => {
  it('runs, is previewed, planned, checked and tested from the job file on', async () => {
    const directory = await project();
    expect(await messages(directory, '--connect')).toBe('');
    const preview = previewShape.parse((await tryCommand(Preview, ['copy', '--json'], { directory })).json);
    expect(preview.steps.find(({ dataset }) => dataset === 'orders')).toMatchObject({
      columns: [{ name: 'id' }, { name: 'nr' }, { name: 'total' }],
      out: 12,
    });
    expect(await readFile(join(directory, 'jobs/copy/schemas.yaml'), 'utf8')).toContain('orders:');
    const { plan } = planShape.parse((await tryCommand(Plan, ['copy', '--json'], { directory })).json);
    expect(plan.extracts).toContainEqual(expect.objectContaining({ dataset: 'orders', each: 'customers', parts: 3, load: 'orders' }));
    expect((await tryCommand(Plan, ['copy'], { directory })).stdout).toContain('for each row of customers');
    const [run] = runShape.parse((await tryCommand(Run, ['copy', '--json'], { directory })).json).runs;
    expect(run).toMatchObject({
      status: 'done',
      loads: [
        { id: 'orders', inserted: 12 },
        { id: 'customers', inserted: 5 },
      ],
    });
    expect(run?.warnings).toEqual([expect.stringContaining('1 rows of customers have no id')]);
    expect(plan.loads.map(({ changes }) => changes?.inserted)).toEqual([12, 5]);
    expect(
      await sql(directory, 'dwh', 'select count(*)::int as n, count(distinct id)::int as ids from orders where nr % 5 = id and total >= 1'),
    ).toEqual([{ n: 12, ids: 3 }]);
    expect(await messages(directory, '--connect')).toBe('');
    const tests = testShape.parse((await tryCommand(Test, ['--json'], { directory })).json);
    expect(tests).toMatchObject({ status: 'done', tests: [{ passed: true }] });
    const again = await tryCommand(Run, ['copy', '--param', 'least=15', '--json'], { directory });
    expect(runShape.parse(again.json).runs[0]).toMatchObject({ loads: [{ id: 'orders', inserted: 3 }, {}] });
  }, 60_000);

  it.each([
    ['dataset: customers, distinct', 'dataset: custmers, distinct', "9 There is no dataset 'custmers'"],
    ['dataset: customers, distinct', 'dataset: orders, distinct', '9 orders is read for each row of orders, which needs orders itself'],
    ['include: [id]', 'include: [name]', '9 include names name, which is not in distinct'],
    ['distinct: [id], include: [id]', 'distinct: [id, id], include: []', 'distinct names id twice'],
    ['distinct: [id], include: [id]', 'distinct: [least]', ':least is a parameter of the job already'],
    ['customer = :id and', '', 'nothing in it depends on that'],
    ['customer = :id', 'customer = :nr', ':nr is not a parameter'],
    [
      'from: shop\n    query: "select nr, total from orders where customer = :id and total >= :least"',
      'from: files\n    file: "o-{id}.csv"',
      'cannot read for each row',
    ],
    [
      '  - customers:\n      - cast: { id: integer }',
      '  - customers:\n      sql: "select nr as id from orders"',
      'which needs orders itself',
    ],
  ])('is checked before anything is opened: %s', async (from, to, message) => {
    const directory = await project(jobYaml.replace(from, to));
    expect(await messages(directory)).toContain(message);
  });

  it('is held to the columns that schemas.yaml knows, and to those that are there', async () => {
    const directory = await project(jobYaml.replace('- cast: { id: integer }', '- rename: { id: nr }'));
    await writeFile(
      join(directory, 'jobs/copy/schemas.yaml'),
      'customers: { columns: { id: integer, name: text } }\norders: { columns: { id: integer, nr: integer, total: integer } }\n',
    );
    expect(await messages(directory)).toContain('6 customers has no column id to read for');
    await writeFile(join(directory, 'jobs/copy/schemas.yaml'), '{}\n');
    expect(await messages(directory, '--connect')).toContain('customers has no column id to read for');
  });
});

describe('parallel', () => {
  it('reads a table in parts side by side, as many as the job says, and loses no row', async () => {
    const job = `name: copy\nextract:\n  numbers: { from: shop, table: numbers, parallel: 4 }\nload:\n  - { dataset: numbers, to: dwh, table: numbers, mode: append }\n`;
    const directory = await project(job);
    await writeFile(join(directory, 'jobs/copy/job.test.yaml'), 'tests: []\n');
    await sql(directory, 'shop', 'create table numbers as select i from range(450000) r(i)');
    const { plan } = planShape.parse((await tryCommand(Plan, ['copy', '--no-rows', '--json'], { directory })).json);
    expect(plan.extracts).toMatchObject([{ parts: 4, rows: 450_000 }]);
    expect((await tryCommand(Run, ['copy'], { directory })).exitCode).toBe(0);
    expect(
      await sql(directory, 'dwh', 'select count(*)::int as n, count(distinct i)::int as d, sum(i)::varchar as s from numbers'),
    ).toEqual([{ n: 450_000, d: 450_000, s: '101249775000' }]);
    await writeFile(join(directory, 'jobs/copy/job.yaml'), job.replace('parallel: 4', 'parallel: 65'));
    expect(await messages(directory)).toContain('parallel');
  }, 60_000);
});
