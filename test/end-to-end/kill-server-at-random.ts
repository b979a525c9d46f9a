import { setTimeout as sleep } from 'node:timers/promises';
import type { Round } from './kill-at-random.js';
import { compareEnded, errorOf, finishAndCompare, type Bench } from './kill-harness.js';
import type { Ended } from './kill-process.js';

/**
 * Takes the server away at random times while runs use it, one to three times in a row, brings it back, and finishes the runs. One time in four it is ended in good
 * order instead, as for a change of its settings.
 */
export async function killServerAtRandom(bench: Bench, random: () => number, runs: number): Promise<Round[]> {
  const { server, reference, run, copy } = bench;
  if (server === null) throw new Error('This project has no server that could be killed');
  const directories: string[] = [];
  for (let at = 0; at < runs; at++) directories.push(await copy());
  const wanted = 1 + Math.floor(random() * 3);
  const offset = random() * reference.took * 0.25;
  let running = runs;
  const ends = directories.map(async (directory, at) => {
    await sleep(at * offset);
    const ended = await run(directory);
    running--;
    return ended;
  });
  const times: number[] = [];
  for (const started = performance.now(); times.length < wanted && running > 0;) {
    await sleep(random() * reference.took);
    times.push(Math.round(performance.now() - started));
    await (random() < 0.25 ? server.stop() : server.kill());
    await sleep(random() * 500);
    await server.start();
  }
  const all = await Promise.all(ends);
  const rounds: Round[] = [];
  for (const [at, directory] of directories.entries()) {
    const ended = all[at];
    if (ended === undefined) continue;
    const difference = await compareDisturbed(directory, bench, ended);
    await bench.drop(directory);
    rounds.push({ kills: times.length, early: ended.code === 0, over: false, times, difference });
  }
  return rounds;
}

/** Who tells the job to start again: exit code 4 says that a repetition helps. */
const again = 4;

async function compareDisturbed(directory: string, bench: Bench, ended: Ended): Promise<string | null> {
  if (ended.code === 0) return compareEnded(directory, bench, ended);
  if (ended.code !== again) return `the run ended with ${ended.code ?? ended.signal}: ${errorOf(ended)}`;
  return finishAndCompare(directory, bench, false);
}
