import type { Loader, LoadId } from '@etl/sdk';
import { beginLoad, loadTag, takeLock } from './begin-load.js';
import { compareLoad } from './compare-load.js';
import { targetTable } from './judge-load.js';
import type { SqlLoadOptions } from './load-options.js';
import { LoadRecord } from './load-state.js';
import { inTransaction, type OpenDatabase } from './open-database.js';
import { planLoad } from './plan-load.js';
import { settledState, settleIntent } from './settle-intent.js';
import { dropStaging, oldName, stagingName } from './staging.js';
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

/** Drops the tables beside the target that nobody needs any more. Throws BUSY where another run has the load. */
async function tidyLoad(open: OpenDatabase, options: SqlLoadOptions, id: LoadId): Promise<void> {
  const tag = await loadTag(open, id);
  await open.pool.with({ access: 'write', tag }, async (session) => {
    await takeLock(session, { id, takeOver: false }, tag);
    try {
      await settleIntent(open, session, id);
      const { unsealed } = await new LoadRecord(open, session, id).read();
      if (unsealed !== null) return;
      const { name } = await targetTable(open, session, options);
      for (const table of [stagingName(options.staging?.schema ?? name.schema, id), oldName(name.schema, id)])
        await dropStaging(open, session, table);
    } finally {
      await session.unlock(tag);
    }
  });
}

/** Loads rows into a table of any database: staged beside it, published in one transaction with the state. */
export function sqlLoader(open: OpenDatabase, options: SqlLoadOptions): Loader {
  return {
    traits: { visible: 'at-publish', resume: 'chunk', parts: Math.max(1, Math.min(open.dialect.publish.parts, open.database.sessions)) },
    ...loaderState(open),
    begin: (target) => beginLoad({ open, options, target }),
    plan: (target) => planLoad(open, options, target),
    compare: (target) => compareLoad(open, options, target),
    tidy: (id) => tidyLoad(open, options, id),
    close: async () => undefined,
  };
}
