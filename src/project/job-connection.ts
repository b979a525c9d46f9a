import { isEtlError, suggestion, type Connector } from '@etl/sdk';
import type { JobSetting } from './job-setting.js';
import type { Span } from './yaml-node.js';

/** The connector behind a connection that a job names. Null where it was reported as unknown or unusable. */
export async function connectorOf(
  connection: string,
  at: Span,
  { file, registry, problems }: Pick<JobSetting, 'file' | 'registry' | 'problems'>,
): Promise<Connector | null> {
  const entry = file.connections.get(connection);
  if (entry === undefined) {
    if (file.damaged) return null;
    const hint = suggestion(connection, file.connections.keys(), { what: 'Connections' }) ?? 'etl.yaml has no connections yet';
    problems.add({ message: `There is no connection '${connection}' in etl.yaml`, at, hint });
    return null;
  }
  try {
    return await registry.get(entry.connector);
  } catch (error) {
    if (!isEtlError(error)) throw error;
    problems.add({
      code: error.code,
      message: error.message,
      at: file.nodes.get(connection)?.entries.get('connector')?.value.span ?? entry.span,
      hint: error.hint,
    });
    return null;
  }
}
