import type { LoadTarget } from '@etl/sdk';
import type { DatabaseHolder } from './database-holder.js';
import { fenced } from '@etl/sql/rules';
import { mayBeFenced } from './load-error.js';
import { readState } from './load-state.js';

/** Any error may be how a run learns that a newer one took its load: the epoch, read again, tells. */
export function guardOf(holder: DatabaseHolder, { id }: Pick<LoadTarget, 'id'>): <T>(epoch: number, work: () => Promise<T>) => Promise<T> {
  return async (epoch, work) => {
    try {
      return await work();
    } catch (error) {
      if (!mayBeFenced(error)) throw error;
      const now = await holder.with((session) => readState(session, id));
      if (now.epoch !== epoch) throw fenced(id, error);
      throw error;
    }
  };
}
