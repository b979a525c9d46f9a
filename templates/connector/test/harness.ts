import { appendFile, readdir, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { typeName } from '@etl/sdk';
import type { ExtractorHarness, LoaderHarness, Stored, TextRow } from '@etl/testkit';

const fileOf = (folder: string, table: string): string => join(folder, `${encodeURIComponent(table)}.jsonl`);

/** Makes tables by plain JavaScript, never by the code under test. */
export function extractorHarness(folder: string): ExtractorHarness {
  let made = 0;
  return {
    connection: () => ({ folder }),
    async seed({ fields, key }, rows) {
      const table = `seed ${++made}`;
      const columns = fields.map(({ name, type, nullable }) => ({ name, type: typeName(type), nullable }));
      let lines = [JSON.stringify({ load: 'seed', columns, key })];
      const flush = (): Promise<void> => appendFile(fileOf(folder, table), lines.map((line) => `${line}\n`).join(''));
      await writeFile(fileOf(folder, table), '');
      for (const row of rows) {
        if (lines.push(JSON.stringify(row)) < 10_000) continue;
        await flush();
        lines = [];
      }
      await flush();
      return { options: { table } };
    },
    missing: () => ({ table: 'nowhere' }),
    broken: [{ code: 'NOT_FOUND', connection: { folder: import.meta.filename } }],
    rows: 50_000,
  };
}

/** Reads what a load wrote, by plain JavaScript. */
export const loaderHarness = (folder: string): LoaderHarness => ({
  connection: () => ({ folder }),
  target: (table) => ({ table }),
  async rows(table): Promise<Stored | null> {
    const text = await readFile(fileOf(folder, table), 'utf8').catch(() => null);
    if (text === null) return null;
    const [header = '', ...rows] = text.split('\n').slice(0, -1);
    const { columns } = JSON.parse(header) as { columns: { name: string }[] };
    return { columns: columns.map(({ name }) => name), rows: rows.map((row) => JSON.parse(row) as TextRow) };
  },
  objects: () => readdir(folder),
});
