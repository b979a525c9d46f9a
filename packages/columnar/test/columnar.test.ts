import { describe, expect, it } from '@jest/globals';
import type { Schema } from '@etl/sdk';
import { batchOf, hardValues, textRowsOf, wholeTable, type TextRow } from '@etl/testkit';
import { stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createColumnar } from '../src/index.js';
import { inFolder } from './temporary-folder.js';

/** Types that Parquet itself keeps to the letter; DuckDB's dictionaries hold 0 and -0 as one value. */
const kept = hardValues.filter(
  ({ type, name }) =>
    name !== 'the sign of a zero float' &&
    !(type.kind === 'integer' && type.bits === 128) &&
    type.kind !== 'time' &&
    type.kind !== 'timestamp',
);

async function read(
  folder: string,
  path: string,
  schema: Schema,
  options?: { columns?: readonly string[]; from?: number },
): Promise<TextRow[]> {
  const rows: TextRow[] = [];
  for await (const batch of createColumnar({ temporary: folder }).readParquet(path, options)) rows.push(...textRowsOf(schema, batch));
  return rows;
}

describe('Parquet', () => {
  it('holds every value that it has a type for', () =>
    inFolder(async (folder) => {
      const { schema, rows } = wholeTable(kept);
      const path = join(folder, 'a.parquet');
      const writer = await createColumnar({ temporary: join(folder, 'tmp') }).writeParquet(path, schema);
      await writer.write(batchOf(schema, rows.slice(0, 5), { form: 'text', part: '0', first: 0 }));
      await writer.write(batchOf(schema, rows.slice(5), { form: 'rows', part: '0', first: 5 }));
      await writer.finish();
      expect(await read(join(folder, 'tmp'), path, schema)).toEqual(rows);
      expect(await createColumnar({ temporary: join(folder, 'tmp') }).describeParquet(path)).toMatchObject({ rows: rows.length });
    }));

  it('is read from any row on and by any columns, in file order', () =>
    inFolder(async (folder) => {
      const schema: Schema = { fields: ['a', 'b'].map((name) => ({ name, type: { kind: 'text' as const }, nullable: true })), key: [] };
      const rows = Array.from({ length: 300_000 }, (_, at): TextRow => [String(at), `b${at}`]);
      const path = join(folder, 'a.parquet');
      const columnar = createColumnar({ temporary: join(folder, 'tmp') });
      const writer = await columnar.writeParquet(path, schema);
      await writer.write(batchOf(schema, rows, { form: 'text', part: '0', first: 0 }));
      await writer.finish();
      const one: Schema = { fields: schema.fields.slice(1), key: [] };
      expect(await read(join(folder, 'tmp'), path, one, { columns: ['b'], from: 299_990 })).toEqual(
        rows.slice(299_990).map(([, b = null]) => [b]),
      );
    }));

  it('leaves no file where the writer is discarded', () =>
    inFolder(async (folder) => {
      const schema: Schema = { fields: [{ name: 'a', type: { kind: 'text' }, nullable: true }], key: [] };
      const path = join(folder, 'a.parquet');
      const writer = await createColumnar({ temporary: join(folder, 'tmp') }).writeParquet(path, schema);
      await writer.write(batchOf(schema, [['x']], { form: 'text', part: '0', first: 0 }));
      await writer.discard();
      await expect(stat(path)).rejects.toMatchObject({ code: 'ENOENT' });
    }));

  it('that is none, or not there, is told by its code', () =>
    inFolder(async (folder) => {
      const columnar = createColumnar({ temporary: join(folder, 'tmp') });
      await writeFile(join(folder, 'text.parquet'), 'not Parquet');
      await expect(columnar.describeParquet(join(folder, 'text.parquet'))).rejects.toMatchObject({ code: 'DATA_INVALID' });
      await expect(columnar.describeParquet(join(folder, 'absent.parquet'))).rejects.toMatchObject({ code: 'NOT_FOUND' });
    }));
});
