import { EtlError, type Loader } from '@etl/sdk';
import type { DatabaseHolder } from './database-holder.js';
import { advanceEpoch, createStateTables, moveParts, readState, setCursors } from './load-state.js';

/** The state that every loader of this database keeps in it. */
export const loaderState = (holder: DatabaseHolder): Pick<Loader, 'state' | 'setState'> => ({
  async state(id) {
    // A database that is not there has no state, and asking must not make it
    if (!(await holder.exists())) return { epoch: 0, cursors: {}, published: null, unfinished: null };
    const { epoch, cursors, published, unfinished } = await holder.with((session) => readState(session, id));
    return { epoch, cursors, published, unfinished };
  },
  setState: (id, epoch, cursors) =>
    holder.changing(async (session) => {
      await createStateTables(session);
      await advanceEpoch(session, id, epoch);
      await setCursors(session, id, cursors ?? {});
      await moveParts(session, id, epoch + 1);
      await holder.context.failpoint('duckdb.state-setting');
    }),
});

/** Throws PERMISSION_DENIED before a load is begun that could never end. */
export function refuseReadOnly({ path, options }: DatabaseHolder): void {
  if (!options.read_only) return;
  throw new EtlError('PERMISSION_DENIED', `The connection to ${path} only reads`, {
    hint: 'Take read_only out of the connection to load into it',
  });
}
