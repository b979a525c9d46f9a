import type { PlanTarget } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import { stagingName } from './staging.js';

/** A load that nobody begins: its statements can be told, its rows compared. */
export const plannedWorld = (
  open: LoadWorld['open'],
  { target, options, name, shape }: Pick<LoadWorld, 'options' | 'name' | 'shape'> & { readonly target: PlanTarget },
): LoadWorld => ({
  open,
  target: { ...target, epoch: 0, run: '', fingerprint: '', plan: null, parts: [], takeOver: false },
  name,
  options,
  shape,
  epoch: 0,
  staging: stagingName(options.staging?.schema ?? name.schema, target.id),
  parts: [],
  tag: '',
  failpoint: async () => undefined,
  guard: (work) => work(),
  closed: () => undefined,
});
