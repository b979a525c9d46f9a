import type { Field, LoadTarget } from '@etl/sdk';
import type { SqlLoadOptions } from './load-options.js';

/** A time of a publish. */
export const timeField = (name: string): Field => ({ name, type: { kind: 'timestamp', zoned: true, digits: 6 }, nullable: true });

/** Columns that the loader itself keeps in the target, behind those of the rows. */
export function ownColumns({ mode }: Pick<LoadTarget, 'mode'>, { missing, marked, history }: SqlLoadOptions): readonly Field[] {
  if (mode === 'history') {
    const { valid_from, valid_to, is_current } = history;
    return [timeField(valid_from), timeField(valid_to), { name: is_current, type: { kind: 'boolean' }, nullable: true }];
  }
  return mode === 'merge' && missing === 'mark' ? [timeField(marked)] : [];
}
