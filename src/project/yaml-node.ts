/** Where a key or value stands in a file of the project. Lines and columns count from 1, columns in UTF-16 units. */
export interface Span {
  /** Path from the project's root. */
  readonly file: string;
  readonly line: number;
  readonly column: number;
  /** Characters of it on its first line, for the caret. */
  readonly length: number;
}

export type YamlNode = ScalarNode | ListNode | MapNode;

export interface ScalarNode {
  readonly kind: 'scalar';
  /** By the core schema of YAML 1.2; integers always bigint. Quoted and block scalars: text. */
  readonly value: null | boolean | bigint | number | string;
  /** What was typed; for quoted and block scalars what they stand for. */
  readonly source: string;
  readonly style: 'plain' | 'quoted' | 'block';
  /** Text came from `${VAR}`; `unset`: the variable has no value, which was reported or does not matter here. */
  readonly variable?: 'set' | 'unset';
  readonly span: Span;
}

export interface ListNode {
  readonly kind: 'list';
  readonly items: readonly YamlNode[];
  readonly span: Span;
}

export interface MapNode {
  readonly kind: 'map';
  /** In the order of the file. */
  readonly entries: ReadonlyMap<string, MapEntry>;
  readonly span: Span;
}

export interface MapEntry {
  readonly key: Span;
  readonly value: YamlNode;
}

export type YamlPath = readonly PropertyKey[];

/** The node at a path, or undefined. */
export function nodeAt(root: YamlNode, path: YamlPath): YamlNode | undefined {
  let node: YamlNode | undefined = root;
  for (const step of path) node = node && childOf(node, step);
  return node;
}

export function childOf(node: YamlNode, step: PropertyKey): YamlNode | undefined {
  if (node.kind === 'map') return node.entries.get(String(step))?.value;
  if (node.kind === 'list') return node.items[Number(step)];
  return undefined;
}

/** Where a mistake at this path is shown: the value; else its key; else the nearest thing around it. */
export function spanAt(root: YamlNode, path: YamlPath): Span {
  let { span } = root;
  let node: YamlNode | undefined = root;
  for (const step of path) {
    const key: Span | undefined = node.kind === 'map' ? node.entries.get(String(step))?.key : undefined;
    node = childOf(node, step);
    if (node === undefined) return key ?? span;
    span = node.kind === 'scalar' && node.span.length > 0 ? node.span : (key ?? node.span);
  }
  return span;
}

/** The key at the end of a path; the value's place where it has none. */
export function keyAt(root: YamlNode, path: YamlPath): Span {
  const parent = nodeAt(root, path.slice(0, -1));
  const entry = parent?.kind === 'map' ? parent.entries.get(String(path.at(-1))) : undefined;
  return entry?.key ?? spanAt(root, path);
}

/** A map with only these entries of another. */
export const pickEntries = (node: MapNode, wanted: (key: string) => boolean): MapNode => ({
  ...node,
  entries: new Map([...node.entries].filter(([key]) => wanted(key))),
});

/** What a node is, in words: for messages that say what was found. */
export function describeNode(node: YamlNode): string {
  if (node.kind !== 'scalar') return node.kind === 'list' ? 'a list' : 'a map';
  // Messages end up in logs, and nobody knows what a variable holds
  if (node.variable === 'set') return 'what its variable holds';
  if (node.value === null) return node.source === '' ? 'nothing' : node.source;
  const shown = node.source.length > 40 ? `${node.source.slice(0, 37)}...` : node.source;
  const quoted = JSON.stringify(shown);
  if (node.style !== 'plain') return `the text ${quoted}`;
  if (typeof node.value === 'string') return quoted;
  return shown;
}
