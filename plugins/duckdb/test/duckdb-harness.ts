import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createColumnar, openDatabase, quote, type Bindable, type Session } from '@etl/columnar';
import { encodeFloat, type Columnar, type FieldType } from '@etl/sdk';
import { schemaOf, field, text, type ExtractorHarness, type LoaderHarness, type Stored, type TextRow } from '@etl/testkit';
import { seedDuckDb } from '../../../test/harness/seed-duckdb.js';

/** A database file in a folder of its own, with plain SQL as the native side: CAST from VARCHAR in and to it out. */
export class DuckDbHarness {
  readonly folder: string;
  readonly path: string;
  readonly columnar: Columnar;
  #seeds = 0;

  private constructor(folder: string) {
    this.folder = folder;
    this.path = join(folder, 'warehouse.duckdb');
    this.columnar = createColumnar({ temporary: join(folder, 'columnar') });
  }

  static async create(): Promise<DuckDbHarness> {
    return new DuckDbHarness(await mkdtemp(join(tmpdir(), 'etl-duckdb-')));
  }

  async remove(): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }

  async sql<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const database = await openDatabase(this.path, { temporary: join(this.folder, 'native') });
    const session = await database.connect();
    try {
      return await work(session);
    } finally {
      await database.close();
    }
  }

  run(statement: string): Promise<number> {
    return this.sql((session) => session.run(statement));
  }

  async extractor(): Promise<ExtractorHarness> {
    return {
      connection: () => ({ path: this.path }),
      seed: async (schema, rows) => {
        const table = `seed ${++this.#seeds}`;
        const columns = schema.fields.map(({ name, type }) => ({
          name,
          type: nativeType(type) ?? 'varchar',
          isBytes: type.kind === 'bytes',
        }));
        await this.sql((session) => seedDuckDb(session, { name: table, columns, folder: join(this.folder, 'native') }, rows));
        return { options: { table } };
      },
      missing: () => ({ table: 'nowhere' }),
      each: ({ options }) => ({ ...(options as { table: string }), where: 'owner = :parent' }),
      holds: (type) => (nativeType(type) === null ? { kind: 'text' } : heldAs(type)),
      change: async ({ options }) => {
        const { table } = options as { table: string };
        await this.run(`delete from ${quote(table)} where rowid = 0`);
      },
      broken: [{ code: 'NOT_FOUND', connection: { path: join(this.folder, 'no', 'such', 'folder.duckdb') } }],
      manifest: JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as unknown,
      columnar: this.columnar,
      rows: 100_000,
      waivers: { 'reads the sign of a zero float exactly': signOfZero },
    };
  }

  async loader(): Promise<LoaderHarness> {
    return {
      connection: () => ({ path: this.path }),
      target: (table) => ({ table }),
      rows: (name) => this.sql((session) => stored(session, name)),
      refusing: async (name) => {
        await this.run(`create table ${quote(name)} (id bigint, name varchar not null check (length(name) < 4))`);
        const schema = schemaOf(field('name', text));
        const rows = Array.from({ length: 12 }, (_, at): TextRow => [
          String(at + 1),
          at % 4 === 2 ? null : at % 5 === 3 ? 'too long' : `n${at}`,
        ]);
        return {
          schema,
          rows,
          refused: rows.flatMap(([, value], at) => (value === null || value === 'too long' ? [at] : [])),
          field: 'name',
        };
      },
      objects: () =>
        this.sql(async (session) =>
          (await session.rows('select table_name as t from duckdb_tables() where not internal')).map(({ t }) => String(t)),
        ),
      manifest: JSON.parse(await readFile(new URL('../package.json', import.meta.url), 'utf8')) as unknown,
      columnar: this.columnar,
      waivers: { 'holds the sign of a zero float exactly': signOfZero },
    };
  }
}

/** Storage compresses columns by value, and -0 equals 0 there. */
const signOfZero = 'DuckDB stores -0 and 0 beside each other as one value';

/** Types of this harness are written by hand, so that the map under test is not its own judge. */
export function nativeType(type: FieldType): string | null {
  switch (type.kind) {
    case 'boolean':
      return 'boolean';
    case 'bytes':
      return 'blob';
    case 'date':
      return 'date';
    case 'json':
      return 'json';
    case 'integer':
      return `${type.signed ? '' : 'u'}${{ 8: 'tinyint', 16: 'smallint', 32: 'integer', 64: 'bigint', 128: 'hugeint' }[type.bits]}`;
    case 'float':
      return type.bits === 32 ? 'float' : 'double';
    case 'text':
      return 'varchar';
    case 'decimal':
      return type.precision === undefined ? null : `decimal(${type.precision},${type.scale ?? 0})`;
    case 'time':
      return type.digits === 9 ? 'time_ns' : 'time';
    case 'timestamp':
      if (type.zoned) return 'timestamptz';
      return ({ 0: 'timestamp_s', 3: 'timestamp_ms', 9: 'timestamp_ns' } as Record<number, string>)[type.digits] ?? 'timestamp';
  }
}

/** DuckDB keeps no length of text and knows two finenesses of TIME. */
function heldAs(type: FieldType): FieldType {
  if (type.kind === 'text') return { kind: 'text' };
  if (type.kind === 'time') return { kind: 'time', digits: type.digits > 6 ? 9 : 6 };
  return type;
}

async function stored(session: Session, name: string): Promise<Stored | null> {
  const columns = await session.rows(
    `select column_name as c, data_type as t from duckdb_columns() where table_name = $1 order by column_index`,
    [name],
  );
  if (columns.length === 0) return null;
  const cells = columns.map(({ c, t }, at) => `${asText(quote(String(c)), String(t))} as c${at}`);
  const rows = await session.rows(`select ${cells.join(', ')} from ${quote(name)} order by rowid`);
  return {
    columns: columns.map(({ c }) => String(c)),
    rows: rows.map((row) => columns.map(({ t }, at) => canonicalText(row[`c${at}`] ?? null, String(t)))),
  };
}

function asText(column: string, type: string): string {
  if (type === 'FLOAT' || type === 'DOUBLE') return column;
  if (type === 'BLOB') return `'\\x' || lower(hex(${column}))`;
  if (type === 'TIMESTAMP WITH TIME ZONE') return `cast(${column} at time zone 'UTC' as varchar) || '+00:00'`;
  // Through hexadecimal digits: the driver drops a byte order mark from text
  return `hex(encode(cast(${column} as varchar)))`;
}

function canonicalText(value: Bindable, type: string): string | null {
  if (value === null) return null;
  if (typeof value === 'number') return encodeFloat(value, { kind: 'float', bits: type === 'FLOAT' ? 32 : 64 });
  if (type === 'BLOB' || type === 'TIMESTAMP WITH TIME ZONE') return String(value);
  return Buffer.from(String(value), 'hex').toString('utf8');
}
