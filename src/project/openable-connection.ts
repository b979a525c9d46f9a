import { EtlError, isEtlError, Secret, suggestion } from '@etl/sdk';
import { Credentials } from '../credentials/credentials.js';
import { endpointOf } from '../credentials/credential-endpoint.js';
import { connectionOptions, secretReferences, type ConnectionNode } from './connection-options.js';
import { Problems } from './problem.js';
import type { OpenableConnection } from './project.js';
import type { ProjectSetting } from './project-setting.js';

/** A connection with its connector loaded, its options parsed and its secrets resolved. No secret is looked for before all else is right. */
export async function openableConnection(name: string, setting: ProjectSetting): Promise<OpenableConnection> {
  const { file, registry } = setting;
  const entry = file.connections.get(name);
  const node = file.nodes.get(name);
  if (entry === undefined || node === undefined) {
    const hint = suggestion(name, file.connections.keys(), { what: 'Connections' }) ?? 'etl.yaml has no connections';
    throw new EtlError('CONFIG_INVALID', `There is no connection '${name}' in etl.yaml`, { hint });
  }
  const connector = await registry.get(entry.connector).catch((error: unknown) => {
    throw isEtlError(error) ? error.at(entry.place) : error;
  });
  const problems = new Problems();
  problems.addSource(file.source.file, file.source.text);
  const connection = { name, node, connector };
  connectionOptions(connection, problems, () => new Secret('unread'));
  problems.throwIfAny();
  const secrets = await revealAll(connection, setting);
  const options = connectionOptions(connection, problems, ({ name: field }) => secrets.get(field) ?? new Secret(''));
  problems.throwIfAny();
  return { name, connector, options, place: entry.place };
}

async function revealAll({ name, node, connector }: ConnectionNode, setting: ProjectSetting): Promise<ReadonlyMap<string, Secret>> {
  const { file, variables, environment = null } = setting;
  const resolve = setting.secrets ?? new Credentials({ variables, stores: null, onSecret: () => undefined }).resolve;
  const options = file.connections.get(name)?.options ?? {};
  const endpoint = endpointOf({ connector: connector.name, schema: connector.connection, options });
  const secrets = new Map<string, Secret>();
  for (const reference of secretReferences(node)) {
    const field = reference.name;
    if (secrets.has(field)) continue;
    const address = { project: file.project, environment: environment ?? (variables['ETL_ENV'] || null), connection: name, field };
    try {
      secrets.set(field, await resolve({ address, endpoint }));
    } catch (error) {
      const { line, column, file: path } = reference.node.span;
      throw isEtlError(error) ? error.at({ file: path, line, column }) : error;
    }
  }
  return secrets;
}
