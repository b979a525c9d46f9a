import type { LoadCounts } from '@etl/sdk';
import { changedTable, historyStatements } from './mode-statements.js';
import { refuseEmpty, refuseRepeatedKeys } from '@etl/sql/rules';
import { rowsForTable, type Publishing } from './publishing.js';
import { quote } from '@etl/columnar';
import { count } from './staged-rows.js';

/** Ends the version of each row that changed and begins a new one, at the time of the publish (SCD 2). */
export async function publishHistory(publishing: Publishing): Promise<Partial<LoadCounts>> {
  const { session, world, table, staged, missing } = publishing;
  refuseEmpty({ ...world, missing, rows: staged.rows });
  await refuseRepeatedKeys(rowsForTable(session, { world, table, rows: staged.winners }), `t.${quote(world.options.history.is_current)}`);
  const statements = historyStatements(world, staged, missing);
  await session.run(statements.findChanged);
  const updated = await count(session, `select count(*) from temp.${changedTable}`);
  // Missing first: behind the new versions they could not be told apart
  const deleted = statements.endMissing === null ? 0 : await session.run(statements.endMissing);
  if (updated > 0) await session.run(statements.endChanged);
  const inserted = await session.run(statements.beginNew);
  if (updated > 0) await session.run(statements.beginChanged);
  await session.run(`drop table temp.${changedTable}`);
  return { inserted, updated, unchanged: staged.winnerRows - inserted - updated, deleted };
}
