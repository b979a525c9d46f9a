import { EtlError, type LoadCounts } from '@etl/sdk';
import { raw } from './fragment.js';
import type { LoadWorld } from './load-world.js';
import { timeField } from './own-columns.js';
import type { PreparedTarget } from './prepare-target.js';
import type { SqlSession } from './sql-client.js';
import type { RowsForTable } from './table-conflicts.js';

/** A publish at work, in the transaction of `session`. Winners: one row of the staging table for each key, the last in source order. */
export interface Publishing {
  readonly session: SqlSession;
  readonly world: LoadWorld;
  readonly prepared: PreparedTarget;
  /** Staged rows, and those of them that are left once each key stands there once. */
  readonly rows: number;
  readonly winners: number;
  /** What becomes of rows that the load does not bring. */
  readonly missing: 'keep' | 'delete' | 'mark';
}

export type Counts = Partial<LoadCounts>;

/** The server's clock, read once for all rows of a publish. */
export async function publishTime(session: SqlSession, { open }: LoadWorld): Promise<string> {
  const field = timeField('now');
  const { canonical, now, dual } = open.dialect.values;
  const [row] = await open.cells(session, [field], raw(`select ${canonical(field, now)}${dual}`));
  const time = row?.[0];
  if (time == null) throw new EtlError('INTERNAL', 'The server told no time');
  return time;
}

/** The rows of a publish beside their table. */
export const rowsForTable = ({ session, world, prepared }: Pick<Publishing, 'session' | 'world' | 'prepared'>): RowsForTable => ({
  ...world,
  table: prepared.table,
  rows: world.open.quote(world.staging),
  count: world.open.counting(session),
});
