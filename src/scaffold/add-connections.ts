import { EtlError } from '@etl/sdk';
import { isMap, parseDocument } from 'yaml';
import { declarations } from './compose-job.js';
import type { Endpoint } from './endpoint.js';

/** The text of etl.yaml with the connections of a new job added; comments and everything else stay. */
export function addConnections(text: string, endpoints: readonly Endpoint[]): string {
  const added = declarations(endpoints);
  if (added.length === 0) return text;
  const document = parseDocument(text);
  const connections = document.get('connections') ?? document.createNode({});
  if (document.errors.length > 0 || !isMap(connections))
    throw new EtlError('CONFIG_INVALID', 'etl.yaml cannot be read, so no connection can be added', {
      place: { file: 'etl.yaml' },
      hint: 'See etl validate',
    });
  for (const { name, connector, path } of added) document.setIn(['connections', name], document.createNode({ connector, path }));
  return document.toString({ lineWidth: 0 });
}
