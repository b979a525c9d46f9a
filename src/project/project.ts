import type { Connector, Place } from '@etl/sdk';
import type { Job } from './job.js';
import type { Span } from './yaml-node.js';

/** A project in one environment: files parsed, variables filled in, secrets not yet read. */
export interface Project {
  /** Name of the project. */
  readonly id: string;
  /** Absolute folder with etl.yaml. */
  readonly directory: string;
  /** The overlay that was chosen; null: none. */
  readonly environment: string | null;
  /** Names of the overlays there are. */
  readonly environments: readonly string[];
  readonly connections: ReadonlyMap<string, ConnectionEntry>;
  /** Where loads without transactions keep their cursors: `local`, or the name of a connection. */
  readonly state: { readonly to: string };
  /** Names of the jobs, by folder, sorted. */
  jobs(): Promise<readonly string[]>;
  /** One job, checked as far as its files and the project's say. Throws USAGE where there is no such job, CONFIG_INVALID with every mistake. */
  job(name: string): Promise<Job>;
  /** The connector of a connection and what to open it with: options as its schema takes them, secrets resolved. Throws CONFIG_INVALID, CONNECTOR_UNKNOWN, CREDENTIAL_MISSING. */
  openable(connection: string): Promise<OpenableConnection>;
}

export interface ConnectionEntry {
  readonly name: string;
  readonly connector: string;
  /** As written, variables filled in; secrets stay `{ secret: name }`. */
  readonly options: { readonly [name: string]: unknown };
  readonly place: Place;
  readonly span: Span;
}

export interface OpenableConnection {
  readonly name: string;
  readonly connector: Connector;
  /** For `connector.open`. */
  readonly options: unknown;
  readonly place: Place;
}
