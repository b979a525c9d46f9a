import type { Field, PlanTarget } from '@etl/sdk';
import type { LoadOptions } from './load-options.js';

const time = (name: string): Field => ({ name, type: { kind: 'timestamp', zoned: true, digits: 6 }, nullable: true });

/** Columns that the loader itself keeps in the target, behind those of the rows. */
export function ownColumns({ mode }: Pick<PlanTarget, 'mode'>, { missing, marked, history }: LoadOptions): readonly Field[] {
  if (mode === 'history') {
    const { valid_from, valid_to, is_current } = history;
    return [time(valid_from), time(valid_to), { name: is_current, type: { kind: 'boolean' }, nullable: true }];
  }
  return mode === 'merge' && missing === 'mark' ? [time(marked)] : [];
}
