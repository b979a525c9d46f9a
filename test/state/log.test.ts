import { readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { logLevel, openLog, Redactor } from '../../src/state/index.js';
import { temporaryFolders } from './temporary-folder.js';

describe('log of a run', () => {
  const newFolder = temporaryFolders();
  const lines = async (file: string): Promise<Record<string, unknown>[]> =>
    (await readFile(file, 'utf8'))
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as Record<string, unknown>);

  it('is one JSON document a line, from its level up, for this user alone', async () => {
    const file = join(await newFolder(), 'r1', 'log.ndjson');
    const log = openLog({ file, redactor: new Redactor(), facts: { run: 'r1' }, level: 'info' });
    log.debug('not this');
    log.info('100% %s %d\n\u2028"', { dataset: 'orders', rows: 3, level: 'x', msg: 'y', time: 0 });
    log.error('bad', { error: { code: 'CONFLICT' } });
    expect(log.close()).toEqual({ lost: 0, reason: null });
    expect(await lines(file)).toEqual([
      {
        level: 'info',
        time: expect.stringMatching(/^\d{4}-.*Z$/),
        run: 'r1',
        dataset: 'orders',
        rows: 3,
        level_: 'x',
        msg_: 'y',
        time_: 0,
        msg: '100% %s %d\n\u2028"',
      },
      { level: 'error', time: expect.any(String), run: 'r1', error: { code: 'CONFLICT' }, msg: 'bad' },
    ]);
    expect((await stat(file)).mode & 0o777).toBe(0o600);
  });

  it('never holds a secret, wherever it stands, and stays JSON even when the secret looks like JSON', async () => {
    const file = join(await newFolder(), 'log.ndjson');
    const redactor = new Redactor();
    const log = openLog({ file, redactor, facts: { url: 'https://u:hunter22@h' } });
    redactor.add('hunter22');
    redactor.add('"msg":');
    redactor.add('info');
    log.info('hunter22', { hunter22: { deep: ['x hunter22 y', '"msg":'] } });
    log.close();
    expect(await lines(file)).toEqual([
      { level: 'info', time: expect.any(String), url: 'https://u:hunter22@h', '***': { deep: ['x *** y', '***'] }, msg: '***' },
    ]);
  });

  it('rotates at its size, keeps as many files as asked, and loses no line in between', async () => {
    const folder = await newFolder();
    const file = join(folder, 'log.ndjson');
    const log = openLog({ file, redactor: new Redactor(), rotation: { size: 1000, keep: 2 } });
    for (let number = 0; number < 40; number += 1) log.info(`line ${number}`, { filler: 'x'.repeat(100) });
    log.close();
    expect((await readdir(folder)).sort()).toEqual(['log.ndjson', 'log.ndjson.1', 'log.ndjson.2']);
    const kept = [...(await lines(`${file}.2`)), ...(await lines(`${file}.1`)), ...(await lines(file))].map(({ msg }) => msg);
    expect(kept).toEqual(Array.from({ length: kept.length }, (_, index) => `line ${40 - kept.length + index}`));
    for (const name of await readdir(folder)) expect((await stat(join(folder, name))).size).toBeLessThanOrEqual(1000);
  });

  it('goes on in the file of a continued run', async () => {
    const file = join(await newFolder(), 'log.ndjson');
    for (const msg of ['first', 'second']) {
      const log = openLog({ file, redactor: new Redactor() });
      log.info(msg);
      log.close();
    }
    expect((await lines(file)).map(({ msg }) => msg)).toEqual(['first', 'second']);
  });

  it('takes its level from ETL_LOG_LEVEL and refuses a word that is none', async () => {
    expect(logLevel({})).toBe('info');
    expect(logLevel({ ETL_LOG_LEVEL: 'DEBUG' })).toBe('debug');
    expect(() => logLevel({ ETL_LOG_LEVEL: 'loud' })).toThrow('no level');
  });

  it('names the file that stands in the place of its folder', async () => {
    const folder = await newFolder();
    await writeFile(join(folder, 'r1'), '');
    expect(() => openLog({ file: join(folder, 'r1', 'log.ndjson'), redactor: new Redactor() })).toThrow(
      expect.objectContaining({ code: 'NOT_FOUND', message: expect.stringContaining('r1') }),
    );
  });
});
