import { fileExtractOptions, fileExtractor, knownExtensions, type ByteStore } from '@etl/files';
import type { Catalog, Context } from '@etl/sdk';

const isKnown = (path: string): boolean =>
  knownExtensions.some((extension) => path.toLowerCase().replace(/\.gz$/, '').endsWith(`.${extension}`));
const isHidden = (path: string): boolean => path.split('/').some((part) => part.startsWith('.') || part === 'node_modules');

/** The files of a folder whose names tell their format. */
export const fileCatalog = (store: ByteStore, context: Context): Catalog => ({
  async tables() {
    const paths: string[] = [];
    for await (const { path } of store.list('')) if (isKnown(path) && !isHidden(path)) paths.push(path);
    return paths.sort();
  },
  async describe(table) {
    const extractor = fileExtractor({ store, options: fileExtractOptions.parse({ file: table }), context });
    try {
      return (await extractor.describe()).schema;
    } finally {
      await extractor.close();
    }
  },
});
