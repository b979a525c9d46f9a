import { EtlError, type LoadTarget } from '@etl/sdk';
import { atTarget, placeOf } from './at-target.js';
import type { OpenLoad } from './open-load.js';
import type { PreparedRun } from './prepare-run.js';

/** Begins the loads that are only statements, behind those that take rows: nothing runs before they are published. */
export async function openStatements(
  { job, run, generation, plan, options, states, settled, context }: PreparedRun,
  opened: Map<string, OpenLoad>,
): Promise<void> {
  for (const entry of job.statements) {
    const { id, name, loader } = entry;
    if (settled.has(name)) continue;
    const state = states.get(name);
    if (state === undefined) throw new EtlError('INTERNAL', `The state of load ${name} was not read`);
    const target: LoadTarget = {
      id, run, plan,
      epoch: state.epoch,
      fingerprint: `${job.fingerprint}/${generation}`,
      parts: [], schema: { fields: [], key: [] }, key: [], mode: 'append', policy: 'freeze',
      takeOver: options.takeOver,
    }; // prettier-ignore
    const load = await atTarget(placeOf(entry), () => loader.begin(target));
    opened.set(name, { entry, dataset: null, load });
    await context.failpoint('engine.load-begun');
  }
}
