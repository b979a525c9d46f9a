import { childOf, type YamlNode } from './yaml-node.js';

/** A value of a fixture as text: what was typed; null for `null`, `~` and nothing; JSON for lists and maps. */
export function cellText(node: YamlNode): string | null {
  if (node.kind !== 'scalar') return jsonText(node);
  return node.value === null ? null : node.source;
}

/** The regular expression of `{ matches: ... }`, or null. */
export function patternOf(node: YamlNode): string | null {
  const matches = node.kind === 'map' && node.entries.size === 1 ? childOf(node, 'matches') : undefined;
  return matches?.kind === 'scalar' ? matches.source : null;
}

const jsonNumber = /^-?(0|[1-9]\d*)(\.\d+)?([eE][-+]?\d+)?$/;

/** JSON with every number as it was typed. */
function jsonText(node: YamlNode): string {
  if (node.kind === 'list') return `[${node.items.map(jsonText).join(',')}]`;
  if (node.kind === 'map') return `{${[...node.entries].map(([key, { value }]) => `${JSON.stringify(key)}:${jsonText(value)}`).join(',')}}`;
  const { value, source, style } = node;
  if (style === 'plain' && (value === null || typeof value === 'boolean')) return String(value);
  if (style === 'plain' && typeof value !== 'string' && jsonNumber.test(source)) return source;
  return JSON.stringify(source);
}
