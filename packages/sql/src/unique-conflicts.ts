import type { LoadWorld } from './load-world.js';
import type { SqlSession } from './sql-client.js';
import { refuseTakenValues } from './table-conflicts.js';

/** Finds before the publish what the table, as it is now, would refuse. Throws CONFLICT. */
export async function refuseUniqueConflicts(
  session: SqlSession,
  world: Pick<LoadWorld, 'open' | 'target' | 'shape' | 'name' | 'staging'>,
): Promise<void> {
  const { open, name, staging } = world;
  const table = await open.database.introspection.table(session, name);
  await refuseTakenValues({ ...world, table, rows: open.quote(staging), count: open.counting(session) });
}
