import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import RunsList from '../../src/commands/runs/list.js';
import RunsShow from '../../src/commands/runs/show.js';
import { etlPaths, lockJob } from '../../src/state/index.js';
import { historyProject } from './history-project.js';
import { tryCommand } from './try-command.js';
import { temporaryFolders } from './temporary-folder.js';

const folder = temporaryFolders();
const at = (hour: number): string => `2026-11-20T${String(hour).padStart(2, '0')}:00:00.000Z`;
const extract = { step: 'extract', in: 12_000, out: 11_990, filtered: 0, deduplicated: 0, rejected: 10, warned: 0 };
const load = {
  id: 'daily/orders',
  in: 11_990,
  inserted: 11_000,
  updated: 990,
  unchanged: 0,
  skipped: 0,
  deduplicated: 0,
  rejected: 0,
  deleted: 0,
};
const balance = { datasets: { orders: { steps: [extract] } }, loads: [load] };
const error = { code: 'CHECK_FAILED', message: 'sales.id is not unique', hint: 'Look at the rows', place: {} } as const;

describe('etl runs list', () => {
  const open = async (): Promise<string> => {
    const directory = await folder();
    await historyProject(directory, [
      { id: 'r-old', job: 'daily', started: at(8), finished: at(9), ...balance },
      { id: 'r-failed', job: 'other', started: at(9), finished: at(9), status: 'failed', error },
      { id: 'r-killed', job: 'daily', started: at(10), finished: null, status: 'running' },
    ]);
    return directory;
  };

  it('shows the newest first, with what became of the rows, as tab-separated text in a pipe', async () => {
    const { exitCode, stdout, stderr } = await tryCommand(RunsList, [], { directory: await open() });
    expect([exitCode, stderr]).toEqual([0, '']);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.split('\t')),
    ).toEqual([
      ['run', 'job', 'status', 'started', 'took', 'read', 'loaded', 'rejected'],
      ['r-killed', 'daily', 'interrupted', '2026-11-20 10:00:00', '', '0', '0', '0'],
      ['r-failed', 'other', 'failed', '2026-11-20 09:00:00', '0 ms', '0', '0', '0'],
      ['r-old', 'daily', 'done', '2026-11-20 08:00:00', '1 h 00 min', '12,000', '11,990', '10'],
    ]);
  });

  it('shows people the end of an id, which is enough to name the run', async () => {
    const directory = await folder();
    await historyProject(directory, [
      { id: '20261120-080000000-0123456789', started: at(8), finished: at(9) },
      { id: 'given-by-airflow', started: at(7), finished: at(7) },
    ]);
    const { stdout } = await tryCommand(RunsList, [], { directory, tty: true, variables: { NO_COLOR: '1' } });
    expect(stdout).toMatch(/^0123456789 +daily +done +2026-11-20 08:00 /m);
    expect(stdout).toMatch(/^given-by-airflow /m);
    expect((await tryCommand(RunsShow, ['0123456789', '--json'], { directory })).json).toMatchObject({
      run: { id: '20261120-080000000-0123456789' },
    });
  });

  it('filters by job, outcome and number, and gives programs whole records', async () => {
    const directory = await open();
    const ids = async (...argv: string[]): Promise<string[]> => {
      const { json } = await tryCommand(RunsList, [...argv, '--json'], { directory });
      return (json as { runs: { id: string }[] }).runs.map(({ id }) => id);
    };
    expect(await ids('--job', 'daily')).toEqual(['r-killed', 'r-old']);
    expect(await ids('--status', 'interrupted')).toEqual(['r-killed']);
    expect(await ids('--limit', '1')).toEqual(['r-killed']);
    const { json } = await tryCommand(RunsList, ['--job', 'other', '--json'], { directory });
    expect(json).toMatchObject({
      status: 'done',
      exitCode: 0,
      damaged: [],
      runs: [{ id: 'r-failed', job: 'other', status: 'failed', error }],
    });
  });

  it('tells of a damaged record and shows the others', async () => {
    const directory = await open();
    await writeFile(join(etlPaths(join(directory, '.etl')).run('r-failed'), 'run.json'), '{');
    const { exitCode, stdout, stderr } = await tryCommand(RunsList, [], { directory });
    expect(exitCode).toBe(0);
    expect(stderr).toContain('is damaged');
    expect(stdout.split('\n')).toHaveLength(4);
  });

  it('says what to do where nothing ran yet, and where there is no project', async () => {
    const directory = await folder();
    expect(await tryCommand(RunsList, [], { directory })).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('etl init') });
    await historyProject(directory, []);
    expect(await tryCommand(RunsList, [], { directory })).toMatchObject({
      exitCode: 0,
      stdout: '',
      stderr: expect.stringContaining('etl run'),
    });
  });

  it('shows a run as running while its process holds the job', async () => {
    const directory = await open();
    const lock = await lockJob({ etl: join(directory, '.etl'), job: 'daily', run: 'r-killed' });
    const { stdout } = await tryCommand(RunsList, ['--limit', '1'], { directory });
    await lock.release();
    expect(stdout).toContain('r-killed\tdaily\trunning');
  });
});

describe('etl runs show', () => {
  it('shows the newest run, or the one whose id begins or ends so, with its balance', async () => {
    const directory = await folder();
    await historyProject(directory, [
      { id: '20261120-aa', job: 'daily', started: at(8), params: { day: '2026-11-20' }, cursors: { orders: '7' }, ...balance },
      { id: '20261120-bb', job: 'daily', started: at(9), status: 'failed', error },
    ]);
    const show = (...argv: string[]) => tryCommand(RunsShow, argv, { directory });
    const newest = await show();
    expect(newest.stdout).toContain('20261120-bb');
    expect(newest.stdout).toContain('CHECK_FAILED: sales.id is not unique');
    expect(newest.stdout).toContain('Look at the rows');
    const older = await show('aa');
    for (const text of ['day = "2026-11-20"', 'orders = "7"', '12,000', '11,000']) expect(older.stdout).toContain(text);
    expect(older.stderr).toContain('etl rejects show 20261120-aa');
    expect((await show('20261120-aa', '--json')).json).toMatchObject({ status: 'done', run: { id: '20261120-aa', loads: [load] } });
    expect(await show('2026')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('fits 2 runs') });
    expect(await show('zz')).toMatchObject({ exitCode: 1, stderr: expect.stringContaining('There is no run zz') });
    expect((await show('zz', '--json')).json).toMatchObject({ status: 'error', error: { code: 'NOT_FOUND' } });
  });
});
