import { readFile, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import RejectsDiscard from '../../src/commands/rejects/discard.js';
import RejectsExport from '../../src/commands/rejects/export.js';
import RejectsList from '../../src/commands/rejects/list.js';
import RejectsShow from '../../src/commands/rejects/show.js';
import { writeManifest } from '../../src/state/index.js';
import { historyProject } from './history-project.js';
import { tryCommand } from './try-command.js';
import { temporaryFolders } from './temporary-folder.js';

const folder = temporaryFolders();
const nasty = [
  ['1', 'twelve'],
  ['2', 'a,"b"\n\tc'],
  [null, ''],
];

async function project(): Promise<string> {
  const directory = await folder();
  await historyProject(directory, [
    { id: 'r1', started: '2026-11-20T08:00:00Z', rejects: nasty },
    { id: 'r2', started: '2026-11-20T09:00:00Z' },
    { id: 'r3', job: 'other', started: '2026-11-20T07:00:00Z', rejects: [['1', '2', '3']] },
  ]);
  return directory;
}

describe('etl rejects', () => {
  it('list counts by run, dataset, step and reason', async () => {
    const directory = await project();
    const { stdout, exitCode } = await tryCommand(RejectsList, [], { directory });
    expect(exitCode).toBe(0);
    expect(stdout.trimEnd().split('\n').slice(1)).toEqual([
      'r1\tdaily\torders\tcast\ttotal is no number\t3',
      'r3\tother\torders\tcast\ttotal is no number\t1',
    ]);
    const json = (await tryCommand(RejectsList, ['--job', 'other', '--json'], { directory })).json;
    expect(json).toMatchObject({ status: 'done', runs: [{ run: 'r3', rows: 1, groups: [{ dataset: 'orders', rows: 1 }] }] });
    expect((await tryCommand(RejectsList, ['--run', 'r2', '--json'], { directory })).json).toMatchObject({ runs: [] });
  });

  it('show takes the newest run that keeps any, and makes null, empty and control characters visible', async () => {
    const directory = await project();
    const { stdout, stderr } = await tryCommand(RejectsShow, ['--limit', '3'], { directory });
    const lines = stdout
      .replace(/\n+$/, '')
      .split('\n')
      .map((line) => line.split('\t'));
    expect(lines[0]).toEqual(['where', 'step', 'reason', 'id', 'total']);
    expect(lines[1]).toEqual(['a.csv:2', 'cast', 'total is no number', '1', 'twelve']);
    expect(lines).toHaveLength(4);
    expect(lines[3]?.slice(3)).toEqual(['null', '']);
    expect(stderr).toContain('r1');
    expect(stderr).not.toContain('There are more');
    expect((await tryCommand(RejectsShow, ['--limit', '2'], { directory })).stderr).toContain('etl rejects export r1');
    const json = (await tryCommand(RejectsShow, ['r1', '--field', 'total', '--json'], { directory })).json;
    expect(json).toMatchObject({
      run: 'r1',
      more: false,
      rejects: [{ row: { id: '1', total: 'twelve' } }, {}, { row: { id: null, total: '' } }],
    });
  });

  it('show gives people every cell in full, with where and why', async () => {
    const directory = await project();
    const { stdout } = await tryCommand(RejectsShow, ['r1'], { directory, tty: true, variables: { NO_COLOR: '1' } });
    expect(stdout.split('\n').slice(0, 2)).toEqual(['a.csv:2  total is no number (cast)', '  id: 1  total: twelve']);
    expect(stdout).toContain("  id: null  total: ''");
    expect(stdout).not.toContain('\tc');
  });

  it('export writes every cell exactly, into a file that is there whole and for this user alone', async () => {
    const directory = await project();
    const { exitCode, stdout, stderr } = await tryCommand(RejectsExport, ['r1', '--to', 'out.csv'], { directory });
    expect([exitCode, stdout]).toEqual([0, '']);
    expect(stderr).toContain('3 rows');
    const file = join(directory, 'out.csv');
    expect((await stat(file)).mode & 0o777).toBe(0o600);
    const text = await readFile(file, 'utf8');
    expect(text.startsWith('id,total,_etl_run,_etl_job,_etl_dataset,_etl_step,_etl_reason,')).toBe(true);
    expect(text).toContain('\r\n2,"a,""b""\n\tc",r1,');
    expect(text).toContain('\r\n,"",r1,');
    const again = await tryCommand(RejectsExport, ['r1', '--to', 'out.csv', '--json'], { directory });
    expect(again.json).toMatchObject({ status: 'error', error: { code: 'CONFLICT', hint: expect.stringContaining('--force') } });
    expect(await readFile(file, 'utf8')).toBe(text);
    expect((await tryCommand(RejectsExport, ['r3', '--to', 'out.csv', '--force', '--json'], { directory })).json).toMatchObject({
      rows: 1,
    });
    expect(await readFile(file, 'utf8')).toContain('"[""1"",""2"",""3""]"');
  });

  it('export into a pipe is nothing but the rows', async () => {
    const directory = await project();
    const { stdout, stderr } = await tryCommand(RejectsExport, ['r1', '--format', 'ndjson'], { directory });
    expect(stderr).toBe('');
    expect(
      stdout
        .trimEnd()
        .split('\n')
        .map((line) => (JSON.parse(line) as { row: object }).row),
    ).toEqual(nasty.map(([id, total]) => ({ id, total })));
  });

  it('discard needs a person or --yes, and leaves unfinished runs alone', async () => {
    const directory = await project();
    const discard = (...argv: string[]) => tryCommand(RejectsDiscard, argv, { directory });
    expect(await discard('r1')).toMatchObject({ exitCode: 2, stderr: expect.stringContaining('--yes') });
    await writeManifest(join(directory, '.etl'), 'daily', { run: 'r1', started: '2026-11-20T08:00:00Z', phase: 'running', data: null });
    expect(await discard('r1', '--yes')).toMatchObject({ exitCode: 7 });
    expect((await discard('r3', '--yes', '--json')).json).toMatchObject({ status: 'done', run: 'r3', rows: 1 });
    expect((await tryCommand(RejectsList, ['--json'], { directory })).json).toMatchObject({ runs: [{ run: 'r1', rows: 3 }] });
  });

  it('discard asks on a terminal, and no is the usual answer', async () => {
    const directory = await project();
    const answer = async (typed: string): Promise<string> => {
      const { stderr } = await tryCommand(RejectsDiscard, ['r1'], {
        directory,
        tty: true,
        async meanwhile({ stdin, stderr: shown }) {
          while (!shown.text.includes('for good?')) await new Promise((resolve) => setTimeout(resolve, 20));
          stdin.write(`${typed}\r`);
        },
      });
      return stderr;
    };
    expect(await answer('')).toContain('Nothing was changed');
    expect(await answer('y')).toContain('3 rows removed');
  });
});
