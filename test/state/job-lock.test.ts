import { mkdir, readdir, symlink, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { jobHolder, lockJob } from '../../src/state/index.js';
import { buildProgram, startProgram } from './program.js';
import { temporaryFolders } from './temporary-folder.js';

describe('job lock', () => {
  const newFolder = temporaryFolders();
  let lockOnce: string;
  beforeAll(async () => {
    lockOnce = await buildProgram('lock-once');
  });

  it('is held by exactly one of 20 processes that try at the same moment, and the others learn its run and pid', async () => {
    const etl = await newFolder();
    const at = Date.now() + 6000;
    const running = Array.from({ length: 20 }, (_, index) =>
      startProgram(lockOnce, { etl, job: 'daily', run: `r${index}`, at, hold: 4000, wait: 0 }),
    );
    const ended = await Promise.all(running.map(({ ended: end }) => end));
    expect(ended.map(({ stderr }) => stderr).join('')).toBe('');
    const answers = ended.map(
      ({ stdout }) => JSON.parse(stdout) as { got?: string; code?: string; message?: string; details?: { run: string; pid: number } },
    );
    const winners = answers.flatMap(({ got }, index) => (got === undefined ? [] : [{ run: got, pid: running[index]?.child.pid }]));
    expect(winners).toHaveLength(1);
    const losers = answers.filter(({ got }) => got === undefined);
    for (const { code, details, message } of losers) {
      expect(code).toBe('BUSY');
      expect({ run: details?.run, pid: details?.pid }).toEqual(winners[0]);
      expect(message).toContain(`run ${winners[0]?.run ?? ''} (process ${winners[0]?.pid ?? ''}`);
    }
  });

  it('is free at once when its holder was killed, and nothing of the dead one is left behind', async () => {
    const etl = await newFolder();
    for (let round = 0; round < 3; round += 1) {
      const { child, ended } = startProgram(lockOnce, { etl, job: 'daily', run: 'killed', at: 0, hold: 60_000, wait: 0 });
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      expect(await jobHolder(etl, 'daily')).toMatchObject({ run: 'killed', pid: child.pid });
      child.kill('SIGKILL');
      await ended;
      expect(await jobHolder(etl, 'daily')).toBeNull();
      const lock = await lockJob({ etl, job: 'daily', run: 'next' });
      await lock.release();
    }
    expect(await readdir(join(etl, 'locks', 'daily'))).toEqual([]);
  });

  it('stays held by a stopped process, which is named', async () => {
    const etl = await newFolder();
    const { child, ended } = startProgram(lockOnce, { etl, job: 'daily', run: 'stopped', at: 0, hold: 60_000, wait: 0 });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    child.kill('SIGSTOP');
    try {
      await expect(lockJob({ etl, job: 'daily', run: 'other' })).rejects.toMatchObject({
        code: 'BUSY',
        details: { run: 'stopped', pid: child.pid },
      });
    } finally {
      child.kill('SIGKILL');
      await ended;
    }
  });

  it('is waited for as long as asked, and no longer', async () => {
    const etl = await newFolder();
    const first = await lockJob({ etl, job: 'daily', run: 'first' });
    const told: unknown[] = [];
    const begun = performance.now();
    await expect(
      lockJob({ etl, job: 'daily', run: 'second', wait: 300, onWait: (holder) => told.push(holder?.run) }),
    ).rejects.toMatchObject({
      code: 'BUSY',
    });
    expect(performance.now() - begun).toBeGreaterThanOrEqual(290);
    const later = lockJob({ etl, job: 'daily', run: 'second', wait: 20_000 });
    await sleep(50);
    await first.release();
    const second = await later;
    expect(await jobHolder(etl, 'daily')).toMatchObject({ run: 'second' });
    await second.release();
    expect(told).toEqual(['first']);
  });

  it('stops waiting when the signal fires', async () => {
    const etl = await newFolder();
    const first = await lockJob({ etl, job: 'daily', run: 'first' });
    const stop = new AbortController();
    const waiting = lockJob({ etl, job: 'daily', run: 'second', wait: 60_000, signal: stop.signal });
    setTimeout(() => stop.abort(), 50);
    await expect(waiting).rejects.toMatchObject({ code: 'CANCELLED' });
    await first.release();
  });

  it('keeps jobs apart whose names differ only in case, slashes or dots', async () => {
    const etl = await newFolder();
    const names = ['Daily', 'daily', 'a/b', 'a_b', 'a%2fb', '..', '../daily', 'nul', 'ü 世界', 'x'.repeat(500), `${'x'.repeat(499)}y`];
    const locks = [];
    for (const job of names) locks.push(await lockJob({ etl, job, run: job }));
    for (const job of names) expect(await jobHolder(etl, job)).toMatchObject({ run: job });
    for (const lock of locks) await lock.release();
  });

  it('works in a folder whose path is longer than a socket may have, also through another path to it', async () => {
    const deep = join(await newFolder(), 'deep folder with spaces'.repeat(4), 'and ünïcode '.repeat(6));
    await mkdir(deep, { recursive: true });
    const link = join(await newFolder(), 'l');
    await symlink(deep, link);
    const lock = await lockJob({ etl: deep, job: 'daily', run: 'long' });
    await expect(lockJob({ etl: link, job: 'daily', run: 'short' })).rejects.toMatchObject({ code: 'BUSY', details: { run: 'long' } });
    await lock.release();
    await (await lockJob({ etl: link, job: 'daily', run: 'short' })).release();
  });

  it('says what is wrong when a file stands in the place of its folder', async () => {
    const etl = await newFolder();
    await writeFile(join(etl, 'locks'), '');
    await expect(lockJob({ etl, job: 'daily', run: 'r' })).rejects.toMatchObject({ code: 'NOT_FOUND', hint: 'Move that file away' });
  });
});
