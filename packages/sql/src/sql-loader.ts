import type { Loader } from '@etl/sdk';
import { beginLoad } from './begin-load.js';
import type { SqlLoadOptions } from './load-options.js';
import { LoadRecord } from './load-state.js';
import { inTransaction, type OpenDatabase } from './open-database.js';
import { settledState, settleIntent } from './settle-intent.js';
import { createStateTables } from './state-tables.js';

const stateTag = 'etl state';

/** State of loads, kept in the target. */
export function loaderState(open: OpenDatabase): Pick<Loader, 'state' | 'setState'> {
  return {
    state: (id) =>
      open.pool.with({ access: 'read', tag: stateTag }, async (session) => {
        const stored = await settledState(open, session, await new LoadRecord(open, session, id).read());
        const { epoch, cursors, published, unfinished } = stored;
        return { epoch, cursors, published, unfinished };
      }),
    setState: (id, epoch, cursors) =>
      open.pool.with({ access: 'write', tag: stateTag }, async (session) => {
        await createStateTables(open, session);
        await settleIntent(open, session, id);
        const record = new LoadRecord(open, session, id);
        await inTransaction(session, async () => {
          await record.advance(epoch);
          await record.setCursors(cursors ?? {});
          await open.database.context.failpoint('sql.state-setting');
        });
      }),
  };
}

/** Loads rows into a table of any database: staged beside it, published in one transaction with the state. */
export function sqlLoader(open: OpenDatabase, options: SqlLoadOptions): Loader {
  return {
    traits: { visible: 'at-publish', resume: 'chunk', parts: Math.max(1, Math.min(open.dialect.publish.parts, open.database.sessions)) },
    ...loaderState(open),
    begin: (target) => beginLoad({ open, options, target }),
    close: async () => undefined,
  };
}
