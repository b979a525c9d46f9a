import { resolve } from 'node:path';
import { fileExtractOptions, fileExtractor, fileLoader, fileLoadOptions, fileModes, localStore } from '@etl/files';
import { defineConnector } from '@etl/sdk';
import { checkFolder } from './check-folder.js';
import { fileCatalog } from './file-catalog.js';
import { fileConnectionOptions } from './file-connection-options.js';

/** Files of this machine: CSV, TSV, JSON, NDJSON and Parquet, also packed with gzip. */
export default defineConnector({
  name: 'file',
  summary: 'CSV, TSV, JSON, NDJSON and Parquet files on this machine',
  connection: fileConnectionOptions,
  extractor: { options: fileExtractOptions },
  loader: { options: fileLoadOptions, modes: fileModes },
  async open({ path }, context) {
    const folder = resolve(context.directory, path);
    const store = localStore(folder);
    return {
      check: () => checkFolder(folder),
      catalog: fileCatalog(store, context),
      extractor: async (options) => fileExtractor({ store, options, context }),
      loader: async (options) => fileLoader({ store, options, context }),
      close: async () => undefined,
    };
  },
});
