import {
  isEtlError,
  typeName,
  type ErrorCode,
  type EtlError,
  type Comparison,
  type LoadCounts,
  type LoadPlan,
  type Schema,
} from '@etl/sdk';
import { comparisonWriter } from '../engine/comparison-writer.js';
import { defaultRunOptions, type EngineJob, type RunOptions } from '../engine/engine-job.js';
import { Ledger } from '../engine/ledger.js';
import { isPartial } from '../engine/partial-load.js';
import { planRun, type PlannedExtract, type PlannedLoad, type PlannedRun } from '../engine/plan-run.js';
import { runEngine } from '../engine/run-engine.js';
import type { Job } from '../project/job.js';
import type { ParamValue } from '../transforms/step.js';
import { dryContext } from './dry-context.js';
import { silentLog, type JobWorld } from './job-world.js';
import type { ExtractPlan, JobPlan, PlanColumn, TargetPlan } from './job-plan.js';
import { manifestStore } from './manifest-store.js';
import { OpenConnections } from './open-connections.js';
import { closeJob, jobFingerprint, openJob } from './open-job.js';
import { provisionalNames } from './run-names.js';

export interface PlanJobOptions {
  readonly params: ReadonlyMap<string, ParamValue>;
  readonly fullRefresh: boolean;
  /** Read, transform and compare the rows too; else only what is known without them. */
  readonly rows: boolean;
  readonly warn: (message: string) => void;
}

/** What the next run of a job would do, found without changing a source, a target or any state. */
export async function planJob(world: JobWorld, job: Job, options: PlanJobOptions): Promise<JobPlan> {
  const { params, fullRefresh } = options;
  const settings = { params, fullRefresh, limit: null };
  const runOptions: RunOptions = { ...defaultRunOptions, fullRefresh };
  const fingerprint = await jobFingerprint(world, job, settings);
  const manifest = manifestStore(world.etl, job.name);
  const names = await provisionalNames(manifest, { fingerprint, options: runOptions, now: world.now });
  const connections = new OpenConnections(world.project, world.contextWith(silentLog));
  try {
    const opened = await openJob(job, { settings, names, connections, fingerprint });
    try {
      const context = {
        ...dryContext(world, { observe: null, fuse: true, warn: options.warn }),
        manifest: { ...manifest, write: async () => undefined, remove: async () => undefined },
      };
      const planned = await planRun(opened, runOptions, context);
      const targets = await Promise.all(planned.loads.map(async (load) => ({ load, told: await tellTarget(load) })));
      const compared =
        options.rows && targets.every(({ told }) => told === null || told.problems.length === 0)
          ? await compareRows(world, opened, planned, options)
          : null;
      return {
        job: job.name,
        continues: planned.prepared.resumed ? planned.prepared.run : null,
        extracts: planned.extracts.map(extractPlan),
        operations: planned.prepared.bound.operations.map(({ dataset, stage }) => ({
          dataset,
          steps: stage.steps.map(({ name }) => name),
        })),
        loads: targets.map(({ load, told }) => targetPlan(load, told, compared?.changes.get(load.load.name) ?? null)),
        statements: job.statements.map(({ id, to, after, options: { statements } }) => ({
          id,
          to,
          after,
          statements: textsOf(statements),
        })),
        rejected: compared?.rejected ?? null,
        error: compared?.error ?? null,
      };
    } finally {
      await closeJob(opened);
    }
  } finally {
    await connections.close();
  }
}

/** The texts that the connector was given. */
const textsOf = (statements: unknown): string[] => [statements].flat().filter((text) => typeof text === 'string');

async function tellTarget({ load, target }: PlannedLoad): Promise<LoadPlan | null> {
  try {
    return (await load.loader.plan?.(target)) ?? null;
  } catch (error) {
    if (!isEtlError(error)) throw error;
    const placed = error.at({ connection: load.connectionName, dataset: load.dataset });
    if (!misfits.has(error.code)) throw placed;
    return { target: '', columns: [], statements: [], problems: [placed] };
  }
}

/** What `begin` says of a load that does not fit, where the connector tells only the first mistake. */
const misfits: ReadonlySet<ErrorCode> = new Set(['SCHEMA_MISMATCH', 'CONFIG_INVALID', 'CAPABILITY_MISSING']);

interface Compared {
  readonly changes: ReadonlyMap<string, LoadCounts>;
  readonly rejected: number;
  readonly error: EtlError | null;
}

/** Runs the job dry, with each load's rows compared with its target. What would stop the run is part of the answer. */
async function compareRows(
  world: JobWorld,
  job: EngineJob,
  { loads, prepared: { bound } }: PlannedRun,
  { warn, fullRefresh }: PlanJobOptions,
): Promise<Compared> {
  const comparisons = new Map<string, Comparison>();
  const ledger = new Ledger();
  const changes = new Map<string, LoadCounts>();
  try {
    for (const { load, target } of loads) {
      const comparison = await load.loader.compare?.(target);
      if (comparison !== undefined) comparisons.set(load.name, comparison);
    }
    const compare = comparisonWriter(comparisons);
    const context = { ...dryContext(world, { observe: null, fuse: true, warn }), compare };
    await runEngine(job, { ...defaultRunOptions, dryRun: true, fullRefresh }, context, ledger);
    for (const [name, comparison] of comparisons) changes.set(name, await comparison.end({ partial: isPartial({ bound, ledger }, name) }));
    const refused = [...changes.values()].reduce((sum, { rejected }) => sum + rejected, 0);
    return { changes, rejected: ledger.rejected + refused, error: null };
  } catch (error) {
    if (!isEtlError(error) || error.code === 'CANCELLED' || error.code === 'INTERNAL') throw error;
    return { changes, rejected: ledger.rejected, error };
  } finally {
    for (const comparison of comparisons.values()) await comparison.close();
  }
}

const columnsOf = ({ fields }: Schema): PlanColumn[] => fields.map(({ name, type }) => ({ name, type: typeName(type) }));

const extractPlan = ({ lane, start, plan }: PlannedExtract): ExtractPlan => ({
  dataset: lane.extract.dataset,
  from: lane.extract.connection,
  columns: columnsOf(plan.schema),
  rows: plan.expect?.rows ?? null,
  parts: lane.extract.each === null ? plan.parts.length : lane.extract.parallel,
  each: lane.extract.each?.dataset ?? null,
  since: start.since,
  until: plan.until,
  resume: plan.resume,
  snapshot: plan.snapshot,
  steps: lane.stages.flatMap(({ steps }) => steps.map(({ name }) => name)),
  load: lane.load?.name ?? null,
});

function targetPlan({ load, path, target }: PlannedLoad, told: LoadPlan | null, changes: LoadCounts | null): TargetPlan {
  const { name: id, dataset, connectionName: to, after } = load;
  const base = { id, dataset, to, mode: target.mode, key: target.key, after, path, changes };
  if (told === null) return { ...base, plan: null, problems: [] };
  const { problems, rows = null, ...plan } = told;
  return { ...base, plan: { ...plan, rows }, problems };
}
