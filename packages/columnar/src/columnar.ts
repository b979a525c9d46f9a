import { EtlError, type Batch, type Columnar, type ParquetWriter, type Schema } from '@etl/sdk';
import { open, rm } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import type { Database } from './database.js';
import { openDatabase } from './open-database.js';
import { literal, quote } from './quote.js';
import { columnType } from './segment.js';
import type { Session } from './session.js';

/** Rows that wait in memory before they are appended as one segment. */
const segmentRows = 100_000;

/** Parquet files through DuckDB; `temporary` takes segments and what does not fit in memory. */
export function createColumnar({ temporary }: { readonly temporary: string }): Columnar {
  const using = async (path: string): Promise<{ database: Database; session: Session; file: string }> => {
    const file = resolve(path);
    const database = await openDatabase(':memory:', { temporary, allowed: [dirname(file)] });
    return { database, session: await database.connect(), file };
  };
  return {
    async describeParquet(path) {
      const { database, session, file } = await using(path);
      try {
        const schema = await session.describe(`select * from ${relation(file)}`);
        const [count] = await session.rows(`select count(*) as rows from ${relation(file)}`);
        return { schema, rows: Number(count?.['rows'] ?? 0) };
      } finally {
        await database.close();
      }
    },
    async *readParquet(path, { columns, from = 0 } = {}) {
      const { database, session, file } = await using(path);
      try {
        const names = columns?.map(quote).join(', ') ?? '*';
        const select = `select ${names} from ${relation(file)}${from > 0 ? ` offset ${from}` : ''}`;
        yield* session.stream(select, await session.describe(select));
      } finally {
        await database.close();
      }
    },
    async writeParquet(path, schema) {
      const { database, session, file } = await using(path);
      return parquetWriter({ database, session, file }, schema);
    },
  };
}

const relation = (file: string): string => `read_parquet(${literal(file)}, binary_as_string = false)`;

interface Opened {
  readonly database: Database;
  readonly session: Session;
  readonly file: string;
}

/** Rows gather in a table, so that a refused value leaves no file behind and DuckDB chooses encodings over all of them. */
async function parquetWriter({ database, session, file }: Opened, schema: Schema): Promise<ParquetWriter> {
  const columns = schema.fields.map((field) => `${quote(field.name)} ${columnType(field)}`).join(', ');
  await session.run(`create table content (${columns})`);
  let waiting: Batch[] = [];
  let rows = 0;
  const flush = async (): Promise<void> => {
    const given = waiting;
    waiting = [];
    await session.append('content', schema, given);
  };
  return {
    async write(batch) {
      rows += batch.length;
      waiting.push(batch);
      if (waiting.reduce((sum, { length }) => sum + length, 0) >= segmentRows) await flush();
    },
    async finish() {
      await flush();
      const stored = await session.exportParquet('select * from content', file);
      await database.close();
      if (stored !== rows) throw new EtlError('INTERNAL', `${rows} rows were given but ${file} holds ${stored}`);
      await synced(file);
    },
    async discard() {
      await database.close();
      await rm(file, { force: true });
    },
  };
}

async function synced(path: string): Promise<void> {
  const file = await open(path, 'r+');
  try {
    await file.sync();
  } finally {
    await file.close();
  }
}
