import { isDeepStrictEqual } from 'node:util';
import { EtlError } from '@etl/sdk';
import { isMap, isScalar, parseDocument, type Document, type Pair } from 'yaml';

const place = { file: 'etl.yaml' };

/**
 * The text of etl.yaml without a connection, also in its environments, or in one of them alone. Where the file is written in blocks everything
 * else stays byte for byte. Throws CONFIG_INVALID where the file cannot be read or has no such connection.
 */
export function removeConnection(text: string, name: string, environment: string | null = null): string {
  const document = read(text);
  const paths = pathsOf(document, name).filter(
    ([first, second]) => environment === null || (first === 'environments' && second === environment),
  );
  if (paths.length === 0) {
    const where = environment === null ? 'etl.yaml' : `The environment ${environment} of etl.yaml`;
    throw new EtlError('CONFIG_INVALID', `${where} has no connection '${name}' of its own`, { place });
  }
  const cut = paths
    .map((path) => linesOf(text, document, path))
    .sort((a, b) => (b?.[0] ?? 0) - (a?.[0] ?? 0))
    .reduce<string | null>(
      (rest, range) => (rest === null || range === null ? null : rest.slice(0, range[0]) + rest.slice(range[1])),
      text,
    );
  for (const path of paths) document.deleteIn(path);
  const rewritten = document.toString({ lineWidth: 0 });
  return cut !== null && sameMeaning(cut, rewritten) ? cut : rewritten;
}

function read(text: string): Document.Parsed {
  const document = parseDocument(text, { version: '1.2', schema: 'core', logLevel: 'silent' });
  if (document.errors.length === 0 && isMap(document.contents)) return document;
  throw new EtlError('CONFIG_INVALID', 'etl.yaml cannot be read, so no connection can be removed', { place, hint: 'See etl validate' });
}

type Path = readonly string[];

function pathsOf(document: Document, name: string): Path[] {
  const environments = document.get('environments');
  const names = isMap(environments) ? environments.items.map(({ key }) => (isScalar(key) ? String(key.value) : String(key))) : [];
  const all: Path[] = [['connections', name], ...names.map((each) => ['environments', each, 'connections', name])];
  return all.filter((path) => document.hasIn(path));
}

/** From the start of the entry's first line to the end of its last; null where it does not have its lines to itself. */
function linesOf(text: string, document: Document, path: Path): readonly [number, number] | null {
  const parent = document.getIn(path.slice(0, -1));
  if (!isMap(parent) || parent.flow === true) return null;
  const pair = parent.items.find(({ key }: Pair) => isScalar(key) && key.value === path.at(-1));
  if (pair === undefined || !isScalar(pair.key) || !pair.key.range) return null;
  const { value } = pair as { value: { range?: readonly number[] | null } | null };
  const start = text.lastIndexOf('\n', pair.key.range[0] - 1) + 1;
  const last = text.slice(0, value?.range?.[1] ?? pair.key.range[1]).trimEnd().length;
  const lineEnd = text.indexOf('\n', last);
  return [start, lineEnd < 0 ? text.length : lineEnd + 1];
}

function sameMeaning(a: string, b: string): boolean {
  const [first, second] = [parseDocument(a, { logLevel: 'silent' }), parseDocument(b, { logLevel: 'silent' })];
  return first.errors.length === 0 && isDeepStrictEqual(first.toJS(), second.toJS());
}
