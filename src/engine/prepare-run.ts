import { randomUUID } from 'node:crypto';
import { noSession, withSession } from './describing-session.js';
import { EtlError, isEtlError, type LoadState, type ParentColumns, type Published, type Schema } from '@etl/sdk';
import type { EachOptions } from '../project/job.js';
import { atTarget, placeOf } from './at-target.js';
import { bindJob, type BoundJob } from './bind-job.js';
import type { EngineContext, Manifest } from './engine-context.js';
import type { EngineExtract, EngineJob, RunOptions } from './engine-job.js';
import type { Ledger } from './ledger.js';
import { inReadOrder, parentColumns } from './each-parents.js';
import { placed, planRead, readStart, sameStart, type EnginePlan, type PlannedRead, type ReadStart } from './read-plans.js';
import { Spool } from './spool.js';

/** A run that knows who it is, what it reads and how it works. */
export interface PreparedRun {
  readonly job: EngineJob;
  readonly options: RunOptions;
  readonly context: EngineContext;
  readonly ledger: Ledger;
  readonly run: string;
  readonly generation: string;
  /** Canonical `timestamptz`. */
  readonly started: string;
  readonly resumed: boolean;
  readonly plan: EnginePlan;
  readonly bound: BoundJob;
  readonly states: ReadonlyMap<string, LoadState>;
  /** Loads that this very run has published before it was interrupted. */
  readonly settled: ReadonlyMap<string, Published>;
  /** Path of the spool, or null: no dataset needs it. */
  readonly spool: string | null;
}

/** Who the run is: a new one, or one that was interrupted. */
export interface RunIdentity {
  readonly run: string;
  readonly generation: string;
  readonly started: string;
  readonly resumed: boolean;
}

export async function readStates(job: EngineJob): Promise<Map<string, LoadState>> {
  const states = new Map<string, LoadState>();
  for (const entry of [...job.loads, ...job.statements])
    states.set(entry.name, await atTarget(placeOf(entry), () => entry.loader.state(entry.id)));
  return states;
}

/** Continues the interrupted run where job, data and options are still the same; else begins a new one. */
export function identifyRun(
  job: EngineJob,
  options: RunOptions,
  context: EngineContext,
  found: { manifest: Manifest | null; states: ReadonlyMap<string, LoadState> },
): RunIdentity {
  const { manifest, states } = found;
  const isPartial = options.restart || options.limit !== null || options.dryRun;
  const mayContinue = (run: string): boolean => !isPartial && (options.runId === null || options.runId === run);
  if (manifest !== null && manifest.fingerprint === job.fingerprint && mayContinue(manifest.run)) return { ...manifest, resumed: true };
  const unfinished = manifest === null && !job.namesRun ? job.loads.map(({ name }) => states.get(name)?.unfinished) : [];
  const [first] = unfinished;
  if (first != null && unfinished.every((other) => other?.run === first.run) && mayContinue(first.run)) {
    const [fingerprint, generation = ''] = first.fingerprint.split('/');
    if (fingerprint === job.fingerprint) return { run: first.run, generation, started: (first.plan as EnginePlan).started, resumed: true };
  }
  return { run: options.runId ?? context.newRunId(), generation: randomUUID(), started: canonicalInstant(context.now()), resumed: false };
}

/** `2026-11-20 06:00:00.123+00:00` */
export const canonicalInstant = (date: Date): string => date.toISOString().replace('T', ' ').replace('Z', '+00:00');

/** Plans the reads or finds the saved plan, and binds the job to their columns. */
export async function prepareRun(input: {
  readonly job: EngineJob;
  readonly options: RunOptions;
  readonly context: EngineContext;
  readonly ledger: Ledger;
  readonly identity: RunIdentity;
  readonly states: ReadonlyMap<string, LoadState>;
}): Promise<PreparedRun> {
  const { context, identity, states } = input;
  const { run, generation, started, resumed } = identity;
  const settled = new Map<string, Published>();
  for (const [name, { published }] of states) if (published?.run === run) settled.set(name, published);
  const path = context.spool(run);
  const saved = resumed ? await savedPlan(input, path) : null;
  const { plan, bound } = saved === null ? await planAndBind(input) : { plan: saved, bound: await bind(input, saved) };
  const needsSpool = bound.lanes.some(({ load }) => load === null) || bound.spoolLoads.length > 0 || bound.operations.length > 0;
  return { ...input, run, generation, started, resumed: saved !== null, plan, bound, settled, spool: needsSpool ? path : null };
}

async function savedPlan({ job, identity: { run, generation }, states, context }: PrepareInput, path: string): Promise<EnginePlan | null> {
  const prefix = `${job.fingerprint}/${generation}`;
  for (const { unfinished } of states.values())
    if (unfinished?.run === run && unfinished.fingerprint.startsWith(prefix)) return unfinished.plan as EnginePlan;
  if (!(await Spool.exists(path))) return null;
  const spool = await Spool.open({ path, temporary: context.temporary, failpoint: context.failpoint });
  try {
    const head = await spool.head();
    return head?.run === run && head.fingerprint.startsWith(prefix) ? (head.plan as EnginePlan) : null;
  } finally {
    await spool.close();
  }
}

type PrepareInput = Parameters<typeof prepareRun>[0];

/** Plans with the cursors of the direct loads first; where lineage shows that others depend on an extract too, plans that one again. */
async function planAndBind(input: PrepareInput): Promise<{ plan: EnginePlan; bound: BoundJob }> {
  const { job, options, states, identity } = input;
  const reads = new Map<string, PlannedRead>();
  const plan = async (extract: EngineExtract, start: ReadStart): Promise<void> => {
    const parents = extract.each === null ? null : await parentsOf(input, extract, extract.each, reads);
    reads.set(extract.dataset, await planRead(extract, start, { ...options, parents }));
  };
  for (const extract of inReadOrder(job.extracts, job.transforms)) {
    await plan(extract, guessedStart(input, extract));
  }
  const asPlan = (): EnginePlan => ({
    started: identity.started,
    extracts: JSON.parse(JSON.stringify(Object.fromEntries(reads))) as EnginePlan['extracts'],
  });
  let bound = await bind(input, asPlan());
  let changed = false;
  for (const extract of job.extracts) {
    const dependents = job.loads
      .filter(({ name }) => bound.sources.get(name)?.has(extract.dataset) === true)
      .map((load) => ({ load, isAlone: bound.sources.get(load.name)?.size === 1 }));
    const needed = readStart(extract, dependents, states, options);
    const planned = reads.get(extract.dataset);
    if (planned !== undefined && sameStart(planned.start, needed)) continue;
    await plan(extract, needed);
    changed = true;
  }
  if (changed) bound = await bind(input, asPlan());
  return { plan: asPlan(), bound };
}

/** From where an extract reads, as far as that is known before lineage is: where it cannot be told, from the start. */
function guessedStart({ job, options, states }: PrepareInput, extract: EngineExtract): ReadStart {
  const direct = job.loads.filter(({ dataset }) => dataset === extract.dataset);
  const guessed = direct.length > 0 ? direct : job.loads;
  const loads = guessed.map((load) => ({ load, isAlone: direct.length > 0 }));
  try {
    return readStart(extract, loads, states, options);
  } catch (error) {
    if (isEtlError(error) && error.code === 'CONFIG_INVALID') return { since: null, hold: null };
    throw error;
  }
}

/** The columns that a read depends on, from what is planned before it. */
async function parentsOf(
  { job, identity, context }: PrepareInput,
  extract: EngineExtract,
  each: EachOptions,
  reads: ReadonlyMap<string, PlannedRead>,
): Promise<ParentColumns> {
  const inputs = new Map([...reads].map(([dataset, { plan }]) => [dataset, plan.schema]));
  const { cache, fuse, temporary } = context;
  return parentColumns(job, each, inputs, { started: identity.started, cache, fuse, temporary }).catch((error: unknown) => {
    throw placed(error, extract);
  });
}

async function bind({ job, context }: PrepareInput, plan: EnginePlan): Promise<BoundJob> {
  const schemas = new Map(
    job.extracts.map(({ dataset }): [string, Schema] => {
      const read = plan.extracts[dataset];
      if (read === undefined) throw new EtlError('STAGING_LOST', `The interrupted run did not read ${dataset}`);
      return [dataset, (read.plan as unknown as { schema: Schema }).schema];
    }),
  );
  // Without steps nothing is described, and DuckDB is not loaded.
  if (job.transforms.length === 0)
    return bindJob(job, schemas, { started: plan.started, cache: context.cache, fuse: context.fuse, session: noSession });
  return withSession(context.temporary, (session) =>
    bindJob(job, schemas, { session, started: plan.started, cache: context.cache, fuse: context.fuse }),
  );
}
