import { EtlError, messageOf } from '@etl/sdk';
import { Composer, Parser, type CST, type Document } from 'yaml';
import { convertDocument } from './convert-yaml.js';
import type { Problems } from './problem.js';
import type { SourceText } from './source-text.js';
import type { YamlNode } from './yaml-node.js';

/** Deeper than any file a person writes; far from where the parser would exhaust the stack. */
const deepest = 64;
const largest = 8 * 1024 * 1024;

const options = { strict: true, uniqueKeys: false, intAsBigInt: true, version: '1.2', schema: 'core', merge: false, prettyErrors: false, logLevel: 'silent' } as const; // prettier-ignore

/**
 * Reads one YAML document strictly: what YAML would bend or drop without a word is a problem with its place. Null where nothing useful could
 * be read; then there is at least one problem.
 */
export function readYaml(source: SourceText, problems: Problems): YamlNode | null {
  problems.addSource(source.file, source.text);
  const before = problems.size;
  const documents = composeDocuments(source, problems);
  const [document] = documents;
  for (const extra of documents.slice(1))
    problems.add({
      message: 'There is more than one YAML document in this file',
      at: source.span(extra.range[0]),
      hint: 'Remove the line ---',
    });
  if (document === undefined || problems.size > before) return null;
  const root = convertDocument(document, source, problems);
  return problems.size > before ? null : root;
}

function composeDocuments(source: SourceText, problems: Problems): Document.Parsed[] {
  const forbidden = forbiddenCharacter(source.text);
  if (forbidden !== null) {
    const code = source.text.charCodeAt(forbidden).toString(16).toUpperCase().padStart(4, '0');
    problems.add({ message: `The character U+${code} is not text`, at: source.span(forbidden), hint: 'Save the file as UTF-8 text' });
    return [];
  }
  if (source.text.length > largest) {
    problems.add({
      message: `The file is larger than ${largest / 1024 / 1024} MB`,
      at: source.span(0),
      hint: 'Keep rows in files of their own',
    });
    return [];
  }
  const tokens = [...new Parser().parse(source.text)];
  const tooDeep = deepToken(tokens);
  if (tooDeep !== null) {
    problems.add({ message: `This is nested more than ${deepest} levels deep`, at: source.span(tooDeep.offset) });
    return [];
  }
  try {
    const documents = [...new Composer(options).compose(tokens, true, source.text.length)];
    const broken = documents.some(({ errors }) => errors.length > 0);
    const open = broken ? unclosedQuote(tokens, source.text) : null;
    if (open !== null) {
      problems.add({ message: 'This quote is never closed', at: source.span(open, open + 1), hint: 'Close it, or use a block scalar: |' });
      return [];
    }
    for (const document of documents) reportParser(document, source, problems);
    return documents.filter(({ contents }) => contents !== null);
  } catch (cause) {
    throw new EtlError('INTERNAL', `Reading ${source.file} failed: ${messageOf(cause)}`, { cause, place: { file: source.file } });
  }
}

/** Every warning of the parser is a mistake here: it warns where it changes what was written. */
function reportParser({ errors, warnings, directives }: Document.Parsed, source: SourceText, problems: Problems): void {
  if (directives.yaml.explicit === true)
    problems.add({ message: 'YAML directives change how a file is read', at: source.span(0), hint: 'Remove the lines that begin with %' });
  // Behind a broken line the parser has lost its way: what it misses there is mostly an echo
  const lines = new Set<number>();
  for (const { code, message, pos } of [...errors, ...warnings].sort((a, b) => a.pos[0] - b.pos[0])) {
    const at = source.span(pos[0], pos[1]);
    if (lines.has(at.line) || (lines.size > 0 && echoes.has(code))) continue;
    lines.add(at.line);
    problems.add({ ...explain(code, message), at });
  }
}

const echoes: ReadonlySet<string> = new Set([
  'UNEXPECTED_TOKEN',
  'MISSING_CHAR',
  'BAD_INDENT',
  'BLOCK_AS_IMPLICIT_KEY',
  'MULTILINE_IMPLICIT_KEY',
]);

function explain(code: string, message: string): { message: string; hint?: string } {
  if (code === 'TAG_RESOLVE_FAILED') {
    const tag = /!\S*/.exec(message)?.[0] ?? 'this';
    return { message: `${tag} is read as a YAML tag, and what stands there would be lost`, hint: 'Write the text in quotes' };
  }
  if (code === 'TAB_AS_INDENT') return { message: 'A tab cannot indent YAML', hint: 'Indent with spaces' };
  const hint = hints.find(([pattern]) => pattern.test(message))?.[1];
  return { message: `This is not YAML: ${message.charAt(0).toLowerCase()}${message.slice(1)}`, ...(hint !== undefined && { hint }) };
}

const hints: readonly (readonly [RegExp, string])[] = [
  [/nested mappings are not allowed/i, "Put text that holds ': ' in quotes"],
  [/flow-map-start at node end/i, 'Within { } and [ ], text that holds a brace needs quotes: "${NAME}"'],
  [/closing .*quote/i, 'Close the quote, or use a block scalar: |'],
  [/implicit (map )?keys? need/i, "Write 'name: value', with a space behind the colon"],
  [/plain value cannot start with/i, 'Put the text in quotes'],
  [/flow (map|seq|collection)/i, 'Close the bracket, or indent what it holds deeper than the key'],
  [/same column|indent/i, 'Entries of one list or map begin in the same column'],
];

const forbiddenCharacter = (text: string): number | null => {
  const at = text.search(/[^\P{Cc}\t\n\r]|\uFEFF|\r(?!\n)/u);
  return at < 0 ? null : at;
};

/** Offset of a quote that runs to the end of the file without an end of its own. */
function unclosedQuote(tokens: readonly CST.Token[], text: string): number | null {
  for (const token of allTokens(tokens)) {
    if (token.type !== 'double-quoted-scalar' && token.type !== 'single-quoted-scalar') continue;
    const quote = token.source.charAt(0);
    const closed = token.source.length > 1 && token.source.endsWith(quote);
    if (!closed && token.offset + token.source.length >= text.trimEnd().length) return token.offset;
  }
  return null;
}

function* allTokens(tokens: readonly CST.Token[]): Generator<CST.Token> {
  const stack = [...tokens].reverse();
  for (let token = stack.pop(); token !== undefined; token = stack.pop()) {
    yield token;
    if ('value' in token) stack.push(token.value);
    for (const { key, value } of 'items' in token ? [...token.items].reverse() : [])
      stack.push(...[value, key].filter((each) => each != null));
  }
}

/** The first token beyond the depth that is read; found without recursion. */
function deepToken(tokens: readonly CST.Token[]): { readonly offset: number } | null {
  const stack: { readonly token: CST.Token; readonly depth: number }[] = tokens.map((token) => ({ token, depth: 0 }));
  for (let next = stack.pop(); next !== undefined; next = stack.pop()) {
    const { token, depth } = next;
    if (depth > deepest) return { offset: token.offset };
    if ('value' in token) stack.push({ token: token.value, depth });
    if (!('items' in token)) continue;
    for (const { key, value } of token.items) {
      if (key) stack.push({ token: key, depth: depth + 1 });
      if (value) stack.push({ token: value, depth: depth + 1 });
    }
  }
  return null;
}
