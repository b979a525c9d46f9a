import { EtlError } from '@etl/sdk';
import type { SqlRow, Upserted } from '@etl/sql';
import type { ResultSetHeader } from 'mysql2';
import { metRows } from './mysql-dml.js';

interface UpsertSession {
  header(sql: string): Promise<ResultSetHeader>;
  rows(sql: string): Promise<readonly SqlRow[]>;
}

/**
 * Runs an upsert of the dialect. The server tells how many rows it took and how many of them changed one that was there; how many it met there is counted by the statement itself.
 * Throws UNBALANCED where the counts contradict each other.
 */
export async function runUpsert(session: UpsertSession, sql: string): Promise<Upserted> {
  await session.header(`set ${metRows} = 0`);
  const { affectedRows, info } = await session.header(sql);
  const [row] = await session.rows(`select ${metRows}`);
  const met = Number(row?.[0] ?? NaN);
  const [records = NaN, updated = NaN] = (/Records: (\d+)\s+Duplicates: (\d+)/.exec(info)?.slice(1) ?? []).map(Number);
  // A row that was met counts once in any case, and once more where it was changed
  if (!(updated <= met && met <= records && affectedRows === records + updated))
    throw new EtlError(
      'UNBALANCED',
      `MySQL took ${records} rows, met ${met} and changed ${updated} of them, but says that ${affectedRows} were affected`,
      {
        hint: 'Nothing was published. Please report this',
      },
    );
  return { inserted: records - met, updated, unchanged: met - updated };
}
