import { readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '@etl/columnar';
import Init from '../../src/commands/init.js';
import Plan from '../../src/commands/plan.js';
import Run from '../../src/commands/run.js';
import { errorShape, planShape, runShape } from './json-shapes.js';
import { temporaryFolders } from './temporary-folder.js';
import { tryCommand } from './try-command.js';

const folder = temporaryFolders();

async function demo(): Promise<string> {
  const directory = await folder();
  expect((await tryCommand(Init, ['--template', 'demo', '--yes'], { directory })).exitCode).toBe(0);
  return directory;
}

const plan = async (directory: string, ...words: string[]) => {
  const tried = await tryCommand(Plan, [...words, '--json'], { directory });
  return { ...planShape.parse(tried.json).plan, exitCode: tried.exitCode };
};

const sql = async (file: string, statement: string): Promise<readonly object[]> => {
  const database = await openDatabase(file, { temporary: `${file}.temporary` });
  const session = await database.connect();
  const rows = await session.rows(statement);
  await session.close();
  await database.close();
  return rows;
};

const edit = async (file: string, change: (text: string) => string): Promise<void> => writeFile(file, change(await readFile(file, 'utf8')));

/** What each load did, as run tells it. */
const loadsOf = async (directory: string, job: string) => {
  const [run] = runShape.parse((await tryCommand(Run, [job, '--json'], { directory })).json).runs;
  return Object.fromEntries(run?.loads.map(({ id, ...counts }) => [id, counts]) ?? []);
};

describe('etl plan', () => {
  it('tells what the first run then does, and makes nothing', async () => {
    const directory = await demo();
    const { exitCode, loads, rejected } = await plan(directory, 'sales');
    expect([exitCode, rejected]).toEqual([0, 11]);
    expect(await readdir(join(directory, 'out')).catch(() => [])).not.toContain('warehouse.duckdb');
    const planned = loads.find(({ id }) => id === 'warehouse');
    expect(planned?.plan).toMatchObject({
      rows: null,
      statements: [expect.stringMatching(/^create table/), expect.anything(), expect.anything()],
    });
    expect(planned?.changes).toEqual((await loadsOf(directory, 'sales'))['warehouse']);
  }, 60_000);

  it('tells what a later run then does to a table that was changed meanwhile, column by column and row by row', async () => {
    const directory = await folder();
    await tryCommand(Init, ['--template', 'csv-to-duckdb', '--yes'], { directory });
    await edit(join(directory, 'jobs/load/job.yaml'), (text) => text.replace('key: [id] }', 'key: [id], missing: delete }'));
    await loadsOf(directory, 'load');
    const file = join(directory, 'out/warehouse.duckdb');
    await sql(file, `update orders set total = 0 where id = (select min(id) from orders)`);
    await sql(file, `delete from orders where id = (select max(id) from orders)`);
    await sql(file, `insert into orders (id) values (999999)`);
    await sql(file, `alter table orders alter column total set data type decimal(11,2)`);
    const before = await sql(file, 'select * from orders order by id');
    const [load] = (await plan(directory, 'load')).loads;
    expect(await sql(file, 'select * from orders order by id')).toEqual(before);
    expect(load?.changes).toMatchObject({ inserted: 1, updated: 1, deleted: 1 });
    expect(load?.plan?.columns).toContainEqual({ name: 'total', type: 'DECIMAL(12,2)', change: 'widen', before: 'DECIMAL(11,2)' });
    expect(load?.plan?.statements.map((statement) => statement.split(' ')[0])).toEqual(['alter', 'update', 'insert', 'delete']);
    expect((await loadsOf(directory, 'load'))['warehouse']).toEqual(load?.changes);
  }, 60_000);

  it('shows people the reads, the statements and the rows', async () => {
    const directory = await demo();
    const { stdout } = await tryCommand(Plan, ['sales'], { directory, tty: true });
    expect(stdout).toContain('a new run begins');
    expect(stdout).toMatch(/orders.* {2}from \w+: \d+ columns, 2 parts/);
    expect(stdout).toContain('create table');
    expect(stdout).toMatch(/\+\d+ inserted/);
    const quick = await tryCommand(Plan, ['sales', '--no-rows'], { directory });
    expect([quick.exitCode, quick.stdout.includes('create table'), quick.stdout.includes('inserted')]).toEqual([0, true, false]);
  }, 60_000);

  it('tells every column that does not fit, and what a check would stop, with the exit code of the run', async () => {
    const directory = await folder();
    await tryCommand(Init, ['--template', 'csv-to-duckdb', '--yes'], { directory });
    expect((await tryCommand(Run, ['load'], { directory })).exitCode).toBe(0);
    const file = join(directory, 'out/warehouse.duckdb');
    await sql(file, 'alter table orders rename to kept');
    await sql(file, 'create table orders (id date primary key, other varchar not null)');
    const misfit = await plan(directory, 'load');
    expect(misfit.exitCode).toBe(1);
    expect(misfit.loads[0]?.problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('id is'),
      expect.stringContaining('other'),
    ]);
    expect(misfit.loads[0]?.changes).toBeNull();
    await sql(file, 'drop table orders');
    await edit(join(directory, 'jobs/load/job.yaml'), (text) =>
      text.replace('{ field: id, not_null: true, on_fail: reject }', '{ expression: "id < 0", on_fail: stop }'),
    );
    const stopped = await tryCommand(Plan, ['load', '--json'], { directory });
    expect(planShape.parse(stopped.json)).toMatchObject({ status: 'failed', exitCode: 5, plan: { error: { code: 'CHECK_FAILED' } } });
    expect((await tryCommand(Plan, ['load'], { directory })).stdout).toContain('next:');
    const missing = await tryCommand(Plan, ['lod', '--json'], { directory });
    expect(errorShape.parse(missing.json)).toMatchObject({ exitCode: 2 });
  }, 60_000);

  it('says that an interrupted run would be continued', async () => {
    const directory = await demo();
    const killed = await tryCommand(Run, ['sales', '--json'], { directory, variables: { ETL_FAILPOINT_ERROR: 'engine.sealed:1' } });
    const [run] = runShape.parse(killed.json).runs;
    expect(await plan(directory, 'sales', '--no-rows')).toMatchObject({ continues: run?.id });
    expect((await plan(directory, 'sales', '--full-refresh', '--no-rows')).continues).toBeNull();
  }, 60_000);
});
