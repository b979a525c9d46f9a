import { suggestion } from '@etl/sdk';
import { chooseEnvironment, environmentsOf } from './choose-environment.js';
import { etlFileShape } from './etl-file.js';
import { fillVariables } from './fill-variables.js';
import { parseNode } from './parse-node.js';
import type { Problems } from './problem.js';
import type { ConnectionEntry } from './project.js';
import type { EtlFileSource } from './read-etl-file.js';
import type { SourceText } from './source-text.js';
import { childOf, pickEntries, spanAt, type MapEntry, type MapNode, type YamlNode } from './yaml-node.js';

/** etl.yaml in one environment, as far as it could be parsed. */
export interface ParsedEtlFile {
  readonly source: SourceText;
  readonly project: string;
  readonly environments: readonly string[];
  readonly connections: ReadonlyMap<string, ConnectionEntry>;
  /** The nodes of the connections, for the connectors' own schemas. */
  readonly nodes: ReadonlyMap<string, MapNode>;
  readonly state: { readonly to: string };
  /** Something was reported, so that names may be missing that are meant to be there. */
  readonly damaged: boolean;
}

export interface ChosenEnvironment {
  /** Name of the overlay; null: none. */
  readonly environment: string | null;
  /** It is only looked at: variables that are not set here do not matter. */
  readonly elsewhere?: boolean;
}

/** Parses what was read; what is wrong is reported. */
export function parseEtlFile({ source, root, variables }: EtlFileSource, chosen: ChosenEnvironment, problems: Problems): ParsedEtlFile {
  const before = problems.size;
  const { environment, elsewhere = false } = chosen;
  const merged = fillVariables(chooseEnvironment(root, environment, problems), { variables, problems: elsewhere ? null : problems });
  const overlays = root.entries.get('environments');
  const whole = withOverlays(merged, overlays && { ...overlays, value: fillVariables(overlays.value, { variables, problems: null }) });
  const parsed = parseNode(etlFileShape, whole, problems, { what: 'etl.yaml' })?.data;
  const { connections, nodes } = connectionsOf(whole);
  const state = parsed?.state ?? { to: 'local' };
  if (state.to !== 'local' && !connections.has(state.to)) {
    const hint = suggestion(state.to, ['local', ...connections.keys()], { what: 'There are' });
    problems.add({
      message: `state.to names the connection '${state.to}', which does not exist`,
      at: spanAt(whole, ['state', 'to']),
      hint,
    });
  }
  const damaged = problems.size > before;
  return { source, project: parsed?.project ?? '', environments: environmentsOf(root), connections, nodes, state, damaged };
}

function withOverlays(node: YamlNode, overlays: MapEntry | undefined): YamlNode {
  if (node.kind !== 'map' || overlays === undefined) return node;
  return { ...node, entries: new Map([...node.entries, ['environments', overlays]]) };
}

function connectionsOf(root: YamlNode): Pick<ParsedEtlFile, 'connections' | 'nodes'> {
  const connections = new Map<string, ConnectionEntry>();
  const nodes = new Map<string, MapNode>();
  const section = childOf(root, 'connections');
  for (const [name, { key, value }] of section?.kind === 'map' ? section.entries : []) {
    const connector = childOf(value, 'connector');
    if (value.kind !== 'map' || connector?.kind !== 'scalar' || connector.source === '') continue;
    const options = plainMap(pickEntries(value, (key) => key !== 'connector'));
    const { file, line, column } = key;
    connections.set(name, { name, connector: connector.source, options, place: { file, line, column, connection: name }, span: key });
    nodes.set(name, value);
  }
  return { connections, nodes };
}

const plainMap = (node: MapNode): Record<string, unknown> =>
  Object.fromEntries([...node.entries].map(([key, { value }]) => [key, plain(value)]));

/** Values as they read without a schema; text is what was typed. */
function plain(node: YamlNode): unknown {
  if (node.kind === 'map') return plainMap(node);
  if (node.kind === 'list') return node.items.map(plain);
  return node.value === null || typeof node.value === 'boolean' ? node.value : node.source;
}
