import { access, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { finishAndCompare, prepareBench, reportOf, sideBySide, type Bench } from './kill-harness.js';
import { dependentReads } from './kill-dependent.js';
import { copyProject, killProjects, type KillProject } from './kill-project.js';
import { serverProjects } from './kill-servers.js';

export interface SoakOptions {
  /** Rounds for each project. */
  readonly rounds: number;
  readonly seed: number;
  /** Only projects of this write mode; null: all. */
  readonly mode: string | null;
  /** Only projects whose name contains this; null: all. */
  readonly project: string | null;
  readonly say: (line: string) => void;
}

export interface SoakSummary {
  readonly project: string;
  readonly mode: string;
  readonly rounds: number;
  readonly kills: number;
  /** Runs that were over before their time came. */
  readonly early: number;
  /** Rounds that were killed behind the end of the run, when nothing was left to do. */
  readonly over: number;
  readonly differences: readonly string[];
}

/** Kills runs at random times, one to three times in a row, finishes them, and compares with a run that was never killed. */
export async function soak({ rounds, seed, mode, project: wanted, say }: SoakOptions): Promise<SoakSummary[]> {
  const summaries: SoakSummary[] = [];
  const isWanted = (one: KillProject): boolean => (mode === null || one.mode === mode) && (wanted === null || one.name.includes(wanted));
  for (const project of [...killProjects, dependentReads, ...serverProjects].filter(isWanted)) {
    const bench = await prepareBench(project);
    try {
      const summary = await soakProject(project, bench, { rounds, seed });
      summaries.push(summary);
      const { kills, early, over, differences } = summary;
      say(
        `${project.name}: ${rounds} rounds, ${kills} kills, ${early} over before, ${over} killed behind their end, ${differences.length} different`,
      );
      for (const difference of differences) say(`  ${difference}`);
    } finally {
      await bench.close();
    }
  }
  return summaries;
}

async function soakProject(
  { name, mode }: KillProject,
  bench: Bench,
  { rounds, seed }: { rounds: number; seed: number },
): Promise<SoakSummary> {
  const numbers = Array.from({ length: rounds }, (_, round) => round);
  const results = await sideBySide(numbers, 2, (round) => killAtRandom(bench, randomOf(seed + round)));
  return {
    project: name,
    mode,
    rounds,
    kills: results.reduce((sum, { kills }) => sum + kills, 0),
    early: results.filter(({ early }) => early).length,
    over: results.filter(({ over }) => over).length,
    differences: results.flatMap(({ difference, times }, round) =>
      difference === null ? [] : [`round ${round} (killed after ${times.join(', ')} ms): ${difference}`],
    ),
  };
}

interface Round {
  readonly kills: number;
  readonly early: boolean;
  readonly over: boolean;
  readonly times: readonly number[];
  readonly difference: string | null;
}

async function killAtRandom(bench: Bench, random: () => number): Promise<Round> {
  const { reference, run, drop } = bench;
  const directory = await bench.copy();
  const wanted = 1 + Math.floor(random() * 3);
  const times: number[] = [];
  let kills = 0;
  while (kills < wanted) {
    const killAfter = Math.round(random() * reference.took * 1.05);
    times.push(killAfter);
    const ended = await run(directory, { killAfter });
    if (ended.signal === null) {
      const difference = await compareEnded(
        directory,
        bench,
        ended.code === 0 ? reportOf(ended) : `exit code ${ended.code}: ${ended.stderr.slice(-500)}`,
      );
      await drop(directory);
      return { kills, early: true, over: false, times, difference };
    }
    kills++;
    if (await isOver(directory, bench)) break;
  }
  const over = await isOver(directory, bench);
  const difference = await finishAndCompare(directory, bench, over);
  await drop(directory);
  return { kills, early: false, over, times, difference };
}

async function compareEnded(directory: string, { reference, content }: Bench, report: string): Promise<string | null> {
  if ((await content(directory)) !== reference.content) return 'the targets differ of a run that ended by itself';
  return report === reference.report ? null : `the balance differs: ${report}`;
}

/** Whether the run was killed behind its end: no manifest any more, and the targets hold everything. A copy is looked at, since opening a database changes it. */
async function isOver(directory: string, { reference, content }: Bench): Promise<boolean> {
  const manifest = await access(join(directory, '.etl', 'jobs', 'copy.json')).then(
    () => true,
    () => false,
  );
  if (manifest) return false;
  // Beside the original and of the same name, so that a server finds the same database
  const copy = join(`${directory}-look`, basename(directory));
  await copyProject(directory, copy);
  const found = await content(copy);
  await rm(`${directory}-look`, { recursive: true, force: true });
  return found === reference.content;
}

/** Numbers from 0 to 1 that are the same for the same seed (mulberry32). */
function randomOf(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
