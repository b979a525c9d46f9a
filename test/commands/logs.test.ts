import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import Logs from '../../src/commands/logs.js';
import { etlPaths, followLog, lockJob, logFile, openLog, readLog, Redactor } from '../../src/state/index.js';
import { historyProject } from './history-project.js';
import { tryCommand } from './try-command.js';
import { temporaryFolders } from './temporary-folder.js';

const folder = temporaryFolders();

describe('etl logs', () => {
  it('prints the newest run for people, and the entries as they are kept for programs', async () => {
    const directory = await folder();
    await historyProject(directory, [{ id: 'r1', log: ['first\u001b[31m', 'second'] }]);
    const { stdout, exitCode } = await tryCommand(Logs, [], { directory });
    expect(exitCode).toBe(0);
    const [first = '', second = '', third = ''] = stdout.split('\n');
    expect(first).toMatch(/^\d\d:\d\d:\d\d\.\d{3} warn {2}first.* dataset=orders at="a b"$/);
    expect(first).not.toContain('\u001b');
    expect(second).toContain('second');
    expect(third).toContain('debug the end');
    const json = await tryCommand(Logs, ['r1', '--level', 'warn', '--json'], { directory });
    const entries = json.stdout
      .trimEnd()
      .split('\n')
      .map((line) => JSON.parse(line) as { msg: string; level: string; run: string });
    expect(entries).toEqual([
      { level: 'warn', time: expect.any(String), run: 'r1', job: 'daily', dataset: 'orders', at: 'a b', msg: 'first\u001b[31m' },
      expect.objectContaining({ msg: 'second' }),
    ]);
  });

  it('answers an unknown run with one error document', async () => {
    const directory = await folder();
    await historyProject(directory, []);
    expect((await tryCommand(Logs, ['r9', '--json'], { directory })).json).toMatchObject({
      status: 'error',
      exitCode: 1,
      error: { code: 'NOT_FOUND' },
    });
  });

  it('follows a run until it ends', async () => {
    const directory = await folder();
    const etl = await historyProject(directory, [{ id: 'r1', status: 'running', finished: null, log: ['begun'] }]);
    const lock = await lockJob({ etl, job: 'daily', run: 'r1' });
    const meanwhile = async (): Promise<void> => {
      await sleep(400);
      const log = openLog({ file: logFile(etlPaths(etl).run('r1')), redactor: new Redactor() });
      log.error('late');
      log.close();
      await lock.release();
    };
    const { stdout, exitCode } = await tryCommand(Logs, ['--follow', '--level', 'warn'], { directory, meanwhile });
    expect(exitCode).toBe(0);
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => line.slice(13)),
    ).toEqual([expect.stringContaining('begun'), expect.stringContaining('late')]);
  });

  it('stops following at Ctrl-C, with its exit code', async () => {
    const directory = await folder();
    const etl = await historyProject(directory, [{ id: 'r1', status: 'running', finished: null, log: ['begun'] }]);
    const lock = await lockJob({ etl, job: 'daily', run: 'r1' });
    const { exitCode, stdout } = await tryCommand(Logs, ['--follow'], {
      directory,
      async meanwhile({ signals }) {
        await sleep(300);
        signals.emit('SIGINT', 'SIGINT');
      },
    });
    await lock.release();
    expect(exitCode).toBe(130);
    expect(stdout).toContain('begun');
  });
});

describe('following a log', () => {
  it('neither loses nor repeats a line over many rotations and cut characters', async () => {
    const file = join(await folder(), 'log.ndjson');
    const log = openLog({ file, redactor: new Redactor(), rotation: { size: 2000, keep: 30 } });
    let running = true;
    const writing = (async () => {
      for (let number = 0; number < 300; number += 1) {
        log.info(`${number} üß𝄞`);
        if (number % 7 === 0) await sleep(3);
      }
      log.close();
      running = false;
    })();
    const met: string[] = [];
    for await (const line of followLog(file, { signal: new AbortController().signal, isRunning: async () => running, pause: 5 }))
      met.push((JSON.parse(line) as { msg: string }).msg);
    await writing;
    const all: string[] = [];
    for await (const line of readLog(file)) all.push((JSON.parse(line) as { msg: string }).msg);
    expect(met).toEqual(Array.from({ length: 300 }, (_, number) => `${number} üß𝄞`));
    expect(all).toEqual(met);
  });
});
