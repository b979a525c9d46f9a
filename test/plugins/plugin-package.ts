import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export interface PluginPackage {
  readonly name: string;
  readonly version?: string;
  /** Name of its connector. */
  readonly connector: string;
  /** What the rows of its only dataset say. */
  readonly says?: string;
  /** Laid over its package.json. */
  readonly manifest?: Readonly<Record<string, unknown>>;
  /** In place of its module. */
  readonly module?: string;
  /** File with its options, beside the catalogue. */
  readonly options?: string;
}

/** Writes a plugin as somebody would publish it: plain ESM, one connector that reads one row. */
export async function writePlugin(folder: string, plugin: PluginPackage): Promise<void> {
  const { name, version = '1.0.0', connector, says = connector, manifest = {}, module } = plugin;
  const summary = `Rows that say ${connector}`;
  const connectors = { [connector]: { module: './dist/index.js', summary, extractor: true } };
  const pjson = {
    name, version, type: 'module', files: ['dist'],
    exports: { '.': './dist/index.js', './package.json': './package.json' },
    dependencies: { '@etl/sdk': '^0.1.0', zod: '4.6.7' },
    oclif: {},
    etl: { sdk: 1, connectors },
    ...manifest,
  }; // prettier-ignore
  await mkdir(join(folder, 'dist'), { recursive: true });
  await writeFile(join(folder, 'package.json'), JSON.stringify(pjson, null, 2));
  await writeFile(join(folder, 'dist/index.js'), module ?? connectorModule({ connector, summary, says }));
}

const connectorModule = ({ connector, summary, says }: { connector: string; summary: string; says: string }): string => `
import { z } from 'zod';
import { defineConnector, rowsExtractor } from '@etl/sdk';
const schema = { fields: [{ name: 'says', type: { kind: 'text' }, nullable: true }], key: [] };
export default defineConnector({
  name: '${connector}',
  summary: '${summary}',
  connection: z.strictObject({}),
  extractor: { options: z.strictObject({}) },
  open: async () => ({
    async *check() {},
    extractor: async () => rowsExtractor(schema, () => [['${says}']]),
    close: async () => {},
  }),
});
`;

/** A catalogue of plugins that lie in folders beside it. */
export async function writeCatalogue(file: string, plugins: readonly (PluginPackage & { readonly folder?: string })[]): Promise<void> {
  const entries = plugins.map(({ name, connector, folder, options }) => [
    connector,
    {
      package: name,
      summary: `Rows that say ${connector}`,
      ...(folder !== undefined && { folder }),
      ...(options !== undefined && { options }),
    },
  ]);
  await writeFile(file, JSON.stringify({ connectors: Object.fromEntries(entries) as object }));
}
