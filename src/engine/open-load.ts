import { EtlError, type Load, type PartWriter, type PlanTarget, type Schema } from '@etl/sdk';
import { atTarget, placeOf, writerAt } from './at-target.js';
import type { EngineLoad, EngineTarget, RunOptions } from './engine-job.js';
import type { PreparedRun } from './prepare-run.js';

/** A load that has been begun in this run. */
export interface OpenLoad {
  readonly entry: EngineTarget;
  /** What it loads; null: only statements. */
  readonly dataset: string | null;
  readonly load: Load;
}

/** Begins a load, or continues its staging. `spool` names the spool that it reads, since staging of another spool is worth nothing. */
export async function openLoad(
  prepared: PreparedRun,
  entry: EngineLoad,
  { schema, parts, spool }: { readonly schema: Schema; readonly parts: readonly string[]; readonly spool: string | null },
): Promise<OpenLoad> {
  const { job, run, generation, plan, options, states, context } = prepared;
  const state = states.get(entry.name);
  if (state === undefined) throw new EtlError('INTERNAL', `The state of load ${entry.name} was not read`);
  const target = {
    ...planTarget(entry, schema, options),
    epoch: state.epoch,
    run,
    fingerprint: [job.fingerprint, generation, ...(spool === null ? [] : [spool])].join('/'),
    plan: plan,
    parts,
    takeOver: options.takeOver,
  };
  const load = await atTarget(placeOf(entry), () => entry.loader.begin(target));
  await context.failpoint('engine.load-begun');
  return { entry, dataset: entry.dataset, load };
}

/** How a load meets its target, beside what belongs to one run. */
export const planTarget = (
  { id, mode, key, policy }: EngineLoad,
  schema: Schema,
  { fullRefresh }: Pick<RunOptions, 'fullRefresh'>,
): PlanTarget => ({
  id,
  schema: { fields: schema.fields, key: key.length > 0 ? key : schema.key },
  mode: fullRefresh ? 'replace' : mode,
  key,
  policy,
});

/** What writes a part of a load. */
export const openPart = async ({ entry, dataset, load }: OpenLoad, part: string): Promise<PartWriter> => {
  const place = placeOf({ ...entry, ...(dataset !== null && { dataset }) });
  return writerAt(place, await atTarget(place, () => load.part(part)));
};

/** Leaves every load as it is for the next run. The first failure of leaving is logged, never thrown: it must not hide why the run ended. */
export async function suspendAll(loads: Iterable<OpenLoad>, prepared: PreparedRun): Promise<void> {
  for (const { load, entry } of loads)
    await load
      .suspend()
      .catch((second: unknown) => prepared.context.log.warn(`Suspending load ${entry.name} failed too`, { error: String(second) }));
}

/** Drops the staging of every load. */
export async function discardAll(loads: Iterable<OpenLoad>, prepared: PreparedRun): Promise<void> {
  for (const { load, entry } of loads)
    await load
      .discard()
      .catch((second: unknown) => prepared.context.log.warn(`Discarding load ${entry.name} failed too`, { error: String(second) }));
}
