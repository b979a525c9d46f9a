import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { nativeCode } from '@etl/sdk';
import { temporaryEnding } from './durable-file.js';
import { etlPaths } from './etl-folder.js';
import { fileError } from './file-error.js';
import { folderSize } from './folder-size.js';
import { listManifests } from './list-manifests.js';
import { countRejectRows } from './read-rejects.js';
import { listRuns } from './run-history.js';
import type { RunRecord } from './run-record.js';

export interface Retention {
  /** Newest finished runs of each job that stay. */
  readonly keep: number;
  /** Milliseconds: younger runs stay. */
  readonly olderThan: number;
  readonly job?: string;
  readonly now: Date;
}

/** One thing that may go: a finished run with its log and rejects, the spool of a run that nobody continues, a file that a killed process left. */
export interface CleanItem {
  readonly kind: 'run' | 'spool' | 'left-over';
  readonly path: string;
  readonly run: string | null;
  readonly job: string | null;
  readonly bytes: number;
  /** Rejected rows that go with it. */
  readonly rejects: number;
}

/**
 * What the retention lets go, the oldest first. Never a run that is running or unfinished, nor its spool, nor state; a record that cannot be read
 * stays, since nobody can tell whose it is.
 */
export async function planClean(etl: string, retention: Retention): Promise<CleanItem[]> {
  // The names first: a run that begins behind this look makes no spool that is in it.
  const spools = await namesIn(etlPaths(etl).spool);
  const unfinished = new Set((await listManifests(etl)).map(({ manifest }) => manifest.run));
  const { runs } = await listRuns(etl, retention.job === undefined ? {} : { job: retention.job });
  const finished = runs.filter(({ id, status }) => status !== 'running' && !unfinished.has(id));
  const items: CleanItem[] = [];
  for (const run of expired(finished, retention)) items.push(await runItem(etl, run));
  if (retention.job !== undefined) return items.reverse();
  return [...items.reverse(), ...(await spoolItems(etl, spools, { unfinished, runs })), ...(await leftOvers(etl, retention.now))];
}

/** Runs beyond the newest `keep` of their job that are also old enough. `runs` is newest first. */
function expired(runs: readonly RunRecord[], { keep, olderThan, now }: Retention): RunRecord[] {
  const seen = new Map<string, number>();
  return runs.filter(({ job, started, finished }) => {
    const number = (seen.get(job) ?? 0) + 1;
    seen.set(job, number);
    return number > keep && now.getTime() - Date.parse(finished ?? started) > olderThan;
  });
}

async function runItem(etl: string, { id, job }: RunRecord): Promise<CleanItem> {
  const path = etlPaths(etl).run(id);
  return { kind: 'run', path, run: id, job, bytes: await folderSize(path), rejects: await countRejectRows(etl, id) };
}

interface SpoolOwners {
  readonly unfinished: ReadonlySet<string>;
  readonly runs: readonly RunRecord[];
}

/** Spool files of runs that are neither unfinished nor running. */
async function spoolItems(etl: string, names: readonly string[], { unfinished, runs }: SpoolOwners): Promise<CleanItem[]> {
  const busy = [...unfinished, ...runs.filter(({ status }) => status === 'running').map(({ id }) => id)];
  const { spool, spoolName } = etlPaths(etl);
  const items: CleanItem[] = [];
  for (const name of names) {
    if (busy.some((run) => name.startsWith(spoolName(run)) || name.startsWith(`${run}.`))) continue;
    const path = join(spool, name);
    items.push({ kind: 'spool', path, run: null, job: null, bytes: await folderSize(path), rejects: 0 });
  }
  return items;
}

const hour = 3_600_000;

/** Half-written files of processes that were killed more than an hour ago. */
async function leftOvers(etl: string, now: Date): Promise<CleanItem[]> {
  const items: CleanItem[] = [];
  const { state, jobs, runs } = etlPaths(etl);
  const folders = [etl, state, jobs, ...(await namesIn(runs)).map((name) => join(runs, name))];
  for (const folder of folders) {
    for (const name of await namesIn(folder)) {
      if (!name.startsWith('.') || !name.endsWith(temporaryEnding)) continue;
      const path = join(folder, name);
      const found = await stat(path).catch(() => null); // its writer has just finished it
      if (found === null || now.getTime() - found.mtimeMs < hour) continue;
      items.push({ kind: 'left-over', path, run: null, job: null, bytes: found.size, rejects: 0 });
    }
  }
  return items;
}

async function namesIn(folder: string): Promise<string[]> {
  try {
    return (await readdir(folder)).sort();
  } catch (cause) {
    if (['ENOENT', 'ENOTDIR'].includes(nativeCode(cause) ?? '')) return [];
    throw fileError(cause, 'list', folder);
  }
}
