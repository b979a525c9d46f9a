import { pathToFileURL } from 'node:url';
import { EtlError, messageOf, type Connector } from '@etl/sdk';
import { bundledModules } from './bundled-plugins.js';
import type { ConnectorEntry } from './registry.js';

export type ImportModule = (module: string) => Promise<unknown>;

/** What comes with the CLI is imported by its name, anything else as the file it is. */
const importAny: ImportModule = (module) => bundledModules.get(module)?.() ?? import(pathToFileURL(module).href);

/** Imports a connector and proves that it is what the manifest says. Throws CONNECTOR_UNKNOWN or CAPABILITY_MISSING. */
export async function importConnector(entry: ConnectorEntry, importModule: ImportModule = importAny): Promise<Connector> {
  const { name, plugin, module } = entry;
  const loaded = await importModule(module).catch((cause: unknown) => {
    const message = `The connector '${name}' of ${plugin} cannot be loaded: ${messageOf(cause)}`;
    throw new EtlError('CONNECTOR_UNKNOWN', message, { cause, hint: `Install ${plugin} again` });
  });
  const connector = defaultExport(loaded);
  if (!isConnector(connector)) throw new EtlError('CONNECTOR_UNKNOWN', `${module} of ${plugin} has no connector as its default export`);
  const differences = manifestDifferences(entry, connector);
  if (differences.length === 0) return connector;
  const message = `The plugin ${plugin} contradicts itself about the connector '${name}': ${differences.join('; ')}`;
  throw new EtlError('CAPABILITY_MISSING', message, { hint: 'Its package.json must say what its module does' });
}

/** Where the manifest and the module differ, as sentences. */
export function manifestDifferences({ name, summary, extractor, modes }: ConnectorEntry, connector: Connector): string[] {
  const has = [...(connector.loader?.modes ?? [])].sort().join(', ');
  const says = [...modes].sort().join(', ');
  return [
    connector.name === name ? '' : `the module calls it '${connector.name}'`,
    connector.summary === summary ? '' : `the module's summary is "${connector.summary}"`,
    (connector.extractor !== undefined) === extractor ? '' : `package.json says extractor: ${String(extractor)}, the module the opposite`,
    has === says ? '' : `package.json says loader: [${says}], the module [${has}]`,
  ].filter((difference) => difference !== '');
}

const defaultExport = (loaded: unknown): unknown =>
  typeof loaded === 'object' && loaded !== null && 'default' in loaded ? loaded.default : undefined;

const isConnector = (value: unknown): value is Connector =>
  typeof value === 'object' &&
  value !== null &&
  'name' in value &&
  'summary' in value &&
  'connection' in value &&
  'open' in value &&
  typeof value.open === 'function';
