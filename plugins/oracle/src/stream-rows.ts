import { textBatch, type Batch } from '@etl/sdk';
import type { Bind, StreamQuery } from '@etl/sql';
import { CellCollector } from './cell-collector.js';
import type { Connection, Driver, ResultSet } from './driver.js';
import { fetchAsTexts } from './fetch-types.js';
import { cellWriter, type DriverValue } from './write-cell.js';

/** Rows of one round trip and batch; wide rows come in fewer. */
const fetchRows = 2000;
const fetchCells = 40_000;

interface Reading {
  readonly connection: Connection;
  readonly driver: Driver;
  readonly query: StreamQuery;
}

/** The answer of a query as batches; the next rows are fetched when the next batch is asked for. */
export async function* streamRows({ connection, driver, query: { sql, binds, schema } }: Reading): AsyncGenerator<Batch> {
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
  let bytes = 64 * 1024;
  try {
    for (let rows = await next(resultSet, size); rows.length > 0; rows = await next(resultSet, size)) {
      const cells = new CellCollector(writers.length, { rows: rows.length, bytes });
      for (const row of rows) for (const [column, write] of writers.entries()) write(cells, row[column] ?? null);
      bytes = Math.max(bytes, Math.ceil(cells.bytes * 1.25));
      yield textBatch(schema, cells.take());
    }
  } finally {
    await resultSet.close();
  }
}

const next = (resultSet: ResultSet<DriverValue[]>, size: number): Promise<DriverValue[][]> => resultSet.getRows(size);

/** Texts as they are, of any length. */
export const bindValues = (driver: Driver, binds: readonly Bind[]): { val: Bind; type: Driver['DB_TYPE_VARCHAR'] }[] =>
  binds.map((val) => ({ val, type: driver.DB_TYPE_VARCHAR }));
