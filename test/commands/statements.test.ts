import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '@etl/columnar';
import Plan from '../../src/commands/plan.js';
import Run from '../../src/commands/run.js';
import Test from '../../src/commands/test.js';
import Validate from '../../src/commands/validate.js';
import { planShape, runShape, validateShape } from './json-shapes.js';
import { temporaryFolders } from './temporary-folder.js';
import { tryCommand } from './try-command.js';

const folder = temporaryFolders();

const etlYaml = `project: marts
connections:
  files: { connector: file, path: . }
  dwh: { connector: duckdb, path: ./dwh.duckdb }
`;

const jobYaml = `name: mart
params:
  day: { type: date, default: "2026-01-31" }
extract:
  orders: { from: files, file: orders.csv }
load:
  - id: mart
    to: dwh
    after: [landing]
    statements:
      - "create table if not exists mart (day date, total decimal(12,2))"
      - |
        insert into mart
        select :day, sum(total) from landing -- not :this
  - { id: landing, dataset: orders, to: dwh, table: landing, mode: replace, post: ["update landing set total = total + 1 where id = 1"] }
`;

async function project(job = jobYaml, orders = 'id,total\n1,12.50\n2,8.00\n'): Promise<string> {
  const directory = await folder();
  await mkdir(join(directory, 'jobs/mart'), { recursive: true });
  await writeFile(join(directory, 'etl.yaml'), etlYaml);
  await writeFile(join(directory, 'jobs/mart/job.yaml'), job);
  await writeFile(join(directory, 'orders.csv'), orders);
  return directory;
}

async function rows(directory: string, select: string): Promise<readonly object[]> {
  const database = await openDatabase(join(directory, 'dwh.duckdb'), { temporary: join(directory, 'temporary') });
  const session = await database.connect();
  const found = await session.rows(select);
  await session.close();
  await database.close();
  return found;
}

const run = async (directory: string, ...words: string[]) => {
  const { json } = await tryCommand(Run, ['mart', ...words, '--json'], { directory });
  const [record] = runShape.parse(json).runs;
  return record;
};

describe('a load that is only statements', () => {
  it('runs once behind its loads with its parameters bound, is planned, and has a line in the balance', async () => {
    const directory = await project();
    expect((await tryCommand(Validate, ['--connect'], { directory })).exitCode).toBe(0);
    const planned = planShape.parse((await tryCommand(Plan, ['mart', '--json'], { directory })).json).plan;
    expect(planned.statements).toMatchObject([
      { id: 'mart', to: 'dwh', after: ['landing'], statements: [{}, {}].map(() => expect.any(String)) },
    ]);
    expect(planned.loads[0]?.plan?.statements.at(-1)).toContain('update landing');
    expect((await tryCommand(Plan, ['mart'], { directory })).stdout).toContain('in dwh behind landing');
    const record = await run(directory);
    expect(record).toMatchObject({
      status: 'done',
      loads: [
        { id: 'landing', inserted: 2 },
        { id: 'mart', in: 0, inserted: 0 },
      ],
    });
    expect(await rows(directory, 'select day::varchar as day, total::varchar as total from mart')).toEqual([
      { day: '2026-01-31', total: '21.50' },
    ]);
    await run(directory, '--param', 'day=2026-02-01');
    expect(await rows(directory, 'select count(*)::int as n from mart')).toEqual([{ n: 2 }]);
    await run(directory, '--run-id', 'same');
    await run(directory, '--run-id', 'same');
    expect(await rows(directory, 'select count(*)::int as n from mart')).toEqual([{ n: 3 }]);
  }, 60_000);

  it('publishes nothing where one fails, and is run by the next run alone once it is right', async () => {
    const directory = await project(jobYaml.replace('from landing', 'from landin'));
    const failed = await run(directory);
    expect(failed).toMatchObject({ status: 'failed', error: { message: expect.stringContaining('Statement 2 of statements fails') } });
    await expect(rows(directory, 'select * from landing')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await writeFile(join(directory, 'jobs/mart/job.yaml'), jobYaml);
    expect((await run(directory))?.status).toBe('done');
    expect(await rows(directory, 'select count(*)::int as n from mart')).toEqual([{ n: 1 }]);
  }, 60_000);

  it.each(['engine.publishing:1', 'duckdb.stated:1', 'duckdb.publishing:1', 'duckdb.published:1', 'engine.finished:1'])(
    'is run exactly once by a run that fails at %s and is continued',
    async (failpoint) => {
      const directory = await project();
      await tryCommand(Run, ['mart'], { directory, variables: { ETL_FAILPOINT_ERROR: failpoint } });
      expect((await run(directory))?.status).toBe('done');
      const [found] = await rows(directory, 'select count(*)::int as n, max(total)::varchar as total from mart');
      expect(found).toEqual({ n: failpoint.startsWith('engine.finished') ? 2 : 1, total: '21.50' });
    },
    60_000,
  );

  it('is left out of tests, dry runs and limited runs', async () => {
    const directory = await project();
    expect((await run(directory, '--dry-run'))?.status).toBe('done');
    expect((await run(directory, '--dry-run', '--limit', '1'))?.status).toBe('done');
    await expect(rows(directory, 'select * from mart')).rejects.toMatchObject({ code: 'NOT_FOUND' });
    await writeFile(join(directory, 'jobs/mart/job.yaml'), jobYaml.replace('mode: replace', 'mode: append'));
    const limited = await tryCommand(Run, ['mart', '--limit', '1'], { directory });
    expect([limited.exitCode, limited.stderr.includes('over a part of the rows')]).toEqual([2, true]);
    expect((await tryCommand(Test, [], { directory })).exitCode).toBe(0);
  }, 60_000);

  it.each([
    ['    to: dwh', '    to: files', 'runs no statements'],
    ['  - id: mart\n    to', '  - to', 'load[1].id of job mart is missing'],
    ['    after: [landing]', '    after: [landin]', "There is no load 'landin'"],
    ['    after: [landing]', '    mode: append', "so it has no field 'mode'"],
    ['    after: [landing]', '    params: { a: "1" }', "no field 'params'"],
    ['select :day', 'select :dya', ':dya is not a parameter'],
    ['      - "create table if not exists mart (day date, total decimal(12,2))"', '      - create table x (a int)', 'must stand in quotes'],
    ['post: [', 'after: [mart], post: [', 'wait for each other'],
    ['post: ["update', 'missing: delete, post: ["update', 'goes with merge or history'],
  ])('is checked before anything is opened: %s', async (from, to, message) => {
    const directory = await project(jobYaml.replace(from, to));
    const { json } = await tryCommand(Validate, ['--json'], { directory });
    expect(
      validateShape
        .parse(json)
        .problems.map((problem) => problem.message)
        .join('\n'),
    ).toContain(message);
  });
});

describe('rows that left the source', () => {
  const merge = (more: string): string => `name: mart
extract:
  orders: { from: files, file: orders.csv }
check:
  orders:
    - { field: total, not_null: true, on_fail: reject }
load:
  - { dataset: orders, to: dwh, table: orders, mode: merge, key: [id], ${more} }
`;

  it('are deleted, and counted beside the rows of the load', async () => {
    const directory = await project(merge('missing: delete'));
    await run(directory);
    await writeFile(join(directory, 'orders.csv'), 'id,total\n2,8.00\n3,1.00\n');
    expect(await run(directory)).toMatchObject({ loads: [{ in: 2, inserted: 1, unchanged: 1, deleted: 1 }] });
    expect(await rows(directory, 'select id::int as id from orders order by id')).toEqual([{ id: 2 }, { id: 3 }]);
  }, 60_000);

  it('are kept with a warning where rows were rejected, since those are still there', async () => {
    const directory = await project(merge('missing: delete'));
    await run(directory);
    await writeFile(join(directory, 'orders.csv'), 'id,total\n1,\n3,1.00\n');
    const planned = planShape.parse((await tryCommand(Plan, ['mart', '--json'], { directory })).json).plan;
    expect(planned.loads[0]?.changes).toMatchObject({ inserted: 1, deleted: 0 });
    const record = await run(directory);
    expect(record).toMatchObject({ status: 'done', loads: [{ inserted: 1, deleted: 0 }] });
    expect(record?.warnings).toContainEqual(expect.stringContaining('keeps the rows that it does not bring: 1 rows were rejected'));
    expect(await rows(directory, 'select count(*)::int as n from orders')).toEqual([{ n: 3 }]);
  }, 60_000);

  it('are not all rows where the source is empty, unless the load says so', async () => {
    const directory = await project(merge('missing: delete'));
    await run(directory);
    await writeFile(join(directory, 'orders.csv'), 'id,total\n');
    expect(await run(directory)).toMatchObject({
      status: 'failed',
      error: { code: 'CONFLICT', hint: expect.stringContaining('allow_empty') },
    });
    expect(planShape.parse((await tryCommand(Plan, ['mart', '--json'], { directory })).json)).toMatchObject({
      exitCode: 1,
      plan: { error: { code: 'CONFLICT' } },
    });
    expect(await rows(directory, 'select count(*)::int as n from orders')).toEqual([{ n: 2 }]);
    await writeFile(join(directory, 'jobs/mart/job.yaml'), merge('missing: delete, allow_empty: true'));
    expect(await run(directory)).toMatchObject({ loads: [{ in: 0, deleted: 2 }] });
  }, 60_000);

  it.each([
    ['file: orders.csv, only: new', 'is read only as far as it is new'],
    ['file: orders.csv', null],
  ])('are refused where the read is not whole: %s', async (extract, message) => {
    const directory = await project(merge('missing: mark').replace('file: orders.csv', extract));
    const { json } = await tryCommand(Validate, ['--json'], { directory });
    const messages = validateShape.parse(json).problems.map((problem) => problem.message);
    expect(messages).toEqual(message === null ? [] : [expect.stringContaining(message)]);
    const limited = await tryCommand(Run, ['mart', '--limit', '5'], { directory });
    expect(limited.exitCode).toBe(2);
  });
});
