import type { DuckDBConnection, DuckDBResult, DuckDBValue } from '@duckdb/node-api';
import { EtlError, type Batch, type Schema } from '@etl/sdk';
import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { CellCollector } from './cell-collector.js';
import { crossingSql } from './crossing-sql.js';
import { duckDbError } from './duckdb-error.js';
import { fieldOf } from './field-type-of.js';
import { literal, quote } from './quote.js';
import { segmentSql, writeSegment } from './segment.js';
import type { Bindable, Bindings, Placed, Session, StreamOptions } from './session.js';

const defaultBatchRows = 16_384;
const batchBytes = 8 * 1024 * 1024;

/** A session over a connection; segments are written to `temporary`. */
export function openSession(connection: DuckDBConnection, temporary: string): Session {
  let streaming = false;
  let closed = false;

  /** Every statement passes here: errors are translated once. */
  const attempt = async <T>(work: () => Promise<T>): Promise<T> => {
    if (streaming) throw new EtlError('INTERNAL', 'A second statement on a session that is still streaming would end the stream');
    if (closed) throw new EtlError('INTERNAL', 'The session is closed');
    try {
      return await work();
    } catch (cause) {
      throw duckDbError(cause);
    }
  };

  const session: Session = {
    run: (sql, values) => attempt(async () => (await connection.run(sql, bound(values))).rowsChanged),
    rows: (sql, values) =>
      attempt(async () => {
        const reader = await connection.runAndReadAll(sql, bound(values));
        return reader.getRowObjects().map((row) => Object.fromEntries(Object.entries(row).map(([name, value]) => [name, bindable(value)])));
      }),
    async describe(select, values) {
      const columns = await session.rows(`describe ${select}`, values);
      return {
        fields: columns.map((column) => fieldOf(String(column['column_name']), String(column['column_type']), column['null'] !== 'NO')),
        key: [],
      };
    },
    async transaction(work) {
      await session.run('begin transaction');
      try {
        const result = await work();
        await session.run('commit');
        return result;
      } catch (error) {
        // The first error counts; a transaction that DuckDB ended by itself has nothing to roll back
        await connection.run('rollback').catch(() => undefined);
        throw error;
      }
    },
    async *stream(select, schema, options) {
      for await (const { batch } of session.streamPlaced(select, schema, [], options)) yield batch;
    },
    async *streamPlaced(select, schema, places, { batchRows = defaultBatchRows, values, origin }: StreamOptions = {}) {
      const sql = crossingSql(select, [...schema.fields, ...places]);
      const result = await attempt(() => connection.stream(sql, bound(values)));
      streaming = true;
      let ended = false;
      try {
        yield* batches(result, new CellCollector(schema, places), { batchRows, origin: origin ?? { part: '0', first: 0 } });
        ended = true;
      } finally {
        if (!ended) await breakOff(connection, result);
        streaming = false;
      }
    },
    append: (table, schema, given, columns) => appendRows({ session, temporary, table, schema, columns }, given),
    exportParquet: (select, path, { passing = false } = {}) =>
      session.run(
        `copy (${select}) to ${literal(path)} (format parquet, compression ${passing ? 'uncompressed' : 'zstd'}, row_group_size 122880)`,
      ),
    interrupt: () => connection.interrupt(),
    async close() {
      closed = true;
      connection.closeSync();
    },
  };
  return session;
}

const bound = (values: Bindings | undefined): DuckDBValue[] | Record<string, DuckDBValue> | undefined =>
  values === undefined ? undefined : isList(values) ? [...values] : { ...values };

const isList = (values: Bindings): values is readonly Bindable[] => Array.isArray(values);

const bindable = (value: DuckDBValue): Bindable => {
  if (value === null || typeof value === 'boolean' || typeof value === 'number' || typeof value === 'bigint' || typeof value === 'string')
    return value;
  return value.toString();
};

/** A result that is not read to its end keeps the database open until it is told to stop. */
async function breakOff(connection: DuckDBConnection, result: DuckDBResult): Promise<void> {
  connection.interrupt();
  // Chunks that were ready come first, then the interruption: whatever it says, the stream has ended
  const drained = async (): Promise<void> => {
    for (let chunk = await result.fetchChunk(); chunk !== null && chunk.rowCount > 0; chunk = await result.fetchChunk());
  };
  await drained().catch(() => undefined);
}

interface BatchOptions {
  readonly batchRows: number;
  readonly origin: { readonly part: string; readonly first: number };
}

async function* batches(result: DuckDBResult, collector: CellCollector, { batchRows, origin }: BatchOptions): AsyncGenerator<Placed> {
  let { first } = origin;
  for (;;) {
    const chunk = await result.fetchChunk().catch((cause: unknown) => {
      throw duckDbError(cause);
    });
    if (chunk === null || chunk.rowCount === 0) break;
    collector.add(chunk);
    if (collector.rows < batchRows && collector.size < batchBytes) continue;
    const placed = collector.take({ ...origin, first });
    first += placed.batch.length;
    yield placed;
  }
  if (collector.rows > 0) yield collector.take({ ...origin, first });
}

interface AppendTo {
  readonly session: Session;
  readonly temporary: string;
  readonly table: string;
  readonly schema: Schema;
  readonly columns: readonly string[] | undefined;
}

/** All segments are read by one statement: it stores every row or none, in order. */
async function appendRows({ session, temporary, table, schema, columns }: AppendTo, given: readonly Batch[]): Promise<number> {
  const rows = given.reduce((sum, { length }) => sum + length, 0);
  if (rows === 0) return 0;
  const path = join(temporary, `segment-${randomUUID()}.csv`);
  try {
    const facts = await writeSegment(path, schema, given);
    const names = columns === undefined ? '' : ` (${columns.map(quote).join(', ')})`;
    const stored = await session.run(`insert into ${table}${names} select * from ${segmentSql(path, schema, facts)}`);
    if (stored !== rows) throw new EtlError('INTERNAL', `${rows} rows were written but DuckDB read ${stored}`);
    return stored;
  } finally {
    await rm(path, { force: true });
  }
}
