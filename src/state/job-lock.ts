import { hostname } from 'node:os';
import { EtlError, type Json } from '@etl/sdk';
import { z } from 'zod';
import { etlPaths } from './etl-folder.js';
import { askLocalLock, tryLocalLock, waitForLocalLock } from './local-lock.js';
import type { LocalLock } from './lock-attempt.js';

/** Who holds a job, as the lock's socket answers. */
export interface JobHolder {
  readonly run: string;
  readonly pid: number;
  readonly host: string;
  /** ISO 8601, UTC. */
  readonly started: string;
}

export interface JobLockRequest {
  /** The folder `.etl`. */
  readonly etl: string;
  readonly job: string;
  readonly run: string;
  /** Milliseconds to wait for another run to end; default 0. */
  readonly wait?: number;
  readonly signal?: AbortSignal;
  /** Called once, before the waiting begins. */
  readonly onWait?: (holder: JobHolder | null) => void;
  readonly started?: Date;
}

/** Holds a job for one run on this machine. Throws BUSY, which names the run that has it, when the time is up, and CANCELLED. */
export async function lockJob({ etl, job, run, wait = 0, signal, onWait, started = new Date() }: JobLockRequest): Promise<LocalLock> {
  const folder = etlPaths(etl).jobLock(job);
  const holder = { run, pid: process.pid, host: hostname(), started: started.toISOString() };
  const first = await tryLocalLock(folder, holder);
  if ('lock' in first) return first.lock;
  if (wait <= 0) throw busy(job, readHolder(first.holder), wait);
  onWait?.(readHolder(first.holder));
  const later = await waitForLocalLock(folder, holder, { wait, ...(signal && { signal }) });
  if ('lock' in later) return later.lock;
  throw busy(job, readHolder(later.holder), wait);
}

/** The run that holds a job now: null when it is free, `unknown` when the holder does not say (a stopped process). */
export async function jobHolder(etl: string, job: string): Promise<JobHolder | 'unknown' | null> {
  const answer = await askLocalLock(etlPaths(etl).jobLock(job));
  return answer === undefined ? null : (readHolder(answer) ?? 'unknown');
}

const holderSchema = z.object({ run: z.string(), pid: z.number(), host: z.string(), started: z.string() });

const readHolder = (answer: Json): JobHolder | null => holderSchema.safeParse(answer).data ?? null;

function busy(job: string, holder: JobHolder | null, waited: number): EtlError {
  const who = holder === null ? 'another run' : `run ${holder.run} (process ${holder.pid}, since ${holder.started})`;
  const how =
    waited > 0 ? `Job ${job} is still held by ${who} after waiting ${Math.round(waited / 1000)} s` : `Job ${job} is held by ${who}`;
  return new EtlError('BUSY', how, {
    hint: 'Let it finish, or wait for it with --wait 10m',
    place: { job },
    details: holder === null ? null : { ...holder },
  });
}
