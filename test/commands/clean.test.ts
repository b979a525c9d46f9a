import { readdir, utimes, writeFile, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import Clean from '../../src/commands/clean.js';
import { clean, etlPaths, lockJob, planClean, writeManifest } from '../../src/state/index.js';
import { historyProject } from './history-project.js';
import { tryCommand } from './try-command.js';
import { temporaryFolders } from './temporary-folder.js';

const folder = temporaryFolders();
const day = 86_400_000;
const ago = (days: number): string => new Date(Date.now() - days * day).toISOString();

async function project(): Promise<{ directory: string; etl: string }> {
  const directory = await folder();
  const run = (id: string, days: number, job = 'daily') => ({ id, job, started: ago(days), finished: ago(days) });
  const etl = await historyProject(directory, [
    { ...run('a1', 50), rejects: [['1', 'x']] },
    run('a2', 40),
    run('a3', 10),
    run('b1', 90, 'rare'),
    { ...run('c1', 80, 'broken'), status: 'interrupted' },
    { ...run('d1', 70, 'busy'), status: 'running', finished: null },
  ]);
  await writeManifest(etl, 'broken', { run: 'c1', started: ago(80), phase: 'running', data: null });
  await mkdir(etlPaths(etl).spool);
  for (const name of ['c1.duckdb', 'c1.duckdb.wal', 'd1.duckdb', 'gone.duckdb']) await writeFile(join(etlPaths(etl).spool, name), 'xxxx');
  await mkdir(etlPaths(etl).state);
  for (const name of ['.a.json.abc.tmp', '.b.json.abc.tmp', 'a.json']) await writeFile(join(etlPaths(etl).state, name), '{}');
  await utimes(join(etlPaths(etl).state, '.a.json.abc.tmp'), new Date(0), new Date(0));
  return { directory, etl };
}

describe('etl clean', () => {
  it('shows what would go and removes nothing with --dry-run', async () => {
    const { directory, etl } = await project();
    const lock = await lockJob({ etl, job: 'busy', run: 'd1' });
    const { stdout, stderr, exitCode } = await tryCommand(Clean, ['--keep', '1', '--dry-run'], { directory });
    await lock.release();
    expect(exitCode).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .slice(1)
        .map((line) => line.split('\t').slice(0, 3)),
    ).toEqual([
      ['run', 'daily', etlPaths(etl).run('a1')],
      ['run', 'daily', etlPaths(etl).run('a2')],
      ['spool', '', join(etlPaths(etl).spool, 'gone.duckdb')],
      ['left-over', '', join(etlPaths(etl).state, '.a.json.abc.tmp')],
    ]);
    expect(stderr).toContain('2 runs and 1 spool file and 1 left-over, with 1 refused row');
    expect(await readdir(etlPaths(etl).runs)).toHaveLength(6);
  });

  it('keeps running and unfinished runs, their spool and all state, however strict', async () => {
    const { directory, etl } = await project();
    const lock = await lockJob({ etl, job: 'busy', run: 'd1' });
    const { json } = await tryCommand(Clean, ['--keep', '0', '--older-than', '0s', '--yes', '--json'], { directory });
    await lock.release();
    expect(json).toMatchObject({ status: 'done', dryRun: false });
    expect((await readdir(etlPaths(etl).runs)).sort()).toEqual(['c1', 'd1']);
    expect((await readdir(etlPaths(etl).spool)).sort()).toEqual(['c1.duckdb', 'c1.duckdb.wal', 'd1.duckdb']);
    expect((await readdir(etlPaths(etl).state)).sort()).toEqual(['.b.json.abc.tmp', 'a.json']);
    expect(await readdir(etlPaths(etl).jobs)).toEqual(['broken.json']);
  });

  it('needs both: too old, and beyond the newest of its job', async () => {
    const { etl } = await project();
    const ids = async (keep: number, days: number, job?: string): Promise<(string | null)[]> => {
      const items = await planClean(etl, { keep, olderThan: days * day, now: new Date(), ...(job !== undefined && { job }) });
      return items.filter(({ kind }) => kind === 'run').map(({ run }) => run);
    };
    expect(await ids(0, 30)).toEqual(['b1', 'd1', 'a1', 'a2']);
    expect(await ids(1, 0)).toEqual(['a1', 'a2']);
    expect(await ids(0, 30, 'daily')).toEqual(['a1', 'a2']);
    expect(await ids(5, 0)).toEqual([]);
  });

  it('leaves a run that was taken up between the look and the removal', async () => {
    const { etl } = await project();
    const items = await planClean(etl, { keep: 0, olderThan: 0, now: new Date() });
    await writeManifest(etl, 'daily', { run: 'a2', started: ago(1), phase: 'running', data: null });
    const { kept } = await clean(etl, items);
    expect(kept.map(({ run }) => run)).toEqual(['a2']);
    expect(await readdir(etlPaths(etl).runs)).toContain('a2');
  });

  it('stops at a damaged manifest instead of guessing what is unfinished', async () => {
    const { directory, etl } = await project();
    await writeFile(join(etlPaths(etl).jobs, 'broken.json'), '{"ver');
    const { exitCode, stderr } = await tryCommand(Clean, ['--keep', '0', '--older-than', '0s', '--yes'], { directory });
    expect(exitCode).toBe(1);
    expect(stderr).toContain('broken.json');
    expect(await readdir(etlPaths(etl).runs)).toHaveLength(6);
  });

  it('refuses a duration that is none, and to go on without a person', async () => {
    const { directory } = await project();
    expect(await tryCommand(Clean, ['--older-than', 'soon'], { directory })).toMatchObject({ exitCode: 2 });
    expect(await tryCommand(Clean, ['--keep', '0'], { directory })).toMatchObject({
      exitCode: 2,
      stderr: expect.stringContaining('--yes'),
    });
  });
});
