import { cellsOf, cellTexts } from '@etl/sdk';
import type { SqlRow, SqlSession, StreamQuery } from './sql-client.js';

/** A small answer as canonical texts, whole. */
export async function readCells(session: SqlSession, query: StreamQuery): Promise<readonly SqlRow[]> {
  const rows: SqlRow[] = [];
  for await (const batch of session.stream(query)) {
    const cells = cellsOf(query.schema, batch);
    for (let row = 0; row < batch.length; row++) rows.push(cellTexts(query.schema, cells, row));
  }
  return rows;
}
