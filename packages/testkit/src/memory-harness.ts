import type { ExtractorHarness } from './extractor-harness.js';
import { field, schemaOf, text } from './hard-rows.js';
import type { LoaderHarness } from './loader-harness.js';
import type { TextRow } from './text-row.js';
import type { MemoryServer } from './memory-server.js';

/** The native side of the memory connector as a source. */
export function memoryExtractorHarness(server: MemoryServer): ExtractorHarness {
  let made = 0;
  return {
    connection: () => ({}),
    async seed({ fields }, rows) {
      const table = `seed_${++made}`;
      server.tables.set(table, { fields, rows: Array.from(rows, (row) => JSON.parse(JSON.stringify(row)) as TextRow), version: 1 });
      return { options: { table } };
    },
    missing: () => ({ table: 'nowhere' }),
    async change({ options }) {
      const { table } = options as { table: string };
      const before = server.table(table);
      server.tables.set(table, { ...before, version: before.version + 1 });
    },
    rows: 20_000,
  };
}

/** The native side of the memory connector as a target. */
export const memoryLoaderHarness = (server: MemoryServer): LoaderHarness => ({
  connection: () => ({}),
  target: (table) => ({ table }),
  async rows(name) {
    const table = server.tables.get(name);
    return table === undefined ? null : { columns: table.fields.map((one) => one.name), rows: table.rows };
  },
  objects: async () => [...server.tables.keys()],
  async refusing() {
    const schema = schemaOf(field('name', text, false));
    const rows = Array.from({ length: 10 }, (_, at) => [String(at + 1), at % 4 === 2 ? null : `n${at}`]);
    return { schema, rows, refused: rows.flatMap(([, name], at) => (name === null ? [at] : [])), field: 'name' };
  },
});
