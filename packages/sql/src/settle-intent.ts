import type { LoadId } from '@etl/sdk';
import { LoadRecord, type Intent, type Leftover, type StoredState } from './load-state.js';
import { inTransaction, type OpenDatabase } from './open-database.js';
import type { SqlSession } from './sql-client.js';

/**
 * Whether the renames of an intent have happened: one statement does all of them, and afterwards there is no staging table, but the one that was put
 * aside, or the table itself. That the staging table is gone is not enough: somebody may have dropped it.
 */
export async function isRenamed(open: OpenDatabase, session: SqlSession, { staging, old, table }: Intent): Promise<boolean> {
  const { introspection } = open.database;
  if ((await introspection.table(session, staging)) !== null) return false;
  return (await introspection.table(session, old ?? table)) !== null;
}

/** Finishes a publish that was interrupted behind its commit or its renames, or forgets one that never got there. Outside of a transaction. Answers whether tables may be others now. */
export async function settleIntent(open: OpenDatabase, session: SqlSession, load: LoadId): Promise<boolean> {
  const record = new LoadRecord(open, session, load);
  const { intent, leftover } = await record.read();
  if (leftover !== null) await dropLeftover(open, session, { load, leftover });
  if (intent === null) return leftover !== null;
  if (await isRenamed(open, session, intent)) await finishIntent(open, session, { load, intent });
  else await inTransaction(session, () => record.setIntent(null));
  return true;
}

/** Drops the columns that a published replace did not bring, those that are still there, and forgets them. Outside of a transaction. */
export async function dropLeftover(
  open: OpenDatabase,
  session: SqlSession,
  { load, leftover: { table, columns } }: { readonly load: LoadId; readonly leftover: Leftover },
): Promise<void> {
  const found = await open.database.introspection.table(session, table);
  for (const column of columns)
    if (found?.fields.some(({ name }) => name === column) === true) await open.define(session, open.dialect.ddl.dropColumn(table, column));
  await open.database.context.failpoint('sql.tidied');
  await inTransaction(session, () => new LoadRecord(open, session, load).setIntent(null));
}

/** Writes down what the renames made visible, and drops the table that they put aside. */
export async function finishIntent(
  open: OpenDatabase,
  session: SqlSession,
  { load, intent }: { readonly load: LoadId; readonly intent: Intent },
): Promise<void> {
  const record = new LoadRecord(open, session, load);
  await inTransaction(session, async () => {
    await record.dropParts();
    await record.setPublished({ run: intent.run, counts: intent.counts, summary: intent.summary }, intent.cursors);
  });
  if (intent.old !== null && (await open.database.introspection.table(session, intent.old)) !== null)
    await open.define(session, open.dialect.ddl.dropTable(intent.old));
}

/** The state as it is once an interrupted publish counts as done; changes nothing. */
export async function settledState(open: OpenDatabase, session: SqlSession, state: StoredState): Promise<StoredState> {
  const { intent } = state;
  if (intent === null || !(await isRenamed(open, session, intent))) return state;
  return {
    ...state,
    cursors: { ...state.cursors, ...intent.cursors },
    published: { run: intent.run, counts: intent.counts, summary: intent.summary },
    unfinished: null,
  };
}
