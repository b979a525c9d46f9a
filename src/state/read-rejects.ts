import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { EtlError, nativeCode } from '@etl/sdk';
import { etlPaths } from './etl-folder.js';
import { fileError } from './file-error.js';
import { fileLines } from './file-lines.js';
import { rejectRecordSchema, type RejectRecord } from './reject-record.js';
import { rejectsFolder } from './rejects-file.js';

export interface RejectFilter {
  readonly dataset?: string;
  readonly step?: string;
  readonly field?: string;
}

/**
 * The rejects of a run, one after the other, in constant memory. A torn last line (the process was killed while writing it) is skipped: the
 * continued run writes that row again. Any other damage throws DATA_INVALID with file and line.
 */
export async function* readRejects(etl: string, run: string, filter: RejectFilter = {}): AsyncGenerator<RejectRecord> {
  for (const file of await rejectFiles(etl, run)) {
    for await (const record of readFileRecords(file)) {
      if (matches(record, filter)) yield record;
    }
  }
}

const matches = (record: RejectRecord, { dataset, step, field }: RejectFilter): boolean =>
  (dataset === undefined || record.dataset === dataset) &&
  (step === undefined || record.step === step) &&
  (field === undefined || record.field === field);

export interface RejectGroup {
  readonly dataset: string;
  readonly step: string;
  readonly reason: string;
  readonly rows: number;
}

/** How many rows of a run were refused by which step and for which reason, most first. */
export async function countRejects(etl: string, run: string, filter: RejectFilter = {}): Promise<RejectGroup[]> {
  const groups = new Map<string, { dataset: string; step: string; reason: string; rows: number }>();
  for await (const { dataset, step, reason } of readRejects(etl, run, filter)) {
    const key = JSON.stringify([dataset, step, reason]);
    const group = groups.get(key);
    if (group === undefined) groups.set(key, { dataset, step, reason, rows: 1 });
    else group.rows += 1;
  }
  return [...groups.values()].sort((a, b) => b.rows - a.rows || (a.reason < b.reason ? -1 : 1));
}

/** Rejected rows of a run, counted by lines: quick, and not put off by damage. */
export async function countRejectRows(etl: string, run: string): Promise<number> {
  let rows = 0;
  for (const file of await rejectFiles(etl, run)) for await (const { ended } of fileLines(file)) rows += ended ? 1 : 0;
  return rows;
}

/** Files of a run's rejects, sorted by dataset and part. */
export async function rejectFiles(etl: string, run: string): Promise<string[]> {
  const folder = rejectsFolder(etlPaths(etl).run(run));
  try {
    const names = await readdir(folder);
    return names
      .filter((name) => name.endsWith('.ndjson'))
      .sort()
      .map((name) => join(folder, name));
  } catch (cause) {
    if (nativeCode(cause) === 'ENOENT') return [];
    throw fileError(cause, 'list', folder);
  }
}

async function* readFileRecords(file: string): AsyncGenerator<RejectRecord> {
  for await (const { text, number, ended } of fileLines(file)) {
    const record = parsed(text);
    if (record !== undefined) yield record;
    else if (ended) {
      throw new EtlError('DATA_INVALID', `A rejected row cannot be read: ${file} is damaged`, {
        hint: 'Remove that line; only that row is lost',
        place: { file, line: number },
      });
    }
  }
}

function parsed(line: string): RejectRecord | undefined {
  try {
    return rejectRecordSchema.safeParse(JSON.parse(line)).data;
  } catch {
    return undefined;
  }
}
