import { suggestion } from '@etl/sdk';
import type { Problems } from './problem.js';
import { childOf, type MapEntry, type MapNode, type YamlNode } from './yaml-node.js';

/** Names of the overlays of etl.yaml. */
export function environmentsOf(root: MapNode): string[] {
  const environments = childOf(root, 'environments');
  return environments?.kind === 'map' ? [...environments.entries.keys()] : [];
}

/**
 * etl.yaml as one environment sees it, without the overlays: another connector replaces a connection, the same one merges by key. An
 * environment that does not exist is reported with those that do.
 */
export function chooseEnvironment(root: MapNode, environment: string | null, problems: Problems): MapNode {
  const entries = new Map(root.entries);
  entries.delete('environments');
  if (environment === null) return { ...root, entries };
  const names = environmentsOf(root);
  if (!names.includes(environment)) {
    const hint = suggestion(environment, names, { what: 'There are' }) ?? 'etl.yaml has no environments';
    problems.add({ code: 'USAGE', message: `There is no environment '${environment}' in etl.yaml`, hint });
    return { ...root, entries };
  }
  const overlay = root.entries.get('environments')?.value;
  const chosen = overlay && childOf(overlay, environment);
  if (chosen?.kind !== 'map') return { ...root, entries };
  const state = chosen.entries.get('state');
  if (state !== undefined) entries.set('state', state);
  const connections = chosen.entries.get('connections');
  if (connections !== undefined) entries.set('connections', mergeConnections(root.entries.get('connections'), connections));
  return { ...root, entries };
}

function mergeConnections(base: MapEntry | undefined, overlay: MapEntry): MapEntry {
  if (base === undefined || base.value.kind !== 'map' || overlay.value.kind !== 'map') return overlay;
  const merged = new Map(base.value.entries);
  for (const [name, entry] of overlay.value.entries) {
    const below = merged.get(name);
    merged.set(name, below === undefined ? entry : { key: entry.key, value: mergeConnection(below.value, entry.value) });
  }
  return { key: base.key, value: { ...base.value, entries: merged } };
}

function mergeConnection(base: YamlNode, overlay: YamlNode): YamlNode {
  if (base.kind !== 'map' || overlay.kind !== 'map') return overlay;
  const connector = connectorOf(overlay);
  if (connector !== undefined && connector !== connectorOf(base)) return overlay;
  return { ...overlay, entries: new Map([...base.entries, ...overlay.entries]) };
}

const connectorOf = (node: MapNode): string | undefined => {
  const connector = node.entries.get('connector')?.value;
  return connector?.kind === 'scalar' ? connector.source : undefined;
};
