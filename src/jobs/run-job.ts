import { hostname } from 'node:os';
import { defaultCheckpoint, type EngineContext, type ManifestStore } from '../engine/engine-context.js';
import type { RunOptions } from '../engine/engine-job.js';
import { Ledger } from '../engine/ledger.js';
import type { Progress, ProgressEvent } from '../engine/progress.js';
import { runEngine, type RunOutcome } from '../engine/run-engine.js';
import { EtlError, isEtlError, messageOf } from '@etl/sdk';
import { schemasPath } from '../project/index.js';
import type { Job } from '../project/job.js';
import * as state from '../state/index.js';
import { keepSchemas } from './keep-schemas.js';
import { scriptCache, spoolFile, type JobWorld } from './job-world.js';
import { manifestStore } from './manifest-store.js';
import { OpenConnections } from './open-connections.js';
import { closeJob, jobFingerprint, openJob, type JobSettings } from './open-job.js';
import { redactedRecord, redactedRejects } from './redacted-texts.js';
import { refuseOptions } from './refuse-options.js';
import { provisionalNames } from './run-names.js';
import { withRetries, type RetryPolicy } from './retry.js';

export interface RunJobOptions extends JobSettings, RunOptions {
  /** Milliseconds to wait for another run of the job. */
  readonly wait: number;
  readonly retry: RetryPolicy;
  readonly trigger: string;
  readonly progress: Progress;
}

/** Three further attempts within about fifteen seconds. */
export const defaultRetry: RetryPolicy = { retries: 3, wait: 1000 };

/** Runs one job and keeps its record. Never throws for what happens to the job: the record says it. Throws BUSY when another run holds it. */
export async function runJob(world: JobWorld, job: Job, options: RunJobOptions): Promise<state.RunRecord> {
  const { etl, now } = world;
  refuseOptions(job, options);
  const fingerprint = await jobFingerprint(world, job, options);
  const store = manifestStore(etl, job.name);
  const names = await provisionalNames(store, { fingerprint, options, now });
  const lock = await state.lockJob({
    etl, job: job.name, run: names.id, wait: options.wait, signal: world.signal, started: names.started,
    onWait: (holder) => options.progress({ type: 'message', level: 'info', text: waitingText(job.name, holder) }),
  }); // prettier-ignore
  try {
    // Behind a wait the other run may have left something to continue, or nothing.
    const settled = options.wait > 0 ? await provisionalNames(store, { fingerprint, options, now }) : names;
    return await recordRun(world, job, { ...options, fingerprint, store, names: settled });
  } finally {
    await lock.release();
  }
}

interface RecordedRun extends RunJobOptions {
  readonly fingerprint: string;
  readonly store: ManifestStore;
  readonly names: { readonly id: string; readonly started: Date };
}

async function recordRun(world: JobWorld, job: Job, options: RecordedRun): Promise<state.RunRecord> {
  const { etl, now, project, redactor } = world;
  const ledger = new Ledger();
  const warnings: string[] = [];
  let record: state.RunRecord = {
    id: options.names.id, job: job.name, status: 'running', started: options.names.started.toISOString(), finished: null,
    environment: project.environment, trigger: options.trigger, pid: process.pid, host: hostname(),
    params: Object.fromEntries([...options.params].map(([name, { value }]) => [name, value])),
    datasets: {}, loads: [], cursors: {}, warnings: [], error: null,
  }; // prettier-ignore
  const folder = await state.saveRun(etl, record);
  const log = state.openLog({
    file: state.logFile(folder),
    redactor,
    facts: { run: record.id, job: job.name },
    level: state.logLevel(world.variables),
  });
  const progress = (event: ProgressEvent): void => {
    if (event.type === 'message' && event.level === 'warn') warnings.push(event.text);
    options.progress(event);
  };
  const end = async (status: state.RunStatus, more: Partial<state.RunRecord>): Promise<state.RunRecord> => {
    const datasets = Object.fromEntries(Object.entries(ledger.datasets()).map(([name, steps]) => [name, { steps }]));
    record = redactedRecord(
      { ...record, status, finished: now().toISOString(), datasets, loads: ledger.loads(), warnings, ...more },
      redactor,
    );
    await state.saveRun(etl, record);
    return record;
  };
  try {
    log.info('The run begins', { fingerprint: options.fingerprint });
    const outcome = await attempt(world, job, { ...options, log, progress, ledger, onRun: async (run) => {
      log.info(run.resumed ? 'An interrupted run is continued' : 'A new run is planned', { id: run.run });
      if (run.resumed) options.progress({ type: 'message', level: 'info', text: `Continuing run ${run.run}, which was interrupted` });
      record = { ...record, id: run.run };
      await state.saveRun(etl, record);
    } }); // prettier-ignore
    if (!options.dryRun) await noteSchemas(world, job, outcome, progress);
    log.info('The run is done', { rows: ledger.read, rejected: ledger.rejected });
    return await end('done', { cursors: outcome.cursors });
  } catch (error) {
    const failure = asFailure(error);
    log.error(failure.message, { code: failure.code, ...(error instanceof Error && error.stack !== undefined && { stack: error.stack }) });
    const { code, message, hint = null, place } = failure;
    return await end(code === 'CANCELLED' ? 'interrupted' : 'failed', { error: { code, message, hint, place } });
  } finally {
    log.close();
  }
}

const asFailure = (error: unknown): EtlError =>
  isEtlError(error)
    ? error
    : new EtlError('INTERNAL', messageOf(error), {
        cause: error,
        hint: 'This is a fault of etl: please report it with the log of the run (etl logs)',
      });

interface Attempt extends RecordedRun {
  readonly log: EngineContext['log'];
  readonly ledger: Ledger;
  readonly onRun: EngineContext['onRun'];
}

/** Opens, runs and closes; again behind an error that may pass. A further attempt continues where the one before stopped. */
async function attempt(world: JobWorld, job: Job, options: Attempt): Promise<RunOutcome> {
  const { log, ledger, progress, names, fingerprint } = options;
  let isRetry = false;
  const once = async (): Promise<RunOutcome> => {
    const connections = new OpenConnections(world.project, world.contextWith(log));
    try {
      const engineJob = await openJob(job, { settings: options, names, connections, fingerprint });
      try {
        return await runEngine(engineJob, { ...options, restart: options.restart && !isRetry }, engineContext(world, job, options), ledger);
      } finally {
        isRetry = true;
        await closeJob(engineJob);
      }
    } finally {
      await connections.close();
    }
  };
  return withRetries(once, {
    policy: options.retry,
    signal: world.signal,
    onRetry(error, { attempt: number, wait }) {
      const text = `${error.message}. Attempt ${number + 1} of ${options.retry.retries + 1} in ${(wait / 1000).toFixed(1)} s`;
      log.warn(text, { code: error.code });
      progress({ type: 'message', level: 'warn', text });
    },
  });
}

function engineContext(world: JobWorld, job: Job, { log, progress, store, names, onRun }: Attempt): EngineContext {
  const { etl, signal, failpoint, temporary, now, variables, redactor } = world;
  const rows = Number(variables['ETL_CHECKPOINT_ROWS'] ?? Number.NaN);
  return {
    log, signal, progress, failpoint, temporary, now, onRun,
    checkpoint: Number.isInteger(rows) && rows > 0 ? { ...defaultCheckpoint, rows } : defaultCheckpoint,
    manifest: store,
    rejects: (run) => async (dataset, part) =>
      redactedRejects(await state.openRejects({ folder: state.etlPaths(etl).run(run), run, job: job.name, dataset, part }), redactor),
    spool: (run) => spoolFile(etl, run),
    cache: scriptCache(etl),
    fuse: true,
    observe: null,
    newRunId: () => names.id,
  }; // prettier-ignore
}

const waitingText = (job: string, holder: state.JobHolder | null): string =>
  holder === null ? `Waiting for another run of ${job}` : `Waiting for run ${holder.run} of ${job} (process ${holder.pid})`;

async function noteSchemas(world: JobWorld, job: Job, { extracted }: RunOutcome, progress: Progress): Promise<void> {
  const kept = await keepSchemas(world, job, extracted);
  if (kept.length === 0) return;
  progress({ type: 'message', level: 'info', text: `The columns of ${kept.join(', ')} are now in ${schemasPath(job)}: commit the file` });
}
