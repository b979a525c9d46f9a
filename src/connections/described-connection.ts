import { EtlError, suggestion } from '@etl/sdk';
import type { CredentialAddress, CredentialEndpoint, SecretRequest } from '../credentials/index.js';
import { endpointOf } from '../credentials/index.js';
import type { ConnectionEntry, Project } from '../project/index.js';
import type { Registry } from '../registry/index.js';

/** A `{ secret: name }` of a connection. */
export interface ConnectionSecret {
  /** The option that holds it: `auth.token`. */
  readonly option: string;
  readonly request: SecretRequest;
}

export interface ConnectionSetting {
  readonly project: Project;
  readonly registry: Registry;
}

/** The connection of this name. Throws USAGE with the nearest one. */
export function namedConnection(project: Project, name: string): ConnectionEntry {
  const entry = project.connections.get(name);
  if (entry !== undefined) return entry;
  const hint = suggestion(name, project.connections.keys(), { what: 'Connections' }) ?? 'etl.yaml has none yet: etl connections add';
  throw new EtlError('USAGE', `There is no connection '${name}' in etl.yaml`, { hint });
}

/** Where the secrets of a connection would be sent. Loads its connector. */
export async function connectionEndpoint(
  { connector: name, options }: ConnectionEntry,
  { registry }: ConnectionSetting,
): Promise<CredentialEndpoint> {
  const { connection: schema } = await registry.get(name);
  return endpointOf({ connector: name, schema, options });
}

/** Every secret that a connection refers to, in its order. */
export async function connectionSecrets(entry: ConnectionEntry, setting: ConnectionSetting): Promise<readonly ConnectionSecret[]> {
  const references = secretReferences(entry.options, []);
  if (references.length === 0) return [];
  const endpoint = await connectionEndpoint(entry, setting);
  return references.map(({ option, field }) => ({ option, request: { address: addressOf(setting.project, entry.name, field), endpoint } }));
}

export const addressOf = ({ id, environment }: Project, connection: string, field: string): CredentialAddress => ({
  project: id,
  environment,
  connection,
  field,
});

/** Options and the names of the secrets in them. */
export function secretReferences(value: unknown, path: readonly string[]): { readonly option: string; readonly field: string }[] {
  if (Array.isArray(value)) return value.flatMap((each, index) => secretReferences(each, [...path, String(index + 1)]));
  if (typeof value !== 'object' || value === null) return [];
  const entries = Object.entries(value);
  const [first] = entries;
  if (entries.length === 1 && first?.[0] === 'secret' && typeof first[1] === 'string') return [{ option: path.join('.'), field: first[1] }];
  return entries.flatMap(([key, each]) => secretReferences(each, [...path, key]));
}

/** The options with `***` in place of every secret. */
export const maskedOptions = (options: { readonly [name: string]: unknown }): { readonly [name: string]: unknown } =>
  Object.fromEntries(Object.entries(options).map(([name, value]) => [name, masked(value)]));

function masked(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(masked);
  if (typeof value !== 'object' || value === null) return value;
  const entries = Object.entries(value);
  if (entries.length === 1 && entries[0]?.[0] === 'secret') return '***';
  return Object.fromEntries(entries.map(([key, each]) => [key, masked(each)]));
}
