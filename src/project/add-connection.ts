import { isDeepStrictEqual } from 'node:util';
import { EtlError } from '@etl/sdk';
import { Document, isMap, isScalar, parseDocument, visit, type Node, type YAMLMap } from 'yaml';

export interface NewConnection {
  readonly connector: string;
  /** The connector's options; a secret is `{ secret: name }`. */
  readonly [option: string]: unknown;
}

const place = { file: 'etl.yaml' };

/**
 * The text of etl.yaml with one more connection at the end of `connections`, or of those of an environment that is there. Everything else stays
 * byte for byte where the file is written in blocks, and with its comments and order where it is not. Throws CONFIG_INVALID where the file cannot
 * be read or has the name already.
 */
export function addConnection(text: string, name: string, connection: NewConnection, environment: string | null = null): string {
  const document = read(text);
  const path = environment === null ? ['connections'] : ['environments', environment, 'connections'];
  const existing = document.getIn(path);
  const isThere = document.hasIn(path);
  if (isThere && !isMap(existing) && !isNothing(existing)) throw unreadable();
  makeMaps(document, isThere && !isMap(existing) ? path : path.slice(0, -1));
  if (document.hasIn([...path, name])) {
    const where = environment === null ? 'etl.yaml' : `The environment ${environment} of etl.yaml`;
    throw new EtlError('CONFIG_INVALID', `${where} has a connection '${name}' already`, { place, hint: 'Choose another name' });
  }
  const isBlock = isMap(existing) || (environment === null && !isThere);
  const inserted = isBlock ? insertText(text, existing, { [name]: connection }) : null;
  document.setIn([...path, name], onOneLine(document.createNode(connection)));
  const rewritten = document.toString({ lineWidth: 0 });
  return inserted !== null && sameMeaning(inserted, rewritten) ? inserted : rewritten;
}

/** Names of the connections in etl.yaml itself, or in the overlay of an environment alone. Throws CONFIG_INVALID. */
export function connectionNames(text: string, environment: string | null): ReadonlySet<string> {
  const found = read(text).getIn(environment === null ? ['connections'] : ['environments', environment, 'connections']);
  return new Set(isMap(found) ? found.items.map(({ key }) => (isScalar(key) ? String(key.value) : String(key))) : []);
}

function read(text: string): Document.Parsed {
  const document = parseDocument(text, { version: '1.2', schema: 'core', logLevel: 'silent' });
  if (document.errors.length === 0 && (document.contents === null || isMap(document.contents))) return document;
  throw unreadable();
}

const unreadable = (): EtlError =>
  new EtlError('CONFIG_INVALID', 'etl.yaml cannot be read, so no connection can be added', { place, hint: 'See etl validate' });

const isNothing = (node: unknown): boolean => node === undefined || node === null || (isScalar(node) && node.value === null);

/** An empty key (`production:`) on the way becomes a map; anything else there is a mistake. */
function makeMaps(document: Document, path: readonly string[]): void {
  for (let length = 1; length <= path.length; length += 1) {
    const at = path.slice(0, length);
    const node = document.getIn(at);
    if (isMap(node)) continue;
    if (!isNothing(node)) throw unreadable();
    document.setIn(at, document.createNode({}));
  }
}

/** Every `{ secret: name }` below a node as people write it. */
function onOneLine<T extends Node | Document>(node: T): T {
  visit(node, {
    Map(_, map) {
      const [only] = map.items;
      if (map.items.length === 1 && isScalar(only?.key) && only.key.value === 'secret') map.flow = true;
    },
  });
  return node;
}

/** The text with the entry put behind what is there; null where that is not a matter of lines. */
function insertText(text: string, existing: unknown, entry: Readonly<Record<string, NewConnection>>): string | null {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const block = (indent: number): string[] =>
    onOneLine(new Document(entry))
      .toString({ lineWidth: 0 })
      .trimEnd()
      .split('\n')
      .map((line) => (line === '' ? line : ' '.repeat(indent) + line));
  if (!isMap(existing)) {
    const before = text === '' || text.endsWith('\n') ? text : text + lineBreak;
    return `${before}${['connections:', ...block(2)].join(lineBreak)}${lineBreak}`;
  }
  if (existing.flow === true || existing.items.length === 0) return null;
  const { range } = existing as YAMLMap.Parsed;
  const start = range[0];
  const last = text.slice(0, range[1]).trimEnd().length;
  const lineEnd = /\r?\n|$/.exec(text.slice(last));
  const at = last + (lineEnd?.index ?? 0);
  const indent = start - (text.lastIndexOf('\n', start - 1) + 1);
  return text.slice(0, at) + ['', ...block(indent)].join(lineBreak) + (text.slice(at) || lineBreak);
}

function sameMeaning(a: string, b: string): boolean {
  const [first, second] = [parseDocument(a, { logLevel: 'silent' }), parseDocument(b, { logLevel: 'silent' })];
  return first.errors.length === 0 && isDeepStrictEqual(first.toJS(), second.toJS());
}
