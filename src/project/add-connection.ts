import { isDeepStrictEqual } from 'node:util';
import { EtlError } from '@etl/sdk';
import { isMap, parseDocument, stringify, YAMLMap, type Document } from 'yaml';

export interface NewConnection {
  readonly connector: string;
  /** The connector's options; a secret is `{ secret: name }`. */
  readonly [option: string]: unknown;
}

const place = { file: 'etl.yaml' };

/**
 * The text of etl.yaml with one more connection at the end of `connections`. Everything else stays byte for byte where the file is written in blocks,
 * and with its comments and order where it is not. Throws CONFIG_INVALID where the file cannot be read or has the name already.
 */
export function addConnection(text: string, name: string, connection: NewConnection): string {
  const document = read(text);
  const existing: unknown = document.get('connections');
  if (existing !== undefined && !isMap(existing)) throw unreadable();
  const isThere = document.has('connections');
  // An empty `connections:` gives undefined too
  if (existing === undefined && isThere) document.set('connections', new YAMLMap());
  if (document.hasIn(['connections', name]))
    throw new EtlError('CONFIG_INVALID', `etl.yaml has a connection '${name}' already`, { place, hint: 'Choose another name' });
  const inserted = existing === undefined && isThere ? null : insertText(text, existing, { [name]: connection });
  document.setIn(['connections', name], document.createNode(connection));
  const rewritten = document.toString({ lineWidth: 0 });
  return inserted !== null && sameMeaning(inserted, rewritten) ? inserted : rewritten;
}

function read(text: string): Document.Parsed {
  const document = parseDocument(text, { version: '1.2', schema: 'core', logLevel: 'silent' });
  if (document.errors.length === 0 && (document.contents === null || isMap(document.contents))) return document;
  throw unreadable();
}

const unreadable = (): EtlError =>
  new EtlError('CONFIG_INVALID', 'etl.yaml cannot be read, so no connection can be added', { place, hint: 'See etl validate' });

/** The text with the entry put behind what is there; null where that is not a matter of lines. */
function insertText(text: string, existing: unknown, entry: Readonly<Record<string, NewConnection>>): string | null {
  const lineBreak = text.includes('\r\n') ? '\r\n' : '\n';
  const block = (indent: number): string[] =>
    stringify(entry, { lineWidth: 0 })
      .trimEnd()
      .split('\n')
      .map((line) => (line === '' ? line : ' '.repeat(indent) + line));
  if (existing === undefined) {
    const before = text === '' || text.endsWith('\n') ? text : text + lineBreak;
    return `${before}${['connections:', ...block(2)].join(lineBreak)}${lineBreak}`;
  }
  if (!isMap(existing) || existing.flow === true || existing.items.length === 0) return null;
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
