import { mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import {
  etlPaths,
  listRuns,
  lockJob,
  newRunId,
  readManifest,
  readRun,
  removeManifest,
  safeName,
  saveRun,
  writeManifest,
} from '../../src/state/index.js';
import { runRecord } from './run-record.js';
import { temporaryFolders } from './temporary-folder.js';

const counts = { in: 5, inserted: 2, updated: 1, unchanged: 1, skipped: 0, deduplicated: 0, rejected: 1, deleted: 0 };

describe('run history', () => {
  const newFolder = temporaryFolders();

  it('returns a run exactly as it was saved, and the later state when saved again', async () => {
    const etl = await newFolder();
    const step = { step: 'cast', in: 9, out: 5, filtered: 2, deduplicated: 1, rejected: 1, warned: 3 };
    const record = runRecord({
      id: 'manual__2026-11-20T18:12:03+00:00/../x',
      datasets: { 'Orders "x"': { steps: [step] } },
      loads: [{ id: 'daily/orders', ...counts }],
      cursors: { orders: '12345678901234567890' },
      params: { day: '2026-11-20', none: null },
      warnings: ['late'],
      error: { code: 'CHECK_FAILED', message: 'm', hint: null, place: { job: 'daily', line: 3 } },
    });
    await saveRun(etl, { ...record, status: 'failed', finished: null });
    await saveRun(etl, record);
    expect(await readRun(etl, record.id)).toEqual(record);
    expect((await listRuns(etl)).runs).toEqual([record]);
  });

  it('lists the newest first, by job and number', async () => {
    const etl = await newFolder();
    const at = (minute: number): string => `2026-11-20T10:${String(minute).padStart(2, '0')}:00.000Z`;
    for (const minute of [3, 1, 9, 7])
      await saveRun(etl, runRecord({ id: `r${minute}`, job: minute > 5 ? 'late' : 'early', started: at(minute) }));
    const ids = async (filter: Parameters<typeof listRuns>[1]): Promise<string[]> => (await listRuns(etl, filter)).runs.map(({ id }) => id);
    expect(await ids({})).toEqual(['r9', 'r7', 'r3', 'r1']);
    expect(await ids({ limit: 2 })).toEqual(['r9', 'r7']);
    expect(await ids({ job: 'early', limit: 1 })).toEqual(['r3']);
    expect((await listRuns(await newFolder())).runs).toEqual([]);
  });

  it('tells of a damaged record and hides no other', async () => {
    const etl = await newFolder();
    for (const id of ['r1', 'r2', 'r3']) await saveRun(etl, runRecord({ id }));
    const damaged = join(etlPaths(etl).run('r2'), 'run.json');
    await writeFile(damaged, '{"version":1,"run":{"id":');
    await mkdir(etlPaths(etl).run('no record yet'));
    await writeFile(join(etlPaths(etl).runs, 'stray file'), '');
    const list = await listRuns(etl);
    expect(list.runs.map(({ id }) => id)).toEqual(['r3', 'r1']);
    expect(list.damaged).toEqual([{ file: damaged, reason: expect.stringContaining('is damaged') }]);
    await expect(readRun(etl, 'r2')).rejects.toMatchObject({ code: 'DATA_INVALID', hint: expect.stringContaining('Remove the folder') });
    await expect(readRun(etl, 'r4')).rejects.toMatchObject({ code: 'NOT_FOUND' });
  });

  it('shows a run as running only while its own process holds the job', async () => {
    const etl = await newFolder();
    const running = { status: 'running', finished: null } as const;
    await saveRun(etl, runRecord({ id: 'killed', ...running }));
    await saveRun(etl, runRecord({ id: 'alive', ...running, started: '2026-11-20T11:00:00.000Z' }));
    const lock = await lockJob({ etl, job: 'daily', run: 'alive' });
    const statuses = async (): Promise<object> => Object.fromEntries((await listRuns(etl)).runs.map(({ id, status }) => [id, status]));
    expect(await statuses()).toEqual({ alive: 'running', killed: 'interrupted' });
    await lock.release();
    expect(await statuses()).toEqual({ alive: 'interrupted', killed: 'interrupted' });
    expect(await readRun(etl, 'alive')).toMatchObject({ status: 'interrupted', finished: null });
  });
});

describe('run id', () => {
  it('sorts by time and does not repeat', () => {
    const ids = ['2026-11-20T18:12:03.412Z', '2026-11-20T18:12:03.413Z', '2027-01-01T00:00:00Z'].map((time) => newRunId(new Date(time)));
    expect([...ids].sort()).toEqual(ids);
    expect(ids[0]).toMatch(/^20261120-181203412-[0-9a-f]{10}$/);
    expect(ids.map(safeName)).toEqual(ids);
    const now = new Date();
    expect(new Set(Array.from({ length: 2000 }, () => newRunId(now))).size).toBe(2000);
  });
});

describe('job manifest', () => {
  const newFolder = temporaryFolders();

  it('remembers the unfinished run until it is removed', async () => {
    const etl = await newFolder();
    expect(await readManifest(etl, 'a/B')).toBeNull();
    const manifest = { run: 'r1', started: '2026-11-20T10:00:00Z', phase: 'publishing', data: { spool: null, parts: ['ü'] } } as const;
    await writeManifest(etl, 'a/B', { ...manifest, phase: 'running' });
    await writeManifest(etl, 'a/B', manifest);
    expect(await readManifest(etl, 'a/B')).toEqual(manifest);
    expect(await readManifest(etl, 'a/b')).toBeNull();
    await removeManifest(etl, 'a/B');
    await removeManifest(etl, 'a/B');
    expect(await readManifest(etl, 'a/B')).toBeNull();
    await rm(etl, { recursive: true });
    await removeManifest(etl, 'a/B');
  });

  it('is never guessed at when it is damaged', async () => {
    const etl = await newFolder();
    await mkdir(etlPaths(etl).jobs, { recursive: true });
    await writeFile(etlPaths(etl).manifest('daily'), '{"version":1,"job":"daily"}');
    await expect(readManifest(etl, 'daily')).rejects.toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('Remove the file'),
    });
  });
});
