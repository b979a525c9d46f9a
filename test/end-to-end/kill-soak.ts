import { prepareBench, sideBySide, type Bench } from './kill-harness.js';
import { killServerAtRandom } from './kill-server-at-random.js';
import { killAtRandom, type Round } from './kill-at-random.js';
import { dependentReads } from './kill-dependent.js';
import { closeOracle, oracleProjects } from './kill-oracle.js';
import { killProjects, type KillProject } from './kill-project.js';
import { closeServers, mariadbProjects, postgresProjects, readingProjects } from './kill-servers.js';
import { randomOf } from './random-of.js';

/** What is killed: the process of the run, or the server that it reads from or loads into. */
export type Victim = 'cli' | 'server';

export interface SoakOptions {
  /** Rounds for each project. */
  readonly rounds: number;
  readonly seed: number;
  readonly victim: Victim;
  /** Only projects of this write mode; null: all. */
  readonly mode: string | null;
  /** Only projects whose name contains this; null: all. */
  readonly project: string | null;
  readonly say: (line: string) => void;
}

export interface SoakSummary {
  readonly project: string;
  readonly mode: string;
  readonly victim: Victim;
  readonly rounds: number;
  readonly kills: number;
  /** Runs that were over before their time came; where the server is killed, also those that carried it over by themselves. */
  readonly early: number;
  /** Rounds that were killed behind the end of the run, when nothing was left to do. */
  readonly over: number;
  readonly differences: readonly string[];
}

const inFiles: readonly KillProject[] = [...killProjects, dependentReads];
const withServers: readonly KillProject[] = [...postgresProjects, ...mariadbProjects, ...oracleProjects, ...readingProjects];

/** Kills runs, or their servers, at random times, one to three times in a row, finishes them, and compares with a run that was never disturbed. */
export async function soak({ rounds, seed, victim, mode, project: wanted, say }: SoakOptions): Promise<SoakSummary[]> {
  const summaries: SoakSummary[] = [];
  const isWanted = (one: KillProject): boolean => (mode === null || one.mode === mode) && (wanted === null || one.name.includes(wanted));
  try {
    for (const project of [...(victim === 'cli' ? inFiles : []), ...withServers].filter(isWanted)) {
      const started = performance.now();
      const bench = await prepareBench(project);
      try {
        const summary = await soakProject(project, bench, { rounds, seed, victim });
        summaries.push(summary);
        const { kills, early, over, differences } = summary;
        const seconds = ((performance.now() - started) / 1000).toFixed(0);
        say(
          `${project.name}: ${rounds} rounds, ${kills} kills of the ${victim}, ${early} runs not ended by it, ${over} killed behind their end, ${differences.length} different, ${seconds} s`,
        );
        for (const difference of differences) say(`  ${difference}`);
      } finally {
        await bench.close();
      }
    }
  } finally {
    await closeServers();
    await closeOracle();
  }
  return summaries;
}

async function soakProject(
  { name, mode }: KillProject,
  bench: Bench,
  { rounds, seed, victim }: Pick<SoakOptions, 'rounds' | 'seed' | 'victim'>,
): Promise<SoakSummary> {
  const numbers = Array.from({ length: rounds }, (_, round) => round);
  const pace = { took: bench.reference.took };
  const results =
    victim === 'cli'
      ? await sideBySide(numbers, 2, (round) => killAtRandom(bench, pace, randomOf(seed + round)))
      : await serverRounds(bench, numbers, seed);
  return {
    project: name,
    mode,
    victim,
    rounds,
    kills: results.reduce((sum, { kills }) => sum + kills, 0),
    early: results.filter(({ early }) => early).length,
    over: results.filter(({ over }) => over).length,
    differences: results.flatMap(({ difference, times }, round) =>
      difference === null ? [] : [`round ${round} (${victim} killed after ${times.join(', ')} ms): ${difference}`],
    ),
  };
}

/** How many runs meet each death of the server, at different places. */
const width = 4;

async function serverRounds(bench: Bench, numbers: readonly number[], seed: number): Promise<Round[]> {
  const results: Round[] = [];
  for (let at = 0; at < numbers.length; at += width) {
    const runs = Math.min(width, numbers.length - at);
    results.push(...(await killServerAtRandom(bench, randomOf(seed + at), runs)));
  }
  return results;
}
