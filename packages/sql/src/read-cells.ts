import { cellsOf, cellTexts, EtlError } from '@etl/sdk';
import type { SqlRow, SqlSession, StreamQuery } from './sql-client.js';

/** A small answer as canonical texts, whole. Throws DATA_INVALID where one of its values has none. */
export async function readCells(session: SqlSession, query: StreamQuery): Promise<readonly SqlRow[]> {
  const rows: SqlRow[] = [];
  for await (const batch of session.stream(query)) {
    const [refused] = batch.refused ?? [];
    if (refused !== undefined) throw new EtlError('DATA_INVALID', refused.reason);
    const cells = cellsOf(query.schema, batch);
    for (let row = 0; row < batch.length; row++) rows.push(cellTexts(query.schema, cells, row));
  }
  return rows;
}
