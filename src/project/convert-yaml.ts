import {
  isAlias,
  isMap,
  isPair,
  isScalar,
  isSeq,
  type Alias,
  type Document,
  type Pair,
  type ParsedNode,
  type Scalar,
  type YAMLMap,
} from 'yaml';
import type { Problems } from './problem.js';
import type { SourceText } from './source-text.js';
import type { MapEntry, ScalarNode, YamlNode } from './yaml-node.js';

/** Nodes that the aliases of one file may stand for: a file that grows beyond this is an attack or a mistake. */
const mostAliased = 10_000;

/** One word or the type of a column: nobody expects the comment behind it to be part of it. */
const unmistakable = /^(?:\S+|\w+(?:\([\d, ]*\))? not null)$/;

/** Nodes with their places, of a document that parsed without a warning. Reports what YAML allows and a project does not. */
export function convertDocument(document: Document.Parsed, source: SourceText, problems: Problems): YamlNode | null {
  const conversion = new Conversion(source, problems);
  return document.contents === null ? null : conversion.node(document.contents);
}

class Conversion {
  readonly #anchors = new Map<string, YamlNode | 'open'>();
  #aliased = 0;

  constructor(
    private readonly source: SourceText,
    private readonly problems: Problems,
  ) {}

  node(node: ParsedNode | Alias.Parsed): YamlNode {
    if (isAlias(node)) return this.alias(node);
    const { anchor } = node;
    if (anchor !== undefined) this.#anchors.set(anchor, 'open');
    if (node.tag !== undefined) this.report(node, `The tag ${shortTag(node.tag)} is not used here`, 'Remove it; text goes in quotes');
    const converted = isScalar(node) ? this.scalar(node) : isMap(node) ? this.map(node) : this.list(node);
    if (anchor !== undefined) this.#anchors.set(anchor, converted);
    return converted;
  }

  private list(node: Extract<ParsedNode, { items: ParsedNode[] }>): YamlNode {
    const items = isSeq(node) ? node.items.map((item) => (isPair(item) ? this.empty(node) : this.node(item))) : [];
    return { kind: 'list', items, span: this.span(node) };
  }

  private map(node: YAMLMap.Parsed): YamlNode {
    const entries = new Map<string, MapEntry>();
    for (const pair of node.items) {
      const name = this.keyName(pair);
      if (name === null) continue;
      const key = this.span(pair.key);
      const value = pair.value === null ? this.missing(key) : this.node(pair.value);
      const earlier = entries.get(name);
      if (earlier === undefined) entries.set(name, { key, value });
      else
        this.problems.add({
          message: `${name} stands twice in one map; the first is in line ${earlier.key.line}`,
          at: key,
          hint: 'Remove one of them',
        });
    }
    return { kind: 'map', entries, span: this.span(node) };
  }

  private keyName({ key }: Pair<ParsedNode, ParsedNode | null>): string | null {
    if (!isScalar(key)) return this.report(key, 'A key must be plain text', 'Lists, maps and aliases cannot be keys');
    const name = typeof key.value === 'string' ? key.value : key.source;
    if (key.tag !== undefined) return this.report(key, `The tag ${shortTag(key.tag)} is not used here`, 'Remove it');
    if (name === '') return this.report(key, 'A key is missing before the colon', 'Write a name, or put the text in quotes');
    if (name === '<<')
      return this.report(key, 'Merge keys (<<) are not read', 'Write the entries out; environments in etl.yaml overlay connections');
    if (name === '__proto__') return this.report(key, `${name} cannot be a name`);
    return name;
  }

  private scalar(node: Scalar.Parsed): ScalarNode {
    const span = this.span(node);
    const source = node.source;
    const style = node.type === 'PLAIN' ? 'plain' : node.type === 'BLOCK_LITERAL' || node.type === 'BLOCK_FOLDED' ? 'block' : 'quoted';
    const value = style === 'plain' ? plainValue(node.value) : source;
    if (style === 'plain' && typeof value === 'string') this.refuseCut(node, value);
    return { kind: 'scalar', value, source, style, span };
  }

  /** ` #` ends plain text: what follows is a comment that was perhaps meant as text. */
  private refuseCut(node: Scalar.Parsed, value: string): void {
    const [, end] = node.range;
    const comment = /^[ \t]+(#\S?)/.exec(this.source.text.slice(end, end + 200));
    if (comment === null || (comment[1]?.length === 1 && unmistakable.test(value))) return;
    const at = this.source.span(end + comment[0].indexOf('#'), lineEnd(this.source.text, end));
    const hint = 'Put the text in quotes, with or without the # part; or move the comment to a line of its own';
    this.problems.add({ message: 'Text without quotes ends before #: the rest of the line is read as a comment', at, hint });
  }

  private alias(node: Alias.Parsed): YamlNode {
    const target = this.#anchors.get(node.source);
    if (target === undefined) this.report(node, `There is no anchor &${node.source} above this line`);
    else if (target === 'open') this.report(node, `*${node.source} stands inside of what it names`);
    else {
      this.#aliased += sizeOf(target, mostAliased);
      if (this.#aliased <= mostAliased) return { ...target, span: this.span(node) };
      this.report(node, `The aliases of this file stand for more than ${mostAliased} values`, 'Write fewer of them');
    }
    return this.empty(node);
  }

  private report(node: { readonly range?: readonly number[] | null | undefined }, message: string, hint?: string): null {
    this.problems.add({ message, at: this.span(node), hint });
    return null;
  }

  private span({ range }: { readonly range?: readonly number[] | null | undefined }): ScalarNode['span'] {
    return this.source.span(range?.[0] ?? 0, range?.[1] ?? 0);
  }

  private empty(node: { readonly range?: readonly number[] | null | undefined }): ScalarNode {
    return this.missing(this.span(node));
  }

  private missing(span: ScalarNode['span']): ScalarNode {
    return { kind: 'scalar', value: null, source: '', style: 'plain', span };
  }
}

const lineEnd = (text: string, from: number): number => {
  const at = text.indexOf('\n', from);
  return at < 0 ? text.length : at;
};

const shortTag = (tag: string): string => tag.replace('tag:yaml.org,2002:', '!!');

/** Values of the core schema; anything else that a parser may make up is not taken. */
const plainValue = (value: unknown): ScalarNode['value'] =>
  typeof value === 'string' || typeof value === 'bigint' || typeof value === 'number' || typeof value === 'boolean' ? value : null;

/** Nodes below and including this one, counted no further than `most`. */
function sizeOf(node: YamlNode, most: number): number {
  let size = 0;
  const stack: YamlNode[] = [node];
  for (let next = stack.pop(); next !== undefined && size <= most; next = stack.pop()) {
    size += 1;
    if (next.kind === 'list') stack.push(...next.items);
    if (next.kind === 'map') for (const { value } of next.entries.values()) stack.push(value);
  }
  return size;
}
