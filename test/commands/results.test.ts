import { cp, mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import ConnectorsList from '../../src/commands/connectors/list.js';
import ConnectorsShow from '../../src/commands/connectors/show.js';
import Init from '../../src/commands/init.js';
import Preview from '../../src/commands/preview.js';
import Run from '../../src/commands/run.js';
import Test from '../../src/commands/test.js';
import Validate from '../../src/commands/validate.js';
import { connectorShape, connectorsShape, errorShape, runShape, testShape, validateShape } from './json-shapes.js';
import { temporaryFolders } from './temporary-folder.js';
import { tryCommand } from './try-command.js';

const folder = temporaryFolders();

async function project(template = 'csv-to-duckdb'): Promise<string> {
  const directory = await folder();
  expect((await tryCommand(Init, ['--template', template, '--yes'], { directory })).exitCode).toBe(0);
  return directory;
}

async function edit(file: string, change: (text: string) => string): Promise<void> {
  await writeFile(file, change(await readFile(file, 'utf8')));
}

describe('etl connectors', () => {
  it('lists what is installed without a driver, as a table for people and tab-separated for programs', async () => {
    const directory = await folder();
    const { json } = await tryCommand(ConnectorsList, ['--json'], { directory });
    expect(connectorsShape.parse(json).connectors.map(({ name }) => name)).toEqual(expect.arrayContaining(['duckdb', 'file']));
    expect((await tryCommand(ConnectorsList, [], { directory })).stdout.split('\n')[0]).toBe('connector\treads\twrites\tplugin\tabout');
    expect((await tryCommand(ConnectorsList, [], { directory, tty: true })).stdout).toContain('─────────');
  });

  it('shows every option with its type, and refuses what is not there', async () => {
    const directory = await folder();
    const { json } = await tryCommand(ConnectorsShow, ['file', '--json'], { directory });
    const { connector } = connectorShape.parse(json);
    expect(connector.extract?.find(({ name }) => name === 'file')).toMatchObject({ type: 'text', required: true });
    expect(connector.load?.modes).toContain('replace');
    for (const option of [...connector.connection, ...(connector.extract ?? [])]) expect(option.description).not.toBe('');
    const missing = await tryCommand(ConnectorsShow, ['fil', '--json'], { directory });
    expect(errorShape.parse(missing.json)).toMatchObject({
      exitCode: 2,
      error: { code: 'CONNECTOR_UNKNOWN', hint: expect.stringContaining("'file'") },
    });
  });
});

describe('etl validate', () => {
  it('shows every mistake with file, line, column, frame and cure, in each format', async () => {
    const directory = await project();
    await edit(join(directory, 'etl.yaml'), (text) => text.replace('path: ./data', 'pth: ./data'));
    await edit(join(directory, 'jobs/load/job.yaml'), (text) => text.replace('mode: merge', 'mode: merg'));
    const { json, exitCode } = await tryCommand(Validate, ['--json'], { directory });
    const report = validateShape.parse(json);
    expect([exitCode, report.status]).toEqual([2, 'invalid']);
    expect(report.problems.map(({ place }) => place.file)).toEqual(['etl.yaml', 'jobs/load/job.yaml']);
    const text = await tryCommand(Validate, [], { directory });
    expect(text.stdout).toMatch(/^etl\.yaml:7:5\n {2}✖ /);
    expect(text.stdout).toContain('mode: merg,');
    expect(text.stderr).toContain('2 mistakes in 2 files');
    const github = await tryCommand(Validate, ['--format', 'github'], { directory });
    expect(github.stdout.trim().split('\n')).toHaveLength(2);
    expect(github.stdout).toMatch(/^::error file=etl\.yaml,line=7,col=5,title=CONFIG_INVALID::/);
    expect(validateShape.parse((await tryCommand(Validate, ['--format', 'json'], { directory })).json)).toEqual(report);
  });

  it('names files from where the person stands', async () => {
    const directory = await project();
    await edit(join(directory, 'jobs/load/job.yaml'), (text) => `${text}\nnonsense: 1\n`);
    const { stdout } = await tryCommand(Validate, [], { directory: join(directory, 'jobs') });
    expect(stdout).toMatch(/^load\/job\.yaml:\d+:1/);
    const elsewhere = await tryCommand(Validate, ['--project', directory], { directory: await folder() });
    expect(elsewhere.stdout).toContain('/jobs/load/job.yaml:');
  });

  it('says where to begin when there is no project', async () => {
    const directory = await folder();
    const { json } = await tryCommand(Validate, ['--json'], { directory });
    expect(errorShape.parse(json)).toMatchObject({
      exitCode: 2,
      error: { code: 'CONFIG_INVALID', hint: expect.stringContaining('etl init') },
    });
    expect((await tryCommand(Validate, ['--project', '.'], { directory })).exitCode).toBe(2);
  });
});

describe('etl test', () => {
  it('fails with what differs, and passes again', async () => {
    const directory = await project();
    await edit(join(directory, 'jobs/load/job.test.yaml'), (text) => text.replace('total: "12.50"', 'total: "12.51"'));
    const { json, exitCode } = await tryCommand(Test, ['--json'], { directory });
    expect([exitCode, testShape.parse(json).tests[0]?.passed]).toEqual([1, false]);
    const spec = await tryCommand(Test, [], { directory });
    expect(spec.stdout).toContain('total: "12.51"');
    expect(spec.stderr).toContain('0 passed, 1 failed');
    expect((await tryCommand(Test, ['--reporter', 'tap'], { directory })).stdout).toContain('not ok 1 - load: ');
  });

  it('warns when nothing was tested, and knows the names of jobs', async () => {
    const directory = await project();
    expect((await tryCommand(Test, ['--filter', 'nothing like that'], { directory })).stderr).toContain('No test was found');
    expect((await tryCommand(Test, ['lod'], { directory })).exitCode).toBe(2);
  });
});

describe('etl run', () => {
  it('says what failed, where and what next, in text and as JSON, and publishes nothing', async () => {
    const directory = await project();
    await rm(join(directory, 'data/orders.csv'));
    const { json, exitCode } = await tryCommand(Run, ['--json'], { directory });
    const report = runShape.parse(json);
    expect([exitCode, report.status, report.runs[0]?.status]).toEqual([1, 'failed', 'failed']);
    expect(report.runs[0]?.error).toMatchObject({ code: 'NOT_FOUND', hint: expect.any(String) });
    const text = await tryCommand(Run, [], { directory });
    expect(text.stderr).toMatch(/✖ load has failed[\s\S]*Error: [\s\S]*orders\.csv[\s\S]*etl logs /);
    expect(text.stdout).toBe('');
  });

  it('exits with 6 for rejected rows only when asked, and loads the good ones', async () => {
    const directory = await project();
    await edit(join(directory, 'data/orders.csv'), (text) => `${text}1004,Bad,many,2026-11-03 08:00:00\n`);
    expect((await tryCommand(Run, [], { directory })).exitCode).toBe(0);
    const { exitCode, json } = await tryCommand(Run, ['--fail-on-reject', '--json'], { directory });
    expect(exitCode).toBe(6);
    expect(runShape.parse(json)).toMatchObject({ status: 'done', runs: [{ loads: [{ unchanged: 3 }] }] });
    expect((await tryCommand(Run, ['--max-rejects', '0'], { directory })).exitCode).toBe(5);
  });

  it.each([
    [['--wait', 'soon'], '--wait'],
    [['--max-rejects', 'some'], '--max-rejects'],
    [['--limit', '0'], '--limit'],
    [['--param', 'x'], 'name=value'],
    [['nothing'], 'There is no job'],
    [['--tag', 'weekly'], 'weekly'],
  ])('refuses %j as wrong usage before anything is opened', async (argv, text) => {
    const { exitCode, stderr } = await tryCommand(Run, argv, { directory: await project() });
    expect(exitCode).toBe(2);
    expect(stderr).toContain(text);
  });

  it('needs a name where there are several jobs, and runs them all with --all', async () => {
    const directory = await project('empty');
    await mkdir(join(directory, 'jobs/second'));
    await cp(join(directory, 'jobs/copy'), join(directory, 'jobs/second'), { recursive: true });
    await edit(join(directory, 'jobs/second/job.yaml'), (text) =>
      text.replace('name: copy', 'name: second').replace('output.csv', 'second.csv'),
    );
    expect((await tryCommand(Run, [], { directory })).stderr).toContain('copy, second');
    const { json } = await tryCommand(Run, ['--all', '--json'], { directory });
    expect(runShape.parse(json).runs.map(({ job, status }) => [job, status])).toEqual([['copy', 'done'], ['second', 'done']]); // prettier-ignore
    expect((await tryCommand(Run, ['--all', '--run-id', 'x'], { directory })).exitCode).toBe(2);
  });

  it('stops safely when it is interrupted, with the exit code of the signal', async () => {
    const directory = await project();
    const { exitCode, stderr } = await tryCommand(Run, [], {
      directory,
      meanwhile: async ({ signals }) => {
        while (signals.listenerCount('SIGTERM') === 0) await new Promise((resolve) => setTimeout(resolve, 1));
        signals.emit('SIGTERM', 'SIGTERM');
      },
    });
    expect(exitCode).toBe(143);
    expect(stderr).toContain('Stopping safely');
    expect((await tryCommand(Run, [], { directory })).exitCode).toBe(0);
  });
});

describe('etl preview', () => {
  it('shows tables that fit the terminal, with types and nulls', async () => {
    const directory = await project('demo');
    const { stdout } = await tryCommand(Preview, ['sales', '--dataset', 'orders', '--limit', '2'], {
      directory,
      tty: true,
      variables: { NO_COLOR: '1' },
    });
    expect(stdout).toContain('orders after clean  (391 rows)');
    expect(stdout).toContain('decimal(8,2)');
    expect(stdout).toContain('null');
    for (const line of stdout.split('\n')) expect(line.length).toBeLessThanOrEqual(100);
  });
});
