import { chmod, mkdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from '@jest/globals';
import Doctor from '../../src/commands/doctor.js';
import { checkMemory, checkNode } from '../../src/jobs/check-installation.js';
import { checkClock, checkUnfinished, checkWritable, etlPaths, saveRun, writeManifest, type Finding } from '../../src/state/index.js';
import { buildProgram, startProgram } from '../state/program.js';
import { runRecord } from '../state/run-record.js';
import { historyProject } from './history-project.js';
import { temporaryFolders } from './temporary-folder.js';
import { tryCommand } from './try-command.js';

const folder = temporaryFolders();
// The keychain of whoever runs the tests is not touched.
const variables = { CI: 'true' };

async function findings(
  directory: string,
): Promise<{ exitCode: number; of: (check: string) => Finding | undefined; all: readonly Finding[] }> {
  const { json, exitCode } = await tryCommand(Doctor, ['--json'], { directory, variables });
  const all = (json as { findings: Finding[] }).findings;
  return { exitCode, all, of: (check) => all.find((finding) => finding.check === check) };
}

describe('etl doctor', () => {
  it('finds nothing wrong with a sound project, and each thing it looked at is named', async () => {
    const directory = await folder();
    await historyProject(directory, [{ id: 'r1' }]);
    const { exitCode, all } = await findings(directory);
    expect(all.filter(({ status }) => status === 'problem')).toEqual([]);
    expect(exitCode).toBe(0);
    const checks = all.map(({ check }) => check);
    for (const check of [
      'node',
      'memory',
      'duckdb',
      'connector duckdb',
      'connector file',
      'secrets',
      'project files',
      'state folder',
      'disk space',
      'job lock',
    ]) {
      expect(checks).toContain(check);
    }
    expect(checks).toEqual(expect.arrayContaining(['state and history', 'unfinished runs', 'clock']));
    const { stdout, stderr } = await tryCommand(Doctor, [], { directory, variables });
    expect(stdout).toContain('ok       duckdb');
    expect(stderr).toContain('Everything that etl needs is there');
  });

  it('names a damaged file, an interrupted run and a mistake in the files, each with its cure, and exits 1', async () => {
    const directory = await folder();
    const etl = await historyProject(directory, [{ id: 'r1', status: 'running', finished: null }]);
    await mkdir(etlPaths(etl).state);
    await writeFile(join(etlPaths(etl).state, 'a.json'), '{"version":1');
    await writeManifest(etl, 'daily', { run: 'r1', started: '2026-11-20T08:00:00Z', phase: 'running', data: null });
    await writeFile(join(directory, 'etl.yaml'), 'project: shop\nconections: {}\n');
    const { exitCode, of } = await findings(directory);
    expect(exitCode).toBe(1);
    expect(of('state and history')).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining('a.json'),
      cure: expect.stringContaining('backup'),
    });
    expect(of('job daily')).toMatchObject({
      status: 'notice',
      detail: expect.stringContaining('run r1 is unfinished'),
      cure: expect.stringContaining('etl run daily'),
    });
    expect(of('project files')).toMatchObject({
      status: 'problem',
      detail: expect.stringContaining('etl.yaml:2'),
      cure: expect.stringContaining('etl validate'),
    });
    const { stdout } = await tryCommand(Doctor, [], { directory, variables });
    expect(stdout).toContain('→ ');
  });

  it('looks at the installation where there is no project, and refuses a project that is not there', async () => {
    const directory = await folder();
    const { exitCode, of } = await findings(directory);
    expect(exitCode).toBe(0);
    expect(of('project')).toMatchObject({ status: 'ok', detail: 'none here' });
    expect(await tryCommand(Doctor, ['--project', 'nowhere'], { directory, variables })).toMatchObject({ exitCode: 2 });
  });

  it('tells a file in the place of .etl and a folder that others can read', async () => {
    const directory = await folder();
    const etl = join(directory, '.etl');
    await writeFile(etl, '');
    expect(await checkWritable(etl)).toMatchObject({ status: 'problem', cure: 'Move that file away' });
    await rm(etl);
    await mkdir(etl);
    await chmod(etl, 0o755);
    expect(await checkWritable(etl)).toMatchObject({ status: 'notice', cure: `chmod 700 ${etl}` });
  });

  it('names a stopped process that holds a job', async () => {
    const etl = await folder();
    await writeManifest(etl, 'daily', { run: 'r1', started: '2026-11-20T08:00:00Z', phase: 'running', data: null });
    const { child, ended } = startProgram(await buildProgram('lock-once'), { etl, job: 'daily', run: 'r1', at: 0, hold: 60_000, wait: 0 });
    await new Promise((resolve) => child.stdout?.once('data', resolve));
    expect(await checkUnfinished(etl)).toMatchObject([{ status: 'ok', detail: expect.stringContaining(`process ${child.pid}`) }]);
    child.kill('SIGSTOP');
    await sleep(50);
    const found = await checkUnfinished(etl);
    child.kill('SIGKILL');
    await ended;
    expect(found).toMatchObject([{ status: 'problem', cure: expect.stringContaining(`kill -CONT ${child.pid}`) }]);
  });

  it('knows a Node that is too old, little memory and a clock that went back', async () => {
    expect(checkNode('20.18.9').status).toBe('problem');
    expect(checkNode('20.19.0').status).toBe('ok');
    expect(checkNode('18.99.0').status).toBe('problem');
    expect(checkNode('26.1.0').status).toBe('ok');
    expect(checkMemory(200 * 2 ** 20)).toMatchObject({ status: 'notice', cure: expect.stringContaining('768') });
    const etl = await folder();
    await saveRun(etl, runRecord({ id: 'r1', started: '2026-11-20T12:00:00.000Z' }));
    expect(await checkClock(etl, new Date('2026-11-20T11:00:00Z'))).toMatchObject({
      status: 'problem',
      cure: expect.stringContaining('clock'),
    });
    expect(await checkClock(etl, new Date('2026-11-20T13:00:00Z'))).toMatchObject({ status: 'ok' });
  });
});
