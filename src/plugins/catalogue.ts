import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { EtlError, messageOf, nativeCode } from '@etl/sdk';
import { z } from 'zod';
import { isCalled } from './is-called.js';
import { packageName } from './package-name.js';

const catalogueFile = z.strictObject({
  $schema: z.string().optional(),
  connectors: z.record(
    z.string().regex(/^[a-z][a-z0-9-]*$/),
    z.strictObject({
      package: packageName,
      summary: z.string().min(1),
      options: z
        .string()
        .optional()
        .describe('JSON file with its options, relative to this file: etl validate uses it before it is installed'),
      folder: z.string().optional().describe("The package's folder in a clone, relative to this file"),
    }),
  ),
});

/** A connector that can be installed by its name. */
export interface CatalogueEntry {
  readonly connector: string;
  readonly package: string;
  readonly summary: string;
  /** File with its options; null: they are known once it is installed. */
  readonly options: string | null;
  /** Its folder, where the sources are on this machine. */
  readonly folder: string | null;
}

export interface Catalogue {
  readonly entries: readonly CatalogueEntry[];
  /** By connector or package; ours also with the scope @etl or without it. */
  find(name: string): CatalogueEntry | undefined;
}

export interface CatalogueRequest {
  /** Folder of the CLI. */
  readonly root: string;
  /** `ETL_CATALOGUE` names one more file, such as that of an organisation; it adds names and never changes what a name of ours means. */
  readonly variables: NodeJS.ProcessEnv;
}

/** The connectors that etl knows how to install. Throws CONFIG_INVALID. */
export async function readCatalogue({ root, variables }: CatalogueRequest): Promise<Catalogue> {
  const further = variables['ETL_CATALOGUE'];
  const entries = await readEntries(join(root, 'catalogue.json'), { required: false });
  if (further !== undefined && further !== '') {
    const own = new Set(entries.flatMap((entry) => [entry.connector, entry.package]));
    const more = await readEntries(further, { required: true });
    for (const entry of more) {
      if (own.has(entry.connector) || own.has(entry.package))
        throw new EtlError('CONFIG_INVALID', `${further} gives '${entry.connector}' a new meaning: etl knows that name already`, {
          hint: 'Choose another name for the connector and its package',
        });
      entries.push(entry);
    }
  }
  const find = (name: string): CatalogueEntry | undefined =>
    entries.find((entry) => isCalled({ name: entry.package, connectors: [entry.connector] }, name));
  return { entries, find };
}

async function readEntries(path: string, { required }: { readonly required: boolean }): Promise<CatalogueEntry[]> {
  try {
    const { connectors } = catalogueFile.parse(JSON.parse(await readFile(path, 'utf8')));
    return await Promise.all(
      Object.entries(connectors).map(async ([connector, entry]) => ({
        connector,
        package: entry.package,
        summary: entry.summary,
        options: entry.options === undefined ? null : join(dirname(path), entry.options),
        folder: entry.folder === undefined ? null : await sourceFolder(join(dirname(path), entry.folder), entry.package),
      })),
    );
  } catch (cause) {
    if (!required && nativeCode(cause) === 'ENOENT') return [];
    throw new EtlError('CONFIG_INVALID', `The catalogue of connectors cannot be read: ${path}: ${messageOf(cause)}`, {
      cause,
      hint: 'ETL_CATALOGUE names a JSON file such as {"connectors": {"name": {"package": "@scope/name", "summary": "…"}}}',
    });
  }
}

/** A folder counts only where its package.json carries the name that the catalogue says. */
async function sourceFolder(folder: string, name: string): Promise<string | null> {
  const path = join(folder, 'package.json');
  if (!existsSync(path)) return null;
  const pjson: unknown = JSON.parse(await readFile(path, 'utf8'));
  return typeof pjson === 'object' && pjson !== null && 'name' in pjson && pjson.name === name ? folder : null;
}
