import { readFile } from 'node:fs/promises';
import { setTimeout as sleep } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { compareEnded, finishAndCompare, prepareBench, type Bench } from './kill-harness.js';
import type { Ended, ProcessOptions } from './kill-process.js';
import type { KillProject } from './kill-project.js';

interface Failure {
  readonly code: string;
  readonly hint: string | null;
  readonly place: { readonly connection?: string };
}

/** What a run that failed says in `--json`. */
function failureOf({ stdout }: Ended): Failure | null {
  const { runs } = JSON.parse(stdout) as { readonly runs: readonly { readonly error: Failure | null }[] };
  return runs[0]?.error ?? null;
}

/** Lets a run come to a failpoint, changes the world while it stands still there, and lets it go on. */
async function disturbed(
  bench: Bench,
  directory: string,
  { point, change, ...more }: { readonly point: string; readonly change: () => Promise<void> } & Partial<ProcessOptions>,
): Promise<Ended> {
  const trace = `${directory}-trace`;
  const state = { pid: 0, over: false };
  const running = bench
    .run(directory, {
      ...more,
      variables: { ETL_FAILPOINT_STOP: point, ETL_FAILPOINT_TRACE: trace, ...more.variables },
      onStart: (pid) => (state.pid = pid),
    })
    .finally(() => (state.over = true));
  const isThere = async (): Promise<boolean> => (await readFile(trace, 'utf8').catch(() => '')).split('\n').includes(point);
  while (!state.over && !(await isThere())) await sleep(20);
  expect([point, state.over]).toEqual([point, false]);
  await change();
  process.kill(state.pid, 'SIGCONT');
  return running;
}

/** What a run of the built CLI does while its server is started anew, stays away, or lets it in no longer. */
export function describeServerTrouble(project: KillProject, close: () => Promise<void>): void {
  describe(`the server of a run in trouble: ${project.name}`, () => {
    let bench: Bench;
    let point: string;
    beforeAll(async () => {
      bench = await prepareBench(project);
      const saves = bench.reference.points.filter((one) => one.startsWith('sql.saved:'));
      point = saves[Math.floor(saves.length / 2)] ?? '';
    }, 120_000);
    afterAll(async () => {
      await bench.close();
      await close();
    });

    const server = () => {
      if (bench.server === null) throw new Error('no server');
      return bench.server;
    };
    const changePassword = (password: string) => server().changePassword?.(password) ?? Promise.reject(new Error('no password'));
    const withPassword = (password: string): Partial<ProcessOptions> => ({ variables: { ETL_SECRET_WAREHOUSE__PASSWORD: password } });

    it.each([
      ['stopped', 'stop'],
      ['killed', 'kill'],
    ] as const)('one that is %s and started again is waited for, and the run ends by itself as if nothing had been', async (_, end) => {
      const directory = await bench.copy();
      const restart = async (): Promise<void> => {
        await server()[end]();
        await server().start();
      };
      const ended = await disturbed(bench, directory, { point, change: restart });
      expect(await compareEnded(directory, bench, ended)).toBeNull();
      expect(ended.stdout).toContain('Attempt 2 of 4');
      await bench.drop(directory);
    }, 120_000); // prettier-ignore

    it('one that stays away ends the run as UNREACHABLE, and the next run completes it', async () => {
      const directory = await bench.copy();
      const ended = await disturbed(bench, directory, { point, change: () => server().kill() });
      expect([ended.code, failureOf(ended)]).toEqual([
        4,
        expect.objectContaining({ code: 'UNREACHABLE', place: expect.objectContaining({ connection: 'warehouse' }) }),
      ]);
      await server().start();
      expect(await finishAndCompare(directory, bench, false)).toBeNull();
      await bench.drop(directory);
    }, 120_000);

    it('a password that is changed in the middle ends the run as AUTH_FAILED, and with the new one the next run completes it', async () => {
      const directory = await bench.copy();
      const ended = await disturbed(bench, directory, { point, change: () => changePassword('the second password') });
      expect([ended.code, failureOf(ended)]).toEqual([3, expect.objectContaining({ code: 'AUTH_FAILED', hint: expect.any(String) })]);
      expect(`${ended.stdout}${ended.stderr}`).not.toContain('pass of a test');
      expect(await finishAndCompare(directory, bench, false, withPassword('the second password'))).toBeNull();
      await bench.drop(directory);
    }, 120_000);

    it('a password that was changed since the last run is told as AUTH_FAILED with its cure, and nothing is changed', async () => {
      const directory = await bench.copy();
      const before = await bench.content(directory);
      await changePassword('the third password');
      const refused = await bench.run(directory, withPassword('the second password'));
      expect([refused.code, failureOf(refused)]).toEqual([
        3,
        expect.objectContaining({
          code: 'AUTH_FAILED',
          hint: expect.stringContaining('etl credentials set warehouse'),
          place: expect.objectContaining({ connection: 'warehouse' }),
        }),
      ]);
      expect(await bench.content(directory)).toBe(before);
      expect(await compareEnded(directory, bench, await bench.run(directory, withPassword('the third password')))).toBeNull();
      await bench.drop(directory);
    }, 120_000);
  });
}
