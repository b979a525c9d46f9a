import { spawn } from 'node:child_process';
import { existsSync } from 'node:fs';
import { mkdtemp, readdir, readFile, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import stringWidth from 'string-width';
import { runShape } from '../commands/json-shapes.js';

const root = fileURLToPath(new URL('../..', import.meta.url));
const bin = join(root, 'bin/run.js');

interface Ended {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

interface StartOptions {
  readonly directory: string;
  readonly variables?: NodeJS.ProcessEnv;
  readonly command?: readonly [string, ...string[]];
  readonly meanwhile?: (send: (signal: NodeJS.Signals) => void, seen: () => string) => Promise<void>;
}

/** Starts the built command line as a person or a script would. */
async function etl(words: readonly string[], { directory, variables = {}, command, meanwhile }: StartOptions): Promise<Ended> {
  const [program, ...rest] = command ?? [process.execPath, bin, ...words];
  const { PATH, HOME } = process.env;
  const child = spawn(program, rest, {
    cwd: directory,
    env: { PATH, HOME, TERM: 'xterm-256color', ...variables },
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const text = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => (text.stdout += chunk));
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => (text.stderr += chunk));
  const ended = new Promise<number | null>((resolve, reject) => child.on('close', resolve).on('error', reject));
  await meanwhile?.(
    (signal) => child.kill(signal),
    () => text.stdout + text.stderr,
  );
  return { code: await ended, ...text };
}

/** The same on a terminal of its own, made by `script` of util-linux. */
function onTerminal(words: readonly string[], options: StartOptions & { columns: number }): Promise<Ended> {
  const line = `stty cols ${options.columns} rows 30; exec '${process.execPath}' '${bin}' ${words.join(' ')}`;
  return etl([], { ...options, command: ['script', '-qec', line, '/dev/null'] });
}

const until = async (condition: () => boolean): Promise<void> => {
  while (!condition()) await new Promise((resolve) => setTimeout(resolve, 10));
};

const escape = '\u001b';

describe('the command line as a process', () => {
  let folder = '';
  let directory = '';
  beforeAll(async () => {
    if (!existsSync(join(root, 'dist/terminal/start.js'))) throw new Error('The command line is not built: npm run build');
    folder = await mkdtemp(join(tmpdir(), 'etl-command-line-'));
    expect(await etl(['init', 'demo', '--template', 'demo', '--yes'], { directory: folder })).toMatchObject({ code: 0, stdout: '' });
    directory = join(folder, 'demo');
  }, 60_000);
  afterAll(() => rm(folder, { recursive: true, force: true }));

  it('starts from one bundle, not from hundreds of modules', async () => {
    // Node tells each module that it takes in
    const variables = { NODE_DEBUG: 'esm,module' };
    const { code, stderr } = await etl(['run', '--all', '--dry-run', '--no-input'], { directory, variables });
    const modules = [...stderr.matchAll(/Storing file:\/\/(\S+)/g), ...stderr.matchAll(/ load "([^"]+)" for module/g)];
    const loaded = modules.map(([, path = '']) => path);
    expect(code).toBe(0);
    expect(loaded.filter((path) => path.endsWith('dist/etl.bundle.cjs'))).toHaveLength(1);
    expect(loaded.filter((path) => /node_modules\/(zod|yaml|@oclif\/core)\/|\/packages\//.test(path))).toEqual([]);
    // The engine of steps is no part of it: it looks for its native half beside itself
    expect(loaded.filter((path) => !path.includes('/@duckdb/')).length).toBeLessThan(40);
  }, 60_000);

  it('says its version at once, and how to begin when it is given nothing', async () => {
    const version = await etl(['--version'], { directory });
    expect(version.stdout).toMatch(/^@etl\/cli\/\d+\.\d+\.\d+ \S+ node-v\d+/);
    const start = await etl([], { directory });
    expect([start.code, start.stderr]).toEqual([0, '']);
    expect(start.stdout).toContain('init demo --template demo');
  });

  it('shows progress and colours on a terminal, and the balance fits its width', async () => {
    const { code, stdout } = await onTerminal(['run', 'sales', '--full-refresh'], { directory, columns: 90 });
    expect(code).toBe(0);
    expect(stdout).toContain(`${escape}[J`);
    expect(stdout).toContain(`${escape}[32m`);
    const plain = stdout.replaceAll(new RegExp(`${escape}\\[[0-9;?]*[a-zA-Z]`, 'g'), '');
    expect(plain).toContain('✔ sales is done');
    for (const line of plain.split('\r\n')) expect(stringWidth(line)).toBeLessThanOrEqual(90);
  }, 60_000);

  it('draws nothing on a terminal that has no columns, and no colour with NO_COLOR', async () => {
    const { code, stdout } = await onTerminal(['run', 'sales'], { directory, columns: 0, variables: { NO_COLOR: '1' } });
    expect(code).toBe(0);
    expect(stdout).not.toContain(escape);
    expect(stdout).toContain('sales is done');
  }, 60_000);

  it('keeps standard output clean in a pipe', async () => {
    const run = await etl(['run', 'sales'], { directory });
    expect([run.code, run.stdout]).toEqual([0, '']);
    expect(run.stderr).not.toContain(escape);
    const json = await etl(['run', 'sales', '--json'], { directory });
    expect(json.stderr).toBe('');
    expect(runShape.parse(JSON.parse(json.stdout)).status).toBe('done');
    const preview = await etl(['preview', 'sales', '--dataset', 'customers', '--limit', '1'], { directory });
    expect(preview.stdout.split('\n')[1]).toBe('id\tname\tclass\temail\tcountry\tpostcode\tupdated_at');
  }, 60_000);

  it.each([
    [['rnu'], 'etl run'],
    [['runs', 'lst'], 'etl runs list'],
    [['run', '--lmit', '3'], '--limit'],
    [['help', 'rnu'], 'etl run'],
  ])('answers %j with exit code 2 and the nearest right word, also as JSON', async (words, nearest) => {
    const text = await etl(words, { directory });
    expect([text.code, text.stdout]).toEqual([2, '']);
    expect(text.stderr).toContain(nearest);
    const json = await etl([...words, '--json'], { directory });
    expect(json.code).toBe(2);
    expect(JSON.parse(json.stdout)).toMatchObject({ status: 'error', exitCode: 2, error: { code: 'USAGE' } });
  });

  it('does not break when its reader goes away', async () => {
    const line = `'${process.execPath}' '${bin}' connectors show file | head -1; exit \${PIPESTATUS[0]}`;
    const { code, stderr } = await etl([], { directory, command: ['bash', '-c', line] });
    expect([code, stderr]).toEqual([0, '']);
  });

  it('takes no argument from standard input', async () => {
    const { code, stderr } = await etl([], { directory, command: ['bash', '-c', `echo sales | '${process.execPath}' '${bin}' preview`] });
    expect(code).toBe(2);
    expect(stderr).toContain('Missing: JOB');
  });

  it('gives secrets in wrong places back to nobody', async () => {
    for (const words of [
      ['run', '--password=hunter2'],
      ['run', 'sales', '--param', 'token=hunter2'],
      ['run', 'sales', '--limit', 'hunter2'],
      ['connectors', 'show', 'file', 'hunter2'],
    ]) {
      const { code, stdout, stderr } = await etl([...words, '--json'], { directory });
      expect(code).toBe(2);
      expect(stdout + stderr).not.toContain('hunter2');
    }
  });

  it('stops safely at the first Ctrl-C with the exit code of the signal, and the next run continues', async () => {
    const project = join(directory, '..', 'slow');
    await etl(['init', 'slow', '--template', 'empty', '--yes'], { directory: join(directory, '..') });
    await writeFile(
      join(project, 'data/input.csv'),
      `id,name\n${Array.from({ length: 400_000 }, (_, id) => `${id},name ${id}\n`).join('')}`,
    );
    const stopped = await etl(['run', '--json'], {
      directory: project,
      variables: { ETL_CHECKPOINT_ROWS: '5000' },
      meanwhile: async (send) => {
        const staged = async (): Promise<boolean> => (await readdir(join(project, 'data'))).length > 1;
        while (!(await staged())) await new Promise((resolve) => setTimeout(resolve, 5));
        send('SIGTERM');
      },
    });
    expect(stopped.code).toBe(143);
    expect(runShape.parse(JSON.parse(stopped.stdout))).toMatchObject({
      status: 'interrupted',
      exitCode: 143,
      runs: [{ error: { code: 'CANCELLED' } }],
    });
    expect(existsSync(join(project, 'data/output.csv'))).toBe(false);
    expect((await etl(['run', '-q'], { directory: project })).code).toBe(0);
    expect((await readFile(join(project, 'data/output.csv'), 'utf8')).split('\n').length).toBe(400_002);
  }, 60_000);

  it('ends at once at the second Ctrl-C, and the next run finds everything in order', async () => {
    const trace = join(directory, '../trace');
    const { code, stderr } = await etl(['run', 'sales', '--full-refresh'], {
      directory,
      variables: { ETL_FAILPOINT_TRACE: trace },
      meanwhile: async (send, seen) => {
        await until(() => existsSync(trace));
        send('SIGINT');
        await until(() => seen().includes('press Ctrl-C again'));
        send('SIGINT');
      },
    });
    expect(code).toBe(130);
    expect(stderr).toContain('Stopping safely');
    expect((await etl(['run', 'sales', '-q'], { directory })).code).toBe(0);
  }, 60_000);
});
