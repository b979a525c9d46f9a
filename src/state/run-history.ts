import { readdir, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, messageOf, nativeCode } from '@etl/sdk';
import { z } from 'zod';
import { makePrivateFolder, writeDurably } from './durable-file.js';
import { etlPaths } from './etl-folder.js';
import { fileError } from './file-error.js';
import { jobHolder } from './job-lock.js';
import { readJsonDocument } from './json-document.js';
import { runRecordSchema, type RunRecord } from './run-record.js';

const schema = z.object({ version: z.literal(1), run: runRecordSchema });

/** Begins or replaces the record of a run (a repeated or continued run keeps its id) and answers its folder. Durable. */
export async function saveRun(etl: string, record: RunRecord): Promise<string> {
  const folder = etlPaths(etl).run(record.id);
  await makePrivateFolder(folder);
  await writeDurably(join(folder, 'run.json'), JSON.stringify({ version: 1, run: record }, null, 1));
  return folder;
}

/** One run; a killed one is shown as interrupted. Throws NOT_FOUND, DATA_INVALID. */
export async function readRun(etl: string, id: string): Promise<RunRecord> {
  const record = await readRecord(join(etlPaths(etl).run(id), 'run.json'), `Run ${id}`);
  if (record === null) throw new EtlError('NOT_FOUND', `There is no run ${id}`, { hint: 'etl runs list shows those that are kept' });
  return asItIs(record, holders(etl));
}

export interface RunList {
  /** Newest first. */
  readonly runs: readonly RunRecord[];
  /** Records that cannot be read, each with the reason: told, never hidden. */
  readonly damaged: readonly { readonly file: string; readonly reason: string }[];
}

export interface RunFilter {
  readonly job?: string;
  readonly limit?: number;
}

/** The runs that are kept. A damaged record hides no other. */
export async function listRuns(etl: string, { job, limit = Number.POSITIVE_INFINITY }: RunFilter = {}): Promise<RunList> {
  const files = await recordFiles(etl);
  const runs: RunRecord[] = [];
  const damaged: { file: string; reason: string }[] = [];
  const read = async (file: string): Promise<void> => {
    try {
      const record = await readRecord(file, 'A run');
      if (record !== null && (job === undefined || record.job === job)) runs.push(record);
    } catch (error) {
      damaged.push({ file, reason: messageOf(error) });
    }
  };
  for (let at = 0; at < files.length; at += 64) await Promise.all(files.slice(at, at + 64).map(read));
  runs.sort(newestFirst);
  const holderOf = holders(etl);
  const shown = await Promise.all(runs.slice(0, limit).map((record) => asItIs(record, holderOf)));
  return { runs: shown, damaged: damaged.sort((a, b) => (a.file < b.file ? -1 : 1)) };
}

const newestFirst = (a: RunRecord, b: RunRecord): number => {
  if (a.started !== b.started) return a.started < b.started ? 1 : -1;
  return a.id < b.id ? 1 : -1;
};

const readRecord = async (file: string, what: string): Promise<RunRecord | null> => {
  const cure = 'Remove the folder of that run: only its history is lost';
  return (await readJsonDocument(file, { what, schema, cure }))?.run ?? null;
};

async function recordFiles(etl: string): Promise<string[]> {
  const folder = etlPaths(etl).runs;
  try {
    const names = await readdir(folder);
    const files = names.map((name) => join(folder, name, 'run.json'));
    const there = await Promise.all(
      files.map((file) =>
        stat(file).then(
          () => true,
          () => false,
        ),
      ),
    );
    return files.filter((_, index) => there[index]);
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return [];
    throw fileError(cause, 'list', folder);
  }
}

type HolderOf = (job: string) => ReturnType<typeof jobHolder>;

/** Asks each job's lock once. */
function holders(etl: string): HolderOf {
  const asked = new Map<string, ReturnType<typeof jobHolder>>();
  return (job) => {
    const answer = asked.get(job) ?? jobHolder(etl, job);
    asked.set(job, answer);
    return answer;
  };
}

/** A record that says running while nobody, or another run, holds the job: its process was killed. */
async function asItIs(record: RunRecord, holderOf: HolderOf): Promise<RunRecord> {
  if (record.status !== 'running') return record;
  const holder = await holderOf(record.job);
  if (holder === 'unknown' || holder?.run === record.id) return record;
  return { ...record, status: 'interrupted' };
}
