import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { beforeAll, describe, expect, it } from '@jest/globals';
import { addressLock } from '../../src/state/address-lock.js';
import { askLocalLock, tryLocalLock } from '../../src/state/local-lock.js';
import { askSocket } from '../../src/state/socket-answer.js';
import { buildProgram, startProgram, type Running } from './program.js';
import { temporaryFolders } from './temporary-folder.js';

describe('local lock', () => {
  const newFolder = temporaryFolders();
  let lockLoop: string;
  beforeAll(async () => {
    lockLoop = await buildProgram('lock-loop');
  });

  it('never lets two processes in, however many contend, are killed or stopped at any point', async () => {
    const home = await newFolder();
    const [folder, owner, journal] = [join(home, 'lock'), join(home, 'owner'), join(home, 'journal')];
    await writeFile(owner, '');
    await writeFile(journal, '');
    const start = (): Running => startProgram(lockLoop, { folder, owner, journal });
    const all = Array.from({ length: 8 }, start);
    const living = [...all];
    const entries = async (): Promise<string[]> => (await readFile(journal, 'utf8')).trim().split('\n');
    let disturbed = 0;
    const deadline = Date.now() + 50_000;
    while (Date.now() < deadline && (disturbed < 24 || (await entries()).length < 80)) {
      await sleep(150);
      const index = Math.floor(Math.random() * living.length);
      const victim = living[index];
      if (victim === undefined) continue;
      if (disturbed % 3 === 2) {
        victim.child.kill('SIGSTOP');
        await sleep(60);
        victim.child.kill('SIGCONT');
      } else {
        victim.child.kill('SIGKILL');
        living[index] = start();
        all.push(living[index]);
      }
      disturbed += 1;
      // So that a slow machine gets processes that live long enough to contend.
      if (disturbed >= 24) await sleep(500);
    }
    for (const { child } of living) child.kill('SIGKILL');
    const ended = await Promise.all(all.map(({ ended: end }) => end));
    expect(ended.map(({ stderr }) => stderr).join('')).toBe('');
    const lines = await entries();
    expect(lines.filter((line) => line.startsWith('violation'))).toEqual([]);
    expect(disturbed).toBeGreaterThanOrEqual(24);
    expect(lines.length).toBeGreaterThanOrEqual(80);
    expect(await askLocalLock(folder)).toBeUndefined();
  }, 90_000);

  it('frees once, however often it is asked to, and not the lock of the next holder', async () => {
    const folder = join(await newFolder(), 'lock');
    const first = await tryLocalLock(folder, 'first');
    if (!('lock' in first)) throw new Error('a new lock is taken');
    await Promise.all([first.lock.release(), first.lock.release()]);
    const second = await tryLocalLock(folder, 'second');
    await first.lock.release();
    expect(await askLocalLock(folder)).toBe('second');
    if ('lock' in second) await second.lock.release();
  });

  it('does not keep a process alive', async () => {
    const folder = join(await newFolder(), 'lock');
    const { ended } = startProgram(await buildProgram('lock-and-end'), { folder });
    expect(await ended).toMatchObject({ code: 0, stderr: '', stdout: 'held' });
    expect(await askLocalLock(folder)).toBeUndefined();
  });

  const linux = process.platform === 'linux' ? describe : describe.skip;
  linux('by address (Windows pipes; file systems without sockets)', () => {
    it('is held by one, tells who, and is free after its release', async () => {
      const address = `\0etl-test-${process.pid}-${Math.random()}`;
      const attempts = await Promise.all([1, 2, 3, 4, 5].map((number) => addressLock(address, number)));
      const won = attempts.flatMap((attempt, index) => ('lock' in attempt ? [{ lock: attempt.lock, answer: index + 1 }] : []));
      expect(won).toHaveLength(1);
      expect(attempts.filter((attempt) => 'holder' in attempt && attempt.holder === won[0]?.answer)).toHaveLength(4);
      expect(await askSocket(address)).toBe(won[0]?.answer);
      await won[0]?.lock.release();
      expect(await askSocket(address)).toBeUndefined();
    });
  });
});
