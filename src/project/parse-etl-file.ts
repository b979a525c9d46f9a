import { suggestion } from '@etl/sdk';
import { chooseEnvironment, environmentsOf } from './choose-environment.js';
import { etlFileShape } from './etl-file.js';
import { fillVariables } from './fill-variables.js';
import { parseNode } from './parse-node.js';
import type { Problems } from './problem.js';
import type { ConnectionEntry } from './project.js';
import type { EtlFileSource } from './read-etl-file.js';
import type { SourceText } from './source-text.js';
import { childOf, spanAt, type MapNode, type YamlNode } from './yaml-node.js';

/** etl.yaml in one environment. */
export interface ParsedEtlFile {
  readonly source: SourceText;
  readonly project: string;
  readonly environments: readonly string[];
  readonly connections: ReadonlyMap<string, ConnectionEntry>;
  /** The nodes of the connections, for the connectors' own schemas. */
  readonly nodes: ReadonlyMap<string, MapNode>;
  readonly state: { readonly to: string };
}

/** Parses what was read; null where something was reported. */
export function parseEtlFile(
  { source, root, variables }: EtlFileSource,
  environment: string | null,
  problems: Problems,
): ParsedEtlFile | null {
  const before = problems.size;
  const chosen = fillVariables(chooseEnvironment(root, environment, problems), { variables, problems });
  const overlays = root.entries.get('environments');
  const whole = withOverlays(chosen, overlays && { ...overlays, value: fillVariables(overlays.value, { variables, problems: null }) });
  const parsed = parseNode(etlFileShape, whole, problems, { what: 'etl.yaml' });
  if (parsed === null || problems.size > before) return null;
  const { project, state } = parsed.data;
  const { connections, nodes } = connectionsOf(whole);
  if (state.to !== 'local' && !connections.has(state.to)) {
    const hint = suggestion(state.to, ['local', ...connections.keys()], { what: 'There are' });
    problems.add({
      message: `state.to names the connection '${state.to}', which does not exist`,
      at: spanAt(whole, ['state', 'to']),
      hint,
    });
    return null;
  }
  return { source, project, environments: environmentsOf(root), connections, nodes, state };
}

function withOverlays(node: YamlNode, overlays: { readonly key: YamlNode['span']; readonly value: YamlNode } | undefined): YamlNode {
  if (node.kind !== 'map' || overlays === undefined) return node;
  return { ...node, entries: new Map([...node.entries, ['environments', overlays]]) };
}

function connectionsOf(root: YamlNode): Pick<ParsedEtlFile, 'connections' | 'nodes'> {
  const connections = new Map<string, ConnectionEntry>();
  const nodes = new Map<string, MapNode>();
  const section = childOf(root, 'connections');
  for (const [name, { key, value }] of section?.kind === 'map' ? section.entries : []) {
    if (value.kind !== 'map') continue;
    const { connector, ...options } = plainMap(value);
    const { file, line, column } = key;
    connections.set(name, { name, connector: String(connector), options, place: { file, line, column, connection: name }, span: key });
    nodes.set(name, value);
  }
  return { connections, nodes };
}

const plainMap = (node: MapNode): Record<string, unknown> =>
  Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));

/** Values as they read without a schema; text is what was typed. */
function plain(node: YamlNode): unknown {
  if (node.kind === 'map') return plainMap(node);
  return node.kind === 'list' ? node.items.map(plain) : node.value === null || typeof node.value === 'boolean' ? node.value : node.source;
}
