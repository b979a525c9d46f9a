import { execFile } from 'node:child_process';
import { chmod, mkdir, mkdtemp, readdir, readFile, rm, stat, utimes, writeFile } from 'node:fs/promises';
import nodeModule from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';

const bin = fileURLToPath(new URL('../../bin/run.js', import.meta.url));
const start = promisify(execFile);
/** Node 22 and later keep code in files of their own, which are Node's to test. */
const onNode20 = 'enableCompileCache' in nodeModule ? it.skip : it;

describe('code that was compiled for one command', () => {
  let home = '';
  beforeEach(async () => {
    home = await mkdtemp(join(tmpdir(), 'etl-compiled-'));
  });
  afterEach(() => rm(home, { recursive: true, force: true }));

  const folder = (): string => join(home, 'etl/code');
  const files = async (): Promise<string[]> => (await readdir(folder())).map((name) => join(folder(), name));
  /** Starts a command that needs most of the bundle, and holds it to its answer. */
  const etl = async (variables: NodeJS.ProcessEnv = {}): Promise<void> => {
    const env = { PATH: process.env['PATH'], HOME: home, XDG_CACHE_HOME: home, ...variables };
    const { stdout, stderr } = await start(process.execPath, [bin, 'connectors', 'list', '--json'], { cwd: home, env });
    expect(stderr).toBe('');
    expect(JSON.parse(stdout)).toHaveProperty('connectors');
  };
  const only = async (): Promise<string> => {
    const [file = '', ...more] = await files();
    expect(more).toEqual([]);
    return file;
  };

  it('is kept for the next one, in a folder that is the person’s alone', async () => {
    await etl();
    expect((await files()).length).toBeGreaterThan(0);
    expect((await stat(folder())).mode & 0o777).toBe(0o700);
    await etl();
  }, 30_000);

  onNode20(
    'is taken as it is as long as it fits',
    async () => {
      await etl();
      const file = await only();
      expect((await stat(file)).mode & 0o777).toBe(0o600);
      await utimes(file, 1000, 1000);
      await etl();
      expect((await stat(file)).mtimeMs).toBe(1_000_000);
      // Another setting of V8 is another V8
      await etl({ NODE_OPTIONS: '--stack-trace-limit=20' });
      expect((await stat(file)).mtimeMs).not.toBe(1_000_000);
    },
    30_000,
  );

  onNode20.each([
    ['was cut', (kept: Buffer) => kept.subarray(0, kept.length >> 1)],
    ['is empty', () => Buffer.alloc(0)],
    [
      'has a byte changed',
      (kept: Buffer) => Buffer.concat([kept.subarray(0, -100), Buffer.from([kept.at(-100) === 0 ? 1 : 0]), kept.subarray(-99)]),
    ],
    ['is something else', () => Buffer.from('not compiled code at all, but long enough to hold a digest')],
  ])(
    'is compiled anew where it %s',
    async (_, damage) => {
      await etl();
      const file = await only();
      const kept = await readFile(file);
      await writeFile(file, damage(kept));
      await utimes(file, 1000, 1000);
      await etl();
      expect((await stat(file)).mtimeMs).not.toBe(1_000_000);
      expect((await readFile(file)).length).toBeGreaterThan(100_000);
    },
    30_000,
  );

  onNode20(
    'is not taken from a file that others may write to',
    async () => {
      await etl();
      const file = await only();
      await chmod(file, 0o666);
      await utimes(file, 1000, 1000);
      await etl();
      const { mode, mtimeMs } = await stat(file);
      expect([mode & 0o777, mtimeMs === 1_000_000]).toEqual([0o600, false]);
    },
    30_000,
  );

  onNode20(
    'does not pile up',
    async () => {
      await mkdir(folder(), { recursive: true });
      for (let at = 0; at < 60; at += 1) {
        await writeFile(join(folder(), `old-${at}`), '');
        await utimes(join(folder(), `old-${at}`), at, at);
      }
      await etl();
      const names = await readdir(folder());
      expect(names).toHaveLength(36);
      expect(names).not.toContain('old-24');
      expect(names).toContain('old-25');
    },
    30_000,
  );

  it('is not needed: a folder that cannot be made is no error, and nothing is kept where Node is told so', async () => {
    await writeFile(join(home, 'etl'), 'a file in the way');
    await etl();
    await rm(join(home, 'etl'));
    await etl({ NODE_DISABLE_COMPILE_CACHE: '1' });
    expect(await readdir(home)).not.toContain('etl');
  }, 30_000);
});
