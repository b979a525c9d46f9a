import { randomUUID } from 'node:crypto';
import { openDatabase, type Database } from '@etl/columnar';
import { EtlError, isEtlError, type Cursors, type Schema } from '@etl/sdk';
import type { StageResources } from '../transforms/step.js';
import { atTarget, placeOf } from './at-target.js';
import type { EngineContext, Manifest } from './engine-context.js';
import type { EngineJob, RunOptions } from './engine-job.js';
import { runExtracts, type LaneWorld } from './extract-phase.js';
import { judgeRun } from './judge.js';
import type { Ledger } from './ledger.js';
import { runSpoolLoads } from './load-phase.js';
import { discardAll, suspendAll, type OpenLoad } from './open-load.js';
import { openStatements } from './open-statements.js';
import { Operations, type SpoolTables } from './operate-phase.js';
import { identifyRun, prepareRun, readStates, type PreparedRun } from './prepare-run.js';
import { cursorsOf, publishAll, sealAll } from './publish-phase.js';
import { readPlanOf } from './read-plans.js';
import { Spool } from './spool.js';

export interface RunOutcome {
  readonly run: string;
  readonly started: string;
  readonly resumed: boolean;
  readonly cursors: Cursors;
  /** Columns of each extract as read in this run. */
  readonly extracted: ReadonlyMap<string, Schema>;
}

/**
 * Runs a job: extract, transform, stage every load, judge, publish every load. Rows are accounted for in the ledger. After an error or
 * an interruption what was saved stays, and the next call continues there; a failed check or limit drops it, since it would fail again.
 */
export async function runEngine(job: EngineJob, options: RunOptions, context: EngineContext, ledger: Ledger): Promise<RunOutcome> {
  try {
    return await runOnce(job, options, context, ledger);
  } catch (error) {
    if (!isEtlError(error) || (error.code !== 'STALE_POSITION' && error.code !== 'STAGING_LOST')) throw error;
    const text = `${error.message}: the interrupted run cannot be continued, so its staging is dropped and it begins again`;
    context.log.warn(text);
    context.progress({ type: 'message', level: 'warn', text });
    return runOnce(job, { ...options, restart: true }, context, ledger);
  }
}

async function runOnce(job: EngineJob, options: RunOptions, context: EngineContext, ledger: Ledger): Promise<RunOutcome> {
  const datasets = [...job.extracts, ...job.transforms].map(({ dataset }) => dataset);
  const targets = [...job.loads, ...job.statements].map(({ name }) => name);
  ledger.begin({ datasets, loads: targets });
  const states = await readStates(job);
  const manifest = await context.manifest.read();
  if (manifest !== null && (options.restart || manifest.fingerprint !== job.fingerprint))
    await dropInterrupted(manifest.spool, options, context);
  const identity = identifyRun(job, options, context, { manifest, states });
  const prepared = await prepareRun({ job, options, context, ledger, identity, states });
  await context.onRun({ run: prepared.run, started: prepared.started, resumed: prepared.resumed });
  if (!options.dryRun && targets.length > 0 && targets.every((name) => prepared.settled.has(name))) return finish(prepared);
  if (!options.dryRun) await context.manifest.write(manifestOf(prepared, 'running'));
  await context.failpoint('engine.planned');
  warnOfRepeats(prepared);
  await work(prepared);
  return finish(prepared);
}

/** An append whose reads know no cursor takes everything again the next time: said aloud, since rows would be doubled. */
function warnOfRepeats({ job, bound, plan, options, context }: PreparedRun): void {
  if (options.runId !== null || options.limit !== null || options.dryRun) return;
  for (const { name, mode } of job.loads) {
    const sources = [...(bound.sources.get(name) ?? [])];
    if (mode !== 'append' || sources.some((dataset) => readPlanOf(plan, dataset).until !== null)) continue;
    const text = `Load ${name} appends, and nothing says which rows of ${sources.join(', ')} are new: the next run appends all of them again. Give an extract a cursor (only: new for files), use mode merge, or pass --run-id`;
    context.log.warn(text);
    context.progress({ type: 'message', level: 'warn', text });
  }
}

/** Says that an unfinished run is given up, and frees its spool; staging in targets is dropped when the loads begin. */
async function dropInterrupted(spool: string | null, { restart }: RunOptions, context: EngineContext): Promise<void> {
  if (!restart) {
    const text = 'The unfinished run was of another state of the job or other options: its staging is dropped and a new run begins';
    context.log.warn(text);
    context.progress({ type: 'message', level: 'warn', text });
  }
  if (spool !== null) await Spool.remove(spool);
}

async function work(prepared: PreparedRun): Promise<void> {
  const { job, options, context, ledger, bound } = prepared;
  const opened = new Map<string, OpenLoad>();
  const databases: Database[] = [];
  const opening = prepared.spool === null ? null : await openSpool(prepared, prepared.spool);
  let isDropped = options.dryRun;
  const interrupt = (): void => opening?.spool.session.interrupt();
  context.signal.addEventListener('abort', interrupt);
  try {
    const resources = stageResources(context, databases);
    if (opening === null) await runExtracts(prepared, bound.lanes, { spool: null, spoolId: null, tables: new Map(), resources, opened });
    else {
      const tables = await runGraph(prepared, { ...opening, resources, opened });
      await runSpoolLoads(prepared, { ...opening, tables, resources, opened });
    }
    if (!options.dryRun) await openStatements(prepared, opened);
    for (const { summary } of prepared.settled.values()) ledger.restore(summary);
    const rows = await sealAll(prepared, opened);
    judgeRun(bound, ledger, job.limits);
    if (options.dryRun) return;
    await context.manifest.write(manifestOf(prepared, 'publishing'));
    await context.failpoint('engine.publishing');
    await publishAll(prepared, opened, rows);
  } catch (error) {
    isDropped ||= wouldFailAgain(error) && prepared.settled.size === 0;
    if (isDropped) await discardAll(opened.values(), prepared);
    else await suspendAll(opened.values(), prepared);
    if (isDropped && !options.dryRun) await context.manifest.remove();
    throw error;
  } finally {
    context.signal.removeEventListener('abort', interrupt);
    for (const database of databases) await database.close();
    await opening?.spool.close();
    if (isDropped && prepared.spool !== null) await Spool.remove(prepared.spool);
  }
}

/** Reads and makes the datasets: what is read for each row of another one waits until that one is there behind its last step. */
async function runGraph(
  prepared: PreparedRun,
  world: Omit<LaneWorld, 'tables' | 'spool'> & { readonly spool: Spool },
): Promise<SpoolTables> {
  const operations = new Operations(prepared, world.spool, world.resources);
  const { tables } = operations;
  let left = prepared.bound.lanes;
  while (left.length > 0) {
    const ready = left.filter(({ extract: { each } }) => each === null || operations.isFinal(each.dataset));
    if (ready.length === 0) throw new EtlError('INTERNAL', `${left.map(({ extract }) => extract.dataset).join(', ')} cannot be read`);
    await runExtracts(prepared, ready, { ...world, tables });
    await operations.add(ready);
    left = left.filter((lane) => !ready.includes(lane));
    await operations.runReady();
  }
  await operations.end();
  return tables;
}

/** The same rows would be refused again, so nothing of the run is kept but its rejects. */
const wouldFailAgain = (error: unknown): boolean => isEtlError(error) && (error.code === 'CHECK_FAILED' || error.code === 'LIMIT_EXCEEDED');

const manifestOf = ({ job, run, generation, started, spool }: PreparedRun, phase: Manifest['phase']): Manifest => ({
  run,
  fingerprint: job.fingerprint,
  generation,
  started,
  spool,
  phase,
});

/** Everything is published: reports it, and removes what only an interrupted run needs. */
async function finish(prepared: PreparedRun): Promise<RunOutcome> {
  const { context, ledger, plan, options, job, run, started, resumed } = prepared;
  for (const [name, published] of prepared.settled) {
    ledger.restore(published.summary);
    ledger.setLoad(name, published.counts);
  }
  if (!options.dryRun) {
    for (const entry of job.loads)
      if (prepared.settled.has(entry.name)) await atTarget(placeOf(entry), async () => entry.loader.tidy?.(entry.id));
    await context.manifest.remove();
    await context.failpoint('engine.finished');
    if (prepared.spool !== null) await Spool.remove(prepared.spool);
  }
  const cursors = Object.fromEntries(options.dryRun ? [] : job.loads.flatMap(({ name }) => Object.entries(cursorsOf(prepared, name))));
  const extracted = new Map(job.extracts.map(({ dataset }): [string, Schema] => [dataset, readPlanOf(plan, dataset).schema]));
  return { run, started, resumed, cursors, extracted };
}

/** What stages may use. Databases that they open are closed with the run. */
function stageResources(context: EngineContext, databases: Database[]): StageResources {
  let memory: Promise<Database> | undefined;
  const open = async (): Promise<Database> => {
    const database = await openDatabase(':memory:', { temporary: context.temporary });
    databases.push(database);
    return database;
  };
  return {
    temporary: context.temporary,
    signal: context.signal,
    log: (message) => {
      context.log.info(message);
    },
    connect: async () => (await (memory ??= open())).connect(),
    warn(message) {
      context.log.warn(message);
      context.progress({ type: 'message', level: 'warn', text: message });
    },
  };
}

/** The spool of this run, continued where it is whole, else begun. */
async function openSpool({ job, run, generation, plan, context }: PreparedRun, path: string): Promise<{ spool: Spool; spoolId: string }> {
  const options = { path, temporary: context.temporary, failpoint: context.failpoint };
  const spool = await Spool.open(options);
  const head = await spool.head();
  const prefix = `${job.fingerprint}/${generation}/`;
  if (head?.run === run && head.fingerprint.startsWith(prefix)) return { spool, spoolId: head.fingerprint.slice(prefix.length) };
  await spool.close();
  await Spool.remove(path);
  const fresh = await Spool.open(options);
  const spoolId = randomUUID();
  await fresh.begin({ run, fingerprint: `${prefix}${spoolId}`, plan: plan });
  await context.failpoint('spool.begun');
  return { spool: fresh, spoolId };
}
