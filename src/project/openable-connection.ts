import { EtlError, isEtlError, suggestion } from '@etl/sdk';
import { resolveSecret } from '../credentials/resolve-secret.js';
import { connectionOptions } from './connection-options.js';
import { Problems } from './problem.js';
import type { OpenableConnection } from './project.js';
import type { ProjectSetting } from './read-project.js';

/** A connection with its connector loaded, its options parsed and its secrets resolved. */
export async function openableConnection(name: string, { file, registry, variables }: ProjectSetting): Promise<OpenableConnection> {
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
  const options = connectionOptions({ name, node, connector }, problems, (secret) => {
    try {
      return resolveSecret(name, secret.name, variables);
    } catch (error) {
      const { line, column, file: path } = secret.node.span;
      throw isEtlError(error) ? error.at({ file: path, line, column }) : error;
    }
  });
  problems.throwIfAny();
  return { name, connector, options, place: entry.place };
}
