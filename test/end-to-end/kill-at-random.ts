import { access, rm } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { compareEnded, finishAndCompare, type Bench } from './kill-harness.js';
import { copyProject } from './kill-project.js';

/** What came of one copy of a project. */
export interface Round {
  readonly kills: number;
  /** The run ended by itself. */
  readonly early: boolean;
  /** It was killed behind its end. */
  readonly over: boolean;
  /** Milliseconds after which it was killed, each time. */
  readonly times: readonly number[];
  readonly difference: string | null;
}

/** How long a run takes, in milliseconds: less than the first one where the machine was busy. */
export interface Pace {
  took: number;
}

/** Kills the process of a run at random times, one to three times in a row, and finishes it. */
export async function killAtRandom(bench: Bench, pace: Pace, random: () => number): Promise<Round> {
  const { run, drop } = bench;
  const directory = await bench.copy();
  const wanted = 1 + Math.floor(random() * 3);
  const times: number[] = [];
  let kills = 0;
  while (kills < wanted) {
    const killAfter = Math.round(random() * pace.took * 1.05);
    times.push(killAfter);
    const started = performance.now();
    const ended = await run(directory, { killAfter });
    if (ended.signal === null) {
      pace.took = Math.min(pace.took, performance.now() - started);
      const difference = await compareEnded(directory, bench, ended);
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
