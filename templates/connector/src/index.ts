import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { defineConnector, rowsExtractor, sinkLoader, type LayerResult } from '@etl/sdk';
import { z } from 'zod';
import { readHeader, readRows, tableFile, tableNames } from './table-file.js';
import { isTokenVisible, openTableSink } from './table-sink.js';

const table = z.strictObject({ table: z.string().min(1).describe('Name of the table') });

/** Tables in a folder: `orders` is the file `orders.jsonl`, one row a line. Name, summary and modes are those of package.json. */
export default defineConnector({
  name: '__connector__',
  summary: 'Tables in a folder, one file of JSON lines each',
  connection: z.strictObject({ folder: z.string().min(1).describe('Folder of the tables, from etl.yaml').meta({ endpoint: true }) }),
  extractor: { options: table },
  loader: { options: table, modes: ['replace'] },
  async open({ folder: given }, context) {
    const folder = resolve(context.directory, given);
    return {
      check: () => checkFolder(folder),
      catalog: {
        tables: () => tableNames(folder),
        describe: async (name) => (await readHeader(tableFile(folder, name))).schema,
      },
      async extractor({ table: name }) {
        const file = tableFile(folder, name);
        const { schema } = await readHeader(file);
        return rowsExtractor(schema, ({ limit }) => readRows(file, schema, { limit, signal: context.signal }));
      },
      loader: async ({ table: name }) =>
        sinkLoader({
          store: context.state,
          failpoint: (point) => context.failpoint(point),
          open: (target) => openTableSink(folder, name, target),
          isVisible: (intent) => isTokenVisible(tableFile(folder, name), intent),
        }),
      close: async () => undefined,
    };
  },
});

/** What `etl connections test` shows. A folder that is not there yet is made by the first load. */
async function* checkFolder(folder: string): AsyncGenerator<LayerResult> {
  const found = await stat(folder).catch(() => null);
  yield found === null || found.isDirectory()
    ? { layer: 'folder', ok: true, detail: found === null ? `${folder} will be made by the first load` : folder }
    : { layer: 'folder', ok: false, detail: `${folder} is a file`, hint: 'Set folder: in etl.yaml to a folder', code: 'NOT_FOUND' };
}
