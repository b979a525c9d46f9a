import { realpathSync } from 'node:fs';
import { resolve, sep } from 'node:path';
import { EtlError, manifestSchema, nearestName, sdkVersion, type Connector } from '@etl/sdk';

import { importConnector, type ImportModule } from './import-connector.js';
import type { ConnectorEntry, PluginSource, Registry } from './registry.js';

export interface RegistryOptions {
  /** How a module is imported; a parameter for tests. */
  readonly importModule?: ImportModule;
  /** Connectors that could be installed: name to package, for hints. */
  readonly installable?: ReadonlyMap<string, string>;
  /** What is known of a connector that is not installed, where files are checked and nothing is opened. */
  readonly describe?: (name: string) => Promise<Connector | null>;
}

/** Reads the manifests of the plugins. Never throws for a bad plugin: others stay usable, and `get` says what is wrong with it. */
export function loadRegistry(plugins: readonly PluginSource[], options: RegistryOptions = {}): Registry {
  const entries = new Map<string, ConnectorEntry>();
  const broken = new Map<string, EtlError>();
  const problems: EtlError[] = [];
  for (const plugin of plugins) {
    for (const found of connectorsOf(plugin)) {
      const earlier = entries.get(found.name);
      if (earlier?.plugin === plugin.name) continue;
      const error = found.error ?? (earlier && twice(found.name, earlier.plugin, plugin.name));
      if (error === undefined && found.entry !== undefined) entries.set(found.name, found.entry);
      if (error === undefined) continue;
      problems.push(error);
      broken.set(found.name, error);
    }
  }
  const find = (name: string): ConnectorEntry | undefined => (broken.has(name) ? undefined : entries.get(name));
  const loaded = new Map<string, Promise<Connector>>();
  return {
    problems,
    find,
    list: () => [...entries.values()].filter(({ name }) => !broken.has(name)).sort((a, b) => (a.name < b.name ? -1 : 1)),
    async get(name) {
      const failure = broken.get(name);
      if (failure !== undefined) throw failure;
      const entry = entries.get(name);
      if (entry === undefined) {
        const described = await options.describe?.(name);
        if (described != null) return described;
        throw unknownConnector(name, [...entries.keys()], options.installable ?? new Map());
      }
      const connector = loaded.get(name) ?? importConnector(entry, options.importModule);
      loaded.set(name, connector);
      return connector;
    },
  };
}

interface Found {
  readonly name: string;
  readonly entry?: ConnectorEntry;
  readonly error?: EtlError;
}

function connectorsOf({ name: plugin, root, pjson, specifier }: PluginSource): Found[] {
  if (!isRecord(pjson) || !('etl' in pjson)) return [];
  const { etl } = pjson;
  const version = typeof pjson['version'] === 'string' ? pjson['version'] : 'unknown';
  const names = isRecord(etl) && isRecord(etl['connectors']) ? Object.keys(etl['connectors']) : [plugin];
  const sdk = isRecord(etl) ? etl['sdk'] : undefined;
  if (sdk !== sdkVersion) return names.map((name) => ({ name, error: otherSdk({ plugin, version, sdk }) }));
  const parsed = manifestSchema.safeParse(etl);
  if (!parsed.success) {
    const reasons = parsed.error.issues.map(({ path, message }) => `${['etl', ...path].join('.')}: ${message}`).join('; ');
    return names.map((name) => ({ name, error: badPlugin(plugin, `its package.json is wrong (${reasons})`) }));
  }
  return Object.entries(parsed.data.connectors).map(([name, { module, summary, extractor, loader }]) => {
    const path = containedPath(root, module);
    if (path === null) return { name, error: badPlugin(plugin, `the module of connector ${name} lies outside of the plugin: ${module}`) };
    return { name, entry: { name, summary, plugin, version, extractor, modes: loader, module: specifier ?? path } };
  });
}

/** The module's path, or null where it leads out of the plugin, also through a link. */
function containedPath(root: string, module: string): string | null {
  const path = resolve(root, module);
  if (!path.startsWith(resolve(root) + sep)) return null;
  try {
    return realpathSync(path).startsWith(realpathSync(root) + sep) ? path : null;
  } catch {
    // Not built or not there: importing it says so
    return path;
  }
}

const twice = (name: string, first: string, second: string): EtlError =>
  new EtlError('CONNECTOR_UNKNOWN', `Two plugins offer the connector '${name}': ${first} and ${second}`, { hint: 'Uninstall one of them' });

const badPlugin = (plugin: string, reason: string): EtlError =>
  new EtlError('CONNECTOR_UNKNOWN', `The plugin ${plugin} cannot be used: ${reason}`, {
    hint: 'Ask its author, or install another version',
  });

function otherSdk({ plugin, version, sdk }: { plugin: string; version: string; sdk: unknown }): EtlError {
  const found = typeof sdk === 'number' || typeof sdk === 'string' ? `version ${sdk}` : 'no version';
  const newer = typeof sdk === 'number' && sdk > sdkVersion;
  const hint = newer ? 'Update etl, or install an older version of the plugin' : 'Install a newer version of the plugin';
  return new EtlError(
    'CONNECTOR_UNKNOWN',
    `The plugin ${plugin} ${version} is made for ${found} of the SDK, this etl has version ${sdkVersion}`,
    { hint },
  );
}

function unknownConnector(name: string, names: readonly string[], installable: ReadonlyMap<string, string>): EtlError {
  const offered = installable.get(name);
  const near = offered === undefined ? nearestName(name, [...names, ...installable.keys()]) : undefined;
  const source = offered ?? (near === undefined ? undefined : installable.get(near));
  const isThere = near !== undefined && names.includes(near);
  const installed = [...names].sort().join(', ') || 'none';
  const guess = near === undefined ? '' : `Did you mean '${near}'? `;
  const cure =
    source === undefined || isThere
      ? `Installed: ${installed}`
      : `Install it with: etl plugins install ${source} (installed: ${installed})`;
  return new EtlError('CONNECTOR_UNKNOWN', `No installed plugin offers the connector '${name}'`, { hint: guess + cure });
}

const isRecord = (value: unknown): value is Readonly<Record<string, unknown>> => typeof value === 'object' && value !== null;
