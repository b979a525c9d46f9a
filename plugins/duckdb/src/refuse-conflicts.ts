import type { Session } from '@etl/columnar';
import { refuseTakenValues } from '@etl/sql/rules';
import type { LoadWorld } from './load-world.js';
import { rowsForTable } from './publishing.js';
import type { TargetWorld } from './ready-target.js';
import { stagedRows } from './staged-rows.js';
import { targetTable } from './target-table.js';

/** Finds before the publish what the table, as it is now, would refuse. Throws CONFLICT. */
export async function refuseConflicts(session: Session, world: TargetWorld & Pick<LoadWorld, 'parts' | 'stagingSchema'>): Promise<void> {
  const table = await targetTable(session, world.name);
  if (table === null || table.uniques.length === 0) return;
  const { all } = await stagedRows(session, world, []);
  await refuseTakenValues(rowsForTable(session, { world, table, rows: all }));
}
