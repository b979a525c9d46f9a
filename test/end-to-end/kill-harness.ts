import { mkdir, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { runEtl, type Ended, type ProcessOptions } from './kill-process.js';
import { contentOf, copyProject, writeFiles, type KillProject } from './kill-project.js';
import { noWorld, type KilledServer, type KillWorld } from './kill-world.js';

/** What a run must come to, however often it was killed. */
export interface Reference {
  readonly content: string;
  /** Balance, counts of the loads and cursors. */
  readonly report: string;
  /** `name:n` of every failpoint passed, in order. */
  readonly points: readonly string[];
  /** Milliseconds that the run took. */
  readonly took: number;
}

export interface Bench {
  readonly reference: Reference;
  /** A copy of the project as it was before the run. */
  copy(): Promise<string>;
  run(directory: string, more?: Partial<ProcessOptions>): Promise<Ended>;
  /** All that the targets of a copy hold. */
  content(directory: string): Promise<string>;
  /** Removes a copy. */
  drop(directory: string): Promise<void>;
  /** The server of the project; null: it has none that could be killed. */
  readonly server: KilledServer | null;
  close(): Promise<void>;
}

/** Small checkpoints, so that small data passes each failpoint several times. */
const variables = { ETL_CHECKPOINT_ROWS: '400' };

/** Makes the project, runs it on the first delivery, lets the second arrive, and runs a copy undisturbed. */
export async function prepareBench(project: KillProject): Promise<Bench> {
  const folder = await mkdtemp(join(tmpdir(), 'etl-kill-'));
  const world = (await project.world?.()) ?? noWorld;
  const run: Bench['run'] = (directory, more = {}) =>
    runEtl(['run', 'copy', '--json'], {
      directory,
      ...more,
      variables: { ...variables, ...world.variables(directory), ...more.variables },
    });
  const content: Bench['content'] = async (directory) => JSON.stringify([await contentOf(directory), await world.content(directory)]);
  const drop: Bench['drop'] = async (directory) => {
    await world.drop(directory);
    await rm(directory, { recursive: true, force: true });
  };
  const close = async (): Promise<void> => {
    await world.close();
    await rm(folder, { recursive: true, force: true });
  };
  try {
    const copy = await makeTemplate(folder, project, { world, run });
    const bench = { copy, run, content, drop, close, server: world.server ?? null };
    return { ...bench, reference: await referenceOf(await copy(), join(folder, 'trace'), bench) };
  } catch (error) {
    await close();
    throw error;
  }
}

/** The project at rest before the run that is killed; what comes back copies it. */
async function makeTemplate(
  folder: string,
  { files, delivery, statements }: KillProject,
  { world, run }: { readonly world: KillWorld; readonly run: Bench['run'] },
): Promise<Bench['copy']> {
  const template = join(folder, 'template');
  await mkdir(join(template, 'out'), { recursive: true });
  await writeFiles(template, files);
  await world.make(template, null);
  if (statements !== undefined) await world.fill(template, statements.first);
  expectDone(await run(template), 'the run before');
  await writeFiles(template, delivery);
  if (statements !== undefined) await world.fill(template, statements.delivery);
  let copies = 0;
  // One at a time: some servers copy a database only while nobody else looks at it
  let turn: Promise<unknown> = Promise.resolve();
  return async () => {
    const directory = join(folder, `copy-${++copies}`);
    await copyProject(template, directory);
    const made = turn.then(() => world.make(directory, template));
    turn = made.catch(() => undefined);
    await made;
    return directory;
  };
}

async function referenceOf(directory: string, trace: string, { run, content }: Pick<Bench, 'run' | 'content'>): Promise<Reference> {
  const started = performance.now();
  const ended = await run(directory, { variables: { ETL_FAILPOINT_TRACE: trace } });
  const took = performance.now() - started;
  expectDone(ended, 'the undisturbed run');
  const points = (await readFile(trace, 'utf8')).split('\n').filter((line) => line !== '');
  return { content: await content(directory), report: reportOf(ended), points, took };
}

/**
 * Kills a run at the first of these failpoints, the run that continues it at the next one, and so on; then lets it end, and says in what it differs from the undisturbed
 * run; null: in nothing. A failpoint that a continued run passes no more is killed in a run of its own.
 */
export async function killAt([first = '', ...others]: readonly string[], bench: Bench): Promise<string | null> {
  const directory = await bench.copy();
  const at = (point: string): Promise<Ended> => bench.run(directory, { variables: { ETL_FAILPOINT: point } });
  const killed = await at(first);
  if (killed.signal !== 'SIGKILL') return `${first} was not reached: exit code ${killed.code} ${errorOf(killed)}`;
  const passed = [first];
  const end = async (difference: Promise<string | null>): Promise<string | null> => {
    const found = await difference;
    await bench.drop(directory);
    return found === null ? null : `killed at ${passed.join(', then at ')}: ${found}`;
  };
  for (const [number, point] of others.entries()) {
    const ended = await at(point);
    if (ended.signal !== 'SIGKILL') return (await end(compareEnded(directory, bench, ended))) ?? killAt(others.slice(number), bench);
    passed.push(point);
  }
  return end(finishAndCompare(directory, bench, isBehindTheRun(passed.at(-1) ?? '')));
}

/** Kills at every failpoint of a project once, and gives the differences. */
export async function killEverywhere(bench: Bench): Promise<string[]> {
  const differences = await sideBySide(chainsOf(oneOfEach(bench.reference.points)), 2, (chain) => killAt(chain, bench));
  return differences.filter((difference) => difference !== null);
}

/** Chains of three failpoints that lie apart, so that each continued run has something to do before it is killed in its turn. */
export function chainsOf(points: readonly string[]): string[][] {
  const count = Math.ceil(points.length / 3);
  return Array.from({ length: count }, (_, at) => points.filter((_point, number) => number % count === at));
}

/** Starts the job again and compares. */
export async function finishAndCompare(
  directory: string,
  { reference, run, content: contentIn }: Bench,
  isOver: boolean,
  more: Partial<ProcessOptions> = {},
): Promise<string | null> {
  const ended = await run(directory, more);
  if (ended.code !== 0) return `the restart ended with ${ended.code}: ${errorOf(ended)}`;
  const content = await contentIn(directory);
  if (content !== reference.content) return `the targets differ: ${firstDifference(reference.content, content)}`;
  // A run that was over when it was killed is not continued: the next one is a run of its own.
  const report = reportOf(ended);
  if (!isOver && report !== reference.report) return `the balance differs: ${firstDifference(reference.report, report)}`;
  return null;
}

/** What is wrong with a run that ended by itself; null: nothing. */
export async function compareEnded(directory: string, { reference, content }: Bench, ended: Ended): Promise<string | null> {
  if (ended.code !== 0) return `exit code ${ended.code}: ${errorOf(ended)}`;
  const found = await content(directory);
  if (found !== reference.content) return `the targets differ of a run that ended by itself: ${firstDifference(reference.content, found)}`;
  const report = reportOf(ended);
  return report === reference.report ? null : `the balance differs: ${firstDifference(reference.report, report)}`;
}

/** Behind the removal of the manifest nothing of the run is left to do. */
const isBehindTheRun = (point: string): boolean => point.startsWith('engine.finished:');

/** Of each failpoint the middle one of its hits: neither the first nor the last of the things that it stands for. */
export function oneOfEach(points: readonly string[]): string[] {
  const hits = new Map<string, string[]>();
  for (const point of points) {
    const name = nameOf(point);
    hits.set(name, [...(hits.get(name) ?? []), point]);
  }
  return [...hits.values()].map((all) => all[Math.floor(all.length / 2)] ?? '');
}

export const nameOf = (point: string): string => point.replace(/:\d+$/, '');

/** Runs the work side by side, so many at a time, in order of start. */
export async function sideBySide<T, R>(items: readonly T[], width: number, work: (item: T) => Promise<R>): Promise<R[]> {
  const results: R[] = [];
  const queue = items.entries();
  const worker = async (): Promise<void> => {
    for (const [at, item] of queue) results[at] = await work(item);
  };
  await Promise.all(Array.from({ length: width }, worker));
  return results;
}

/** What `--json` says of the one run, without its name and times, and without the inodes of a copy's files. */
export function reportOf({ stdout }: Ended): string {
  const { runs } = JSON.parse(stdout) as { readonly runs: readonly { readonly [fact: string]: unknown }[] };
  const facts = runs.map(({ job, status, datasets, loads, cursors, error }) => ({ job, status, datasets, loads, cursors, error }));
  return JSON.stringify(facts).replaceAll(/"(modified|version)":"\d+"/g, '"$1":"…"');
}

function expectDone(ended: Ended, what: string): void {
  if (ended.code !== 0) throw new Error(`${what} ended with ${ended.code ?? ended.signal}: ${errorOf(ended)}`);
}

export const errorOf = ({ stdout, stderr }: Ended): string => `${stdout.slice(-1500)} ${stderr.slice(-1500)}`;

function firstDifference(expected: string, found: string): string {
  let at = 0;
  while (at < expected.length && expected[at] === found[at]) at++;
  const from = Math.max(0, at - 200);
  return `expected …${expected.slice(from, at + 200)}… found …${found.slice(from, at + 200)}…`;
}
