import { rename, readdir, stat } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { canonicalSql, createColumnar, duckDbType, fieldTypeOf, literal, openDatabase, quote, type Session } from '@etl/columnar';
import type { Columnar, FieldType, Schema } from '@etl/sdk';
import type { ExtractorHarness, LoaderHarness, TextRow } from '@etl/testkit';
import { seedDuckDb } from '../../../test/harness/seed-duckdb.js';

/** Parquet files made and read by plain SQL: casts in, canonical text out. */
export class ParquetHarness {
  readonly columnar: Columnar;
  #made = 0;

  constructor(
    private readonly folder: string,
    private readonly temporary: string,
  ) {
    this.columnar = createColumnar({ temporary });
  }

  async #sql<T>(work: (session: Session) => Promise<T>): Promise<T> {
    const database = await openDatabase(':memory:', { temporary: this.temporary, allowed: [this.folder] });
    try {
      return await work(await database.connect());
    } finally {
      await database.close();
    }
  }

  extractor(): ExtractorHarness {
    return {
      variant: 'parquet',
      connection: () => ({ path: this.folder }),
      seed: async (schema, rows) => {
        const file = `seed-${++this.#made}.parquet`;
        await this.#sql((session) => seed(session, join(this.folder, file), schema, rows));
        return { options: { file } };
      },
      missing: () => ({ file: 'nowhere.parquet' }),
      holds,
      change: async ({ options }) => {
        const path = join(this.folder, (options as { file: string }).file);
        await this.#sql((session) =>
          session.run(`copy (select * from read_parquet(${literal(path)}) offset 1) to ${literal(`${path}.new`)} (format parquet)`),
        );
        await rename(`${path}.new`, path);
      },
      columnar: this.columnar,
      rows: 40_000,
    };
  }

  loader(): LoaderHarness {
    const pathOf = (name: string): string => join(this.folder, `${encodeURIComponent(name)}.parquet`);
    return {
      variant: 'parquet',
      connection: () => ({ path: this.folder }),
      target: (name) => ({ file: `${encodeURIComponent(name)}.parquet` }),
      rows: async (name) => {
        if ((await stat(pathOf(name)).catch(() => null)) === null) return null;
        return this.#sql((session) => content(session, pathOf(name)));
      },
      objects: () => readdir(this.folder),
      holds: (type) => !isWide(type),
      columnar: this.columnar,
    };
  }
}

/** DuckDB writes such integers as floats. */
const isWide = (type: FieldType): boolean => type.kind === 'integer' && type.bits === 128;

/** Types as a Parquet file of DuckDB gives them back; null: it has none such. */
function holds(type: FieldType): FieldType | null {
  const held = fieldTypeOf(duckDbType(type));
  return held.kind === type.kind && !isWide(type) ? held : null;
}

async function seed(session: Session, path: string, { fields }: Schema, rows: Iterable<TextRow>): Promise<void> {
  const columns = fields.map(({ name, type }) => ({ name, type: duckDbType(type), isBytes: type.kind === 'bytes' }));
  await seedDuckDb(session, { name: 'seed', columns, folder: dirname(path) }, rows);
  await session.run(`copy seed to ${literal(path)} (format parquet)`);
  await session.run('drop table seed');
}

async function content(session: Session, path: string): Promise<{ columns: string[]; rows: TextRow[] }> {
  const { fields } = await session.describe(`select * from read_parquet(${literal(path)})`);
  const cells = fields.map((field, at) => {
    const { name, type } = field;
    const text = type.kind === 'bytes' ? `'\\x' || lower(hex(${quote(name)}))` : canonicalSql(field, quote(name));
    return `hex(encode(${text})) as c${at}`;
  });
  const rows = await session.rows(`select ${cells.join(', ')} from read_parquet(${literal(path)})`);
  return { columns: fields.map(({ name }) => name), rows: rows.map((row) => fields.map((_, at) => textOf(row[`c${at}`]))) };
}

const textOf = (value: unknown): string | null => (typeof value === 'string' ? Buffer.from(value, 'hex').toString() : null);
