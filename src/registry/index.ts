export { bundledPlugins } from './bundled-plugins.js';
export { manifestDifferences } from './import-connector.js';
export { loadRegistry, type RegistryOptions } from './load-registry.js';
export type { ConnectorEntry, PluginSource, Registry } from './registry.js';
