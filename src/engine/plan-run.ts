import type { PlanTarget, ReadPlan, Schema } from '@etl/sdk';
import type { ExtractLane, SpoolLoad } from './bind-job.js';
import type { EngineContext } from './engine-context.js';
import type { EngineJob, EngineLoad, RunOptions } from './engine-job.js';
import { Ledger } from './ledger.js';
import { planTarget } from './open-load.js';
import { identifyRun, prepareRun, readStates, type PreparedRun } from './prepare-run.js';
import { readPlanOf, type ReadStart } from './read-plans.js';

/** A read as a run would begin it. */
export interface PlannedExtract {
  readonly lane: ExtractLane;
  readonly start: ReadStart;
  readonly plan: ReadPlan;
}

/** A load with the columns that would reach it. */
export interface PlannedLoad {
  readonly load: EngineLoad;
  /** stream: straight from its extract; package: from the spool. */
  readonly path: 'stream' | 'package';
  readonly target: PlanTarget;
}

/** A run that was planned and not begun. */
export interface PlannedRun {
  readonly prepared: PreparedRun;
  readonly extracts: readonly PlannedExtract[];
  /** In the order of the job. */
  readonly loads: readonly PlannedLoad[];
}

/** Plans what the next run would do: continue an interrupted one or begin anew, what it reads and how it works. Changes nothing. */
export async function planRun(job: EngineJob, options: RunOptions, context: EngineContext): Promise<PlannedRun> {
  const states = await readStates(job);
  const manifest = await context.manifest.read();
  const identity = identifyRun(job, options, context, { manifest, states });
  const prepared = await prepareRun({ job, options, context, ledger: new Ledger(), identity, states });
  const { lanes, spoolLoads } = prepared.bound;
  const extracts = lanes.map((lane): PlannedExtract => {
    const { dataset } = lane.extract;
    return { lane, plan: readPlanOf(prepared.plan, dataset), start: prepared.plan.extracts[dataset]?.start as unknown as ReadStart };
  });
  const loads = job.loads.map((load): PlannedLoad => {
    const lane = lanes.find((each) => each.load === load);
    const schema = lane?.output ?? spoolOutput(spoolLoads, load);
    return { load, path: lane === undefined ? 'package' : 'stream', target: planTarget(load, schema, options) };
  });
  return { prepared, extracts, loads };
}

const spoolOutput = (spoolLoads: readonly SpoolLoad[], load: EngineLoad): Schema =>
  spoolLoads.find((each) => each.load === load)?.output ?? { fields: [], key: [] };
