import type { Connector, EtlError, Mode } from '@etl/sdk';

/** What is known of a connector without loading it. */
export interface ConnectorEntry {
  readonly name: string;
  readonly summary: string;
  /** The plugin that offers it, and its version. */
  readonly plugin: string;
  readonly version: string;
  readonly extractor: boolean;
  /** Write modes of its loader; empty: it has none. */
  readonly modes: readonly Mode[];
  /** What is imported on first use. */
  readonly module: string;
}

/** Names to connectors. Nothing of a plugin is imported before one of its connectors is asked for. */
export interface Registry {
  /** By name. */
  list(): readonly ConnectorEntry[];
  /** Undefined where no plugin offers it, or more than one does. */
  find(name: string): ConnectorEntry | undefined;
  /** Imports the module on first use. Throws CONNECTOR_UNKNOWN, CAPABILITY_MISSING. */
  get(name: string): Promise<Connector>;
  /** Plugins that cannot be used, and names that two of them offer; `get` throws the one that concerns it. */
  readonly problems: readonly EtlError[];
}

/** A plugin as oclif lists it. */
export interface PluginSource {
  readonly name: string;
  /** Absolute folder with its package.json. */
  readonly root: string;
  /** Its package.json, parsed. */
  readonly pjson: unknown;
  /** What its one connector module is imported by, where that is no path: the name of a plugin that comes with the CLI. */
  readonly specifier?: string;
}
