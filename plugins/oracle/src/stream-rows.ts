import { textBatch } from '@etl/sdk';
import type { Bind, RefusedCell, StreamBatch, StreamQuery } from '@etl/sql';
import { CellCollector } from './cell-collector.js';
import type { Connection, Driver, ResultSet } from './driver.js';
import { fetchAsTexts } from './fetch-types.js';
import { cellWriter, oddReason, type DriverValue } from './write-cell.js';

/** Rows of one round trip and batch; wide rows come in fewer. */
const fetchRows = 2000;
const fetchCells = 40_000;

interface Reading {
  readonly connection: Connection;
  readonly driver: Driver;
  readonly query: StreamQuery;
}

/** The answer of a query as batches; the next rows are fetched when the next batch is asked for. */
export async function* streamRows({ connection, driver, query: { sql, binds, schema } }: Reading): AsyncGenerator<StreamBatch> {
  const size = Math.max(1, Math.min(fetchRows, Math.floor(fetchCells / Math.max(1, schema.fields.length))));
  const { resultSet } = await connection.execute<DriverValue[]>(sql, bindValues(driver, binds), {
    resultSet: true,
    outFormat: driver.OUT_FORMAT_ARRAY,
    fetchArraySize: size,
    prefetchRows: size,
    fetchTypeHandler: fetchAsTexts(driver),
  });
  if (resultSet === undefined) return;
  const writers = schema.fields.map(cellWriter);
  const reasons = schema.fields.map(oddReason);
  let bytes = 64 * 1024;
  try {
    for (let rows = await next(resultSet, size); rows.length > 0; rows = await next(resultSet, size)) {
      const cells = new CellCollector(writers.length, { rows: rows.length, bytes });
      const refused: RefusedCell[] = [];
      for (const [row, values] of rows.entries())
        for (const [column, write] of writers.entries())
          if (!write(cells, values[column] ?? null)) refused.push({ row, column, reason: reasons[column] ?? '' });
      bytes = Math.max(bytes, Math.ceil(cells.bytes * 1.25));
      const batch = textBatch(schema, cells.take());
      yield refused.length === 0 ? batch : { ...batch, refused };
    }
  } finally {
    await resultSet.close();
  }
}

const next = (resultSet: ResultSet<DriverValue[]>, size: number): Promise<DriverValue[][]> => resultSet.getRows(size);

/** Texts as they are, of any length. */
export const bindValues = (driver: Driver, binds: readonly Bind[]): { val: Bind; type: Driver['DB_TYPE_VARCHAR'] }[] =>
  binds.map((val) => ({ val, type: driver.DB_TYPE_VARCHAR }));
