import { mkdir, rm, stat } from 'node:fs/promises';
import { dirname } from 'node:path';
import { columnType, literal, openDatabase, quote, type Database, type Session } from '@etl/columnar';
import { EtlError, type Chunk, type Json, type PartWriter, type Schema } from '@etl/sdk';
import { rowNumberColumn } from '../transforms/step.js';
import type { Failpoint } from './failpoint.js';
import { SpoolWriter, type SpoolPart } from './spool-writer.js';

/** What belongs to one spool as a whole; a spool of another run or fingerprint is dropped. */
export interface SpoolHead {
  readonly run: string;
  readonly fingerprint: string;
  /** The engine's plan of the run. */
  readonly plan: Json;
}

export interface SpoolOptions {
  readonly path: string;
  /** Folder for segments, mode 0700. */
  readonly temporary: string;
  readonly failpoint: Failpoint;
}

export interface RowRange {
  readonly after: string;
  readonly last: string;
  readonly rows: number;
}

const bookkeeping = `
create table if not exists _etl_head (head text not null);
create table if not exists _etl_part (dataset text, part text, mark text not null, next bigint not null, primary key (dataset, part));
create table if not exists _etl_operation (number integer primary key, result text not null)`;

/** The durable store between extracts and loads: a DuckDB file of one run, with a table per dataset and what is done so far. */
export class Spool {
  private constructor(
    private readonly database: Database,
    readonly session: Session,
    private readonly options: SpoolOptions,
  ) {}

  /** Opens the file, or makes it. */
  static async open(options: SpoolOptions): Promise<Spool> {
    await mkdir(dirname(options.path), { recursive: true, mode: 0o700 });
    const database = await openDatabase(options.path, { temporary: options.temporary, passing: true });
    const session = await database.connect();
    await session.run(bookkeeping);
    return new Spool(database, session, options);
  }

  static async exists(path: string): Promise<boolean> {
    return stat(path).then(
      () => true,
      () => false,
    );
  }

  static async remove(path: string): Promise<void> {
    for (const file of [path, `${path}.wal`]) await rm(file, { force: true });
  }

  connect(): Promise<Session> {
    return this.database.connect();
  }

  async head(): Promise<SpoolHead | null> {
    const [row] = await this.session.rows('select head from _etl_head');
    return row === undefined ? null : (JSON.parse(String(row['head'])) as SpoolHead);
  }

  async begin(head: SpoolHead): Promise<void> {
    await this.session.run('insert into _etl_head values ($1)', [JSON.stringify(head)]);
  }

  /** The table of a dataset version, quoted. */
  static table(dataset: string, version: number): string {
    return quote(`${dataset}#${version}`);
  }

  async createTable(table: string, schema: Schema): Promise<void> {
    const columns = schema.fields.map((field) => `${quote(field.name)} ${columnType(field)}`);
    await this.session.run(`create table if not exists ${table} (${[...columns, `${rowNumberColumn} bigint`].join(', ')})`);
  }

  /** Drops a table or view, named in quotes, if it is there. */
  async drop(table: string): Promise<void> {
    await this.session.run(`drop ${(await this.isView(table)) ? 'view' : 'table'} if exists ${table}`);
  }

  async isView(table: string): Promise<boolean> {
    const name = table.slice(1, -1).replaceAll('""', '"');
    return (await this.session.rows('select 1 from duckdb_views() where not internal and view_name = $1', [name])).length > 0;
  }

  async count(table: string): Promise<number> {
    const [row] = await this.session.rows(`select count(*) as n from ${table}`);
    return Number(row?.['n'] ?? 0);
  }

  /** The saved answer of an operation, or null: it has not ended yet. */
  async operation(number: number): Promise<Json> {
    const [row] = await this.session.rows('select result from _etl_operation where number = $1', [number]);
    return row === undefined ? null : (JSON.parse(String(row['result'])) as Json);
  }

  async saveOperation(number: number, result: Json): Promise<void> {
    await this.session.run('insert into _etl_operation values ($1, $2)', [number, JSON.stringify(result)]);
    await this.options.failpoint('spool.operation-saved');
  }

  /** A writer that appends rows of one part to a table; rows and mark are safe together. */
  async writer(part: SpoolPart): Promise<PartWriter> {
    const { temporary, failpoint } = this.options;
    return SpoolWriter.open(await this.database.connect(), part, { temporary, failpoint });
  }

  /** Whether a scan gives the rows in order: then they need no sort. Tables whose parts were read side by side are not. */
  async isInOrder(table: string): Promise<boolean> {
    const before = `select ${rowNumberColumn} as n, lag(${rowNumberColumn}) over () as before from ${table}`;
    return (await this.session.rows(`select 1 from (${before}) where n < before limit 1`)).length === 0;
  }

  /** Rows of a table in order, behind the given row number; the position is the number of the last row of a chunk. */
  async *read(table: string, schema: Schema, after: Json): AsyncGenerator<Chunk> {
    const ranges = await this.ranges(table, after, spoolChunkRows);
    const columns = schema.fields.map(({ name }) => quote(name)).join(', ');
    const session = await this.database.connect();
    try {
      for (const range of ranges) {
        const where = `${rowNumberColumn} > ${range.after} and ${rowNumberColumn} <= ${range.last}`;
        let seen = 0;
        for await (const batch of session.stream(`select ${columns} from ${table} where ${where} order by ${rowNumberColumn}`, schema)) {
          seen += batch.length;
          yield { batch, rejects: [], position: seen === range.rows ? range.last : null };
        }
        if (seen !== range.rows) throw new EtlError('UNBALANCED', `The spool gave ${seen} of ${range.rows} rows`);
      }
    } finally {
      await session.close();
    }
  }

  /** Ranges of row numbers behind the given one, in order, each of at most this many rows: `after` exclusive, `last` inclusive. */
  async ranges(table: string, after: Json, rows: number): Promise<readonly RowRange[]> {
    const from = typeof after === 'string' ? after : '-1';
    const numbered = `select ${rowNumberColumn} as r, (row_number() over (order by ${rowNumberColumn}) - 1) // ${rows} as g from ${table} where ${rowNumberColumn} > ${literal(from)}::bigint`;
    const found = await this.session.rows(`select min(r) as first, max(r) as last, count(*) as n from (${numbered}) group by g order by 1`);
    return found.map(({ first, last, n }) => ({ after: String(BigInt(String(first)) - 1n), last: String(last), rows: Number(n) }));
  }

  async close(): Promise<void> {
    await this.session.close();
    await this.database.close();
  }
}

const spoolChunkRows = 131_072;
