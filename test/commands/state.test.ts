import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '@etl/columnar';
import Run from '../../src/commands/run.js';
import StateExport from '../../src/commands/state/export.js';
import StateImport from '../../src/commands/state/import.js';
import StateList from '../../src/commands/state/list.js';
import StateReset from '../../src/commands/state/reset.js';
import StateSet from '../../src/commands/state/set.js';
import StateShow from '../../src/commands/state/show.js';
// What commands import side by side, linked beforehand: Jest links one graph of modules at a time.
import '../../src/jobs/job-state.js';
import '../../src/jobs/run-jobs.js';
import '../../src/project/index.js';
import { lockJob, writeManifest } from '../../src/state/index.js';
import { tryCommand, type Tried } from './try-command.js';
import { temporaryFolders } from './temporary-folder.js';

const folder = temporaryFolders();

/** Rows of a DuckDB database, as text. */
async function sql(directory: string, file: string, statement: string): Promise<string[]> {
  const database = await openDatabase(join(directory, file), { temporary: join(directory, 'tmp') });
  const session = await database.connect();
  const rows = await session.rows(statement);
  await session.close();
  await database.close();
  return rows.map((row) => Object.values(row).map(String).join(' '));
}

const job = (name: string, table: string): string => `
name: ${name}
extract:
  orders: { from: source, table: orders, cursor: { field: id, settled: true } }
load:
  - { id: main, dataset: orders, to: target, table: ${table}, mode: merge, key: [id] }
  - { id: copy, dataset: orders, to: mirror, table: ${table}_copy, mode: merge, key: [id] }
`;

/** Runs the job; its own words are the failure. */
async function run(directory: string): Promise<void> {
  const { exitCode, stderr } = await tryCommand(Run, ['daily'], { directory });
  expect([exitCode, exitCode === 0 ? '' : stderr]).toEqual([0, '']);
}

/** A project that has loaded three rows once. */
async function project({ runs = true } = {}): Promise<string> {
  const directory = await folder();
  const connections =
    'connections:\n  source: { connector: duckdb, path: source.duckdb }\n  target: { connector: duckdb, path: target.duckdb }\n  mirror: { connector: duckdb, path: mirror.duckdb }\n';
  await writeFile(join(directory, 'etl.yaml'), `project: shop\n${connections}`);
  for (const name of ['daily', 'other']) {
    await mkdir(join(directory, 'jobs', name), { recursive: true });
    await writeFile(join(directory, 'jobs', name, 'job.yaml'), job(name, name));
  }
  await sql(directory, 'source.duckdb', "create table orders as select i as id, 'row ' || i as text from range(1, 4) t(i)");
  if (runs) await run(directory);
  return directory;
}

interface Listed {
  readonly jobs: readonly {
    readonly job: string;
    readonly error: object | null;
    readonly loads: readonly { readonly load: string; readonly cursors: object }[];
  }[];
}

const cursorsIn = ({ json }: Tried): object =>
  Object.fromEntries((json as Listed).jobs.flatMap(({ loads }) => loads.map(({ load, cursors }) => [load, cursors])));

describe('etl state', () => {
  it('list and show tell where the next run begins, asked from the targets themselves', async () => {
    const directory = await project();
    const listed = await tryCommand(StateList, ['--json'], { directory });
    expect(listed.exitCode).toBe(0);
    expect(cursorsIn(listed)).toEqual({ 'daily/main': { orders: '3' }, 'daily/copy': { orders: '3' }, 'other/main': {}, 'other/copy': {} });
    const { stdout } = await tryCommand(StateList, ['--job', 'daily'], { directory });
    expect(stdout.split('\n')[1]).toMatch(/^daily\/main\torders\t3\t\d{8}-\S+$/);
    const shown = await tryCommand(StateShow, ['other'], { directory });
    expect(shown.stdout).toContain('no cursor: the next run reads everything');
    expect(await tryCommand(StateShow, ['nobody'], { directory })).toMatchObject({ exitCode: 2 });
  });

  it('list tells of a target that does not answer, and shows the other jobs', async () => {
    const directory = await project();
    await writeFile(join(directory, 'jobs', 'other', 'job.yaml'), 'name: other\nextract: {}\n');
    const { json, exitCode, stderr } = await tryCommand(StateList, ['--json'], { directory });
    expect(exitCode).toBe(2);
    const { jobs } = json as Listed;
    expect(jobs.map((each) => [each.job, each.error === null])).toEqual([
      ['daily', true],
      ['other', false],
    ]);
    expect(stderr).toBe('');
    expect((await tryCommand(StateList, [], { directory })).stderr).toContain('other');
  });

  it('set moves the cursor in every load that is made from the dataset, and the next run follows it', async () => {
    const directory = await project();
    const set = (...argv: string[]) => tryCommand(StateSet, argv, { directory });
    expect(await set('daily', 'orders', '1')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    const { json } = await set('daily', 'orders', '1', '--yes', '--json');
    expect(json).toMatchObject({
      status: 'done',
      changes: [
        { load: 'daily/main', dataset: 'orders', before: '3', after: '1' },
        { load: 'daily/copy', dataset: 'orders', before: '3', after: '1' },
      ],
    });
    await sql(directory, 'source.duckdb', "update orders set text = 'new ' || id");
    await run(directory);
    expect(await sql(directory, 'target.duckdb', 'select id, text from daily order by id')).toEqual(['1 row 1', '2 new 2', '3 new 3']);
  });

  it('set refuses a dataset, a load and a shape that cannot be meant', async () => {
    const directory = await project();
    const set = (...argv: string[]) => tryCommand(StateSet, [...argv, '--yes'], { directory });
    expect(await set('daily', 'order', '1')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('orders') });
    expect(await set('daily', 'orders', '1', '--load', 'mane')).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('main, copy'),
    });
    expect(await set('daily', 'orders', '{"a":1}')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('an object') });
    expect(await set('daily', 'orders', '{"a"')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('JSON') });
    expect(cursorsIn(await tryCommand(StateList, ['--job', 'daily', '--json'], { directory }))).toEqual({
      'daily/main': { orders: '3' },
      'daily/copy': { orders: '3' },
    });
  });

  it('reset makes the next run read everything', async () => {
    const directory = await project();
    expect(await tryCommand(StateReset, ['daily', '--yes', '--json'], { directory })).toMatchObject({ exitCode: 0 });
    await sql(directory, 'source.duckdb', "update orders set text = 'again'");
    await run(directory);
    expect(await sql(directory, 'target.duckdb', "select count(*) from daily where text = 'again'")).toEqual(['3']);
  });

  it('changes nothing while a run of the job is running or unfinished', async () => {
    const directory = await project();
    const etl = join(directory, '.etl');
    const lock = await lockJob({ etl, job: 'daily', run: 'r-at-work' });
    expect(await tryCommand(StateReset, ['daily', '--yes'], { directory })).toMatchObject({
      exitCode: 7,
      stderr: expect.stringContaining('r-at-work'),
    });
    await lock.release();
    await writeManifest(etl, 'daily', { run: 'r-cut', started: '2026-11-20T08:00:00Z', phase: 'running', data: null });
    expect(await tryCommand(StateSet, ['daily', 'orders', '1', '--yes'], { directory })).toMatchObject({
      exitCode: 7,
      stderr: expect.stringContaining('etl run daily'),
    });
    expect(cursorsIn(await tryCommand(StateList, ['--job', 'daily', '--json'], { directory }))).toMatchObject({
      'daily/main': { orders: '3' },
    });
  });

  it('export and import carry cursors over exactly, after showing every change', async () => {
    const directory = await project();
    const exported = await tryCommand(StateExport, [], { directory });
    expect(JSON.parse(exported.stdout)).toMatchObject({
      version: 1,
      project: 'shop',
      loads: expect.arrayContaining([{ load: 'daily/main', cursors: { orders: '3' } }]),
    });
    await writeFile(join(directory, 'state.json'), exported.stdout);
    await tryCommand(StateReset, ['daily', '--yes'], { directory });
    const load = (...argv: string[]) => tryCommand(StateImport, ['state.json', ...argv], { directory });
    const dry = await load('--dry-run');
    expect(dry.stdout).toContain('daily/main\torders\tnone\t"3"');
    expect(cursorsIn(await tryCommand(StateList, ['--json'], { directory }))).toMatchObject({ 'daily/main': {} });
    expect((await load('--yes', '--json')).json).toMatchObject({
      applied: true,
      changes: [{ load: 'daily/main' }, { load: 'daily/copy' }],
    });
    expect(cursorsIn(await tryCommand(StateList, ['--json'], { directory }))).toMatchObject({
      'daily/main': { orders: '3' },
      'daily/copy': { orders: '3' },
    });
    expect((await load('--yes', '--json')).json).toMatchObject({ applied: false, changes: [] });
  });

  it('import changes nothing at all when one load is not of the project, or the document is none', async () => {
    const directory = await project();
    const loads = [
      { load: 'daily/main', cursors: { orders: '1' } },
      { load: 'daily/gone', cursors: {} },
    ];
    await writeFile(join(directory, 'state.json'), JSON.stringify({ version: 1, project: 'shop', environment: null, exported: '', loads }));
    const load = () => tryCommand(StateImport, ['state.json', '--yes'], { directory });
    expect(await load()).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('daily/gone') });
    expect(cursorsIn(await tryCommand(StateList, ['--json'], { directory }))).toMatchObject({ 'daily/main': { orders: '3' } });
    await writeFile(join(directory, 'state.json'), '{"version":1}');
    expect(await load()).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('holds no exported state') });
    expect(await tryCommand(StateImport, ['missing.json', '--yes'], { directory })).toMatchObject({
      exitCode: 1,
      stderr: expect.stringContaining('missing.json'),
    });
  });

  it('import reads standard input', async () => {
    const directory = await project();
    const loads = [{ load: 'other/main', cursors: { orders: '2' } }];
    const { json } = await tryCommand(StateImport, ['-', '--yes', '--json'], {
      directory,
      meanwhile: async ({ stdin }) => {
        stdin.end(JSON.stringify({ version: 1, project: 'shop', environment: null, exported: '', loads }));
      },
    });
    expect(json).toMatchObject({ applied: true, changes: [{ load: 'other/main', dataset: 'orders', before: null, after: '2' }] });
  });
});
