import { spawnSync } from 'node:child_process';
import { mkdir, readdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { emptyDocument } from '@etl/sdk';
import { openLog, openRejects, openStateStore, Redactor, removeDurably, writeDurably } from '../../src/state/index.js';
import { buildProgram, startProgram } from './program.js';
import { temporaryFolders } from './temporary-folder.js';

describe('durable file', () => {
  const newFolder = temporaryFolders();

  it('holds the whole old or the whole new text after a kill at any moment', async () => {
    const program = await buildProgram('write-forever');
    const path = join(await newFolder(), 'document.json');
    const met = new Set<string>();
    for (let round = 0; round < 10; round += 1) {
      const { child, ended } = startProgram(program, { path });
      await new Promise((resolve) => child.stdout?.once('data', resolve));
      await sleep(Math.random() * 40);
      child.kill('SIGKILL');
      await ended;
      const lines = (await readFile(path, 'utf8')).trimEnd().split('\n');
      expect(lines).toHaveLength(40_000);
      expect(new Set(lines).size).toBe(1);
      met.add(lines[0] ?? '');
    }
    expect(met.size).toBeGreaterThan(1);
  }, 60_000);

  it('replaces, for this user alone, and leaves nothing beside it', async () => {
    const folder = join(await newFolder(), 'a', 'b');
    const path = join(folder, 'x.json');
    await writeDurably(path, 'old');
    await writeDurably(path, 'ü\u0000new');
    expect(await readFile(path, 'utf8')).toBe('ü\u0000new');
    expect((await stat(path)).mode & 0o777).toBe(0o600);
    expect((await stat(folder)).mode & 0o777).toBe(0o700);
    expect(await readdir(folder)).toEqual(['x.json']);
    await removeDurably(path);
    await removeDurably(path);
    await removeDurably(join(folder, 'never', 'there'));
    expect(await readdir(folder)).toEqual([]);
  });

  it('names what stands in the way and leaves no temporary file', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'file'), '');
    await mkdir(join(folder, 'taken', 'inner'), { recursive: true });
    await expect(writeDurably(join(folder, 'file', 'x'), '')).rejects.toMatchObject({ code: 'NOT_FOUND', hint: 'Move that file away' });
    await expect(writeDurably(join(folder, 'taken'), '')).rejects.toMatchObject({ message: expect.stringContaining('taken') });
    expect((await readdir(folder)).sort()).toEqual(['file', 'taken']);
  });
});

const mount = join('/tmp', `etl-full-${process.pid}`);
const mounted = (options: string): boolean =>
  process.platform === 'linux' && spawnSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', mount]).status === 0;

describe('a disk that is full or read-only', () => {
  const newFolder = temporaryFolders();
  let able = false;
  beforeAll(async () => {
    await mkdir(mount, { recursive: true });
    able = mounted('size=1m');
    if (!able)
      process.stderr.write('SKIPPED: full and read-only disks cannot be tested without the right to mount (run as root on Linux)\n');
  });
  afterAll(async () => {
    if (able) spawnSync('umount', [mount]);
    spawnSync('rmdir', [mount]);
  });

  it('is told as DISK_FULL, and the old state is still there', async () => {
    if (!able) return;
    const directory = join(mount, 'state');
    const store = openStateStore(directory);
    await store.put('a', 0, { ...emptyDocument, epoch: 1 });
    const big = { ...emptyDocument, epoch: 2, intent: 'x'.repeat(2 ** 21) };
    await expect(store.put('a', 1, big)).rejects.toMatchObject({ code: 'DISK_FULL', hint: expect.stringContaining('etl clean') });
    expect((await store.get('a')).epoch).toBe(1);
    await store.put('a', 1, { ...emptyDocument, epoch: 2 });
    expect((await readdir(directory)).sort()).toEqual(['.locks', 'a.json']);
  });

  it('stops rejects with DISK_FULL at the last whole row, and they go on when there is room', async () => {
    if (!able) return;
    const file = await openRejects({ folder: mount, run: 'r', job: 'j', dataset: 'd', part: 'p' });
    const row = { step: 's', reason: 'r', values: ['x'.repeat(300_000)], schema: null };
    let written = 0;
    const fill = async (): Promise<void> => {
      for (;;) {
        await file.append([row]);
        written += 1;
      }
    };
    await expect(fill()).rejects.toMatchObject({ code: 'DISK_FULL' });
    expect(written).toBeGreaterThan(1);
    await file.truncate(0);
    await file.append([row]);
    expect((await stat(join(mount, 'rejects', 'd.p.ndjson'))).size).toBe(file.offset);
    await file.close();
    spawnSync('rm', ['-r', join(mount, 'rejects')]);
  });

  it('counts the log lines that are lost instead of hiding the error of the run', async () => {
    if (!able) return;
    const log = openLog({ file: join(mount, 'log', 'log.ndjson'), redactor: new Redactor(), rotation: { size: 10 * 2 ** 20, keep: 1 } });
    for (let line = 0; line < 6; line += 1) log.info('x'.repeat(300_000));
    const { lost, reason } = log.close();
    expect(lost).toBeGreaterThan(1);
    expect(reason).toMatchObject({ code: 'DISK_FULL' });
    spawnSync('rm', ['-r', join(mount, 'log')]);
  });

  it('is told as PERMISSION_DENIED when it cannot be written, and still read', async () => {
    if (!able) return;
    const store = openStateStore(join(mount, 'state'));
    const before = await store.get('a');
    expect(spawnSync('mount', ['-o', 'remount,ro', mount]).status).toBe(0);
    await expect(store.put('a', before.epoch, emptyDocument)).rejects.toMatchObject({ code: 'PERMISSION_DENIED' });
    expect(await store.get('a')).toEqual(before);
    expect(await newFolder()).not.toBe(mount);
  });
});
