import { isSymbol, isWord, type Token } from './tokens.js';

/** Words that are never names here: reserved in Oracle, or reserved where the statements of a connector use them. */
const keywords = new Set(
  `add all alter and any as asc between by cascade case check column comment commit constraint constraints create cross current_date current_timestamp
  default delete desc distinct drop else end escape except exclusive exists fetch first_value following for foreign from full grant group having identified
  identity immediate in increment index inner insert intersect into is join left like localtimestamp lock materialized matched merge mode modify natural
  not nowait null nulls of offset on only option or order outer over partition preceding primary prior public references rename returning return revoke
  right rollback row rows savepoint select session set share skip locked table temporary then to trigger truncate unbounded union unique update
  using values view wait when where window with within lateral recursive generated always sequence if extract cast current`.split(/\s+/),
);

/** Keywords only behind other words; anywhere else they are good names of columns. */
const contextual: ReadonlyMap<string, readonly string[]> = new Map([
  ['key', ['primary', 'foreign']],
  ['first', ['fetch', 'nulls']],
  ['last', ['nulls']],
  ['next', ['fetch']],
]);

/** Behind these a word with a parenthesis is a table, not a function. */
const tableWords = ['into', 'table', 'references', 'join', 'update', 'view', 'index', 'with'];

/**
 * Writes every name that is not quoted in capitals and quotes it, as Oracle keeps it; functions become lower case. `date` and `timestamp` are left alone where a
 * literal or a type follows from them, and are names after a dot.
 */
export function foldNames(tokens: readonly Token[]): Token[] {
  const isIndex = isIndexDefinition(tokens);
  return tokens.map((token, index) => {
    if (token.kind !== 'word') return token;
    const before = previous(tokens, index);
    const after = next(tokens, index);
    if (isSymbol(before, '.')) return isSymbol(after, '(') ? lower(token) : upper(token);
    if (isKeyword(token, before, after)) return lower(token);
    if (isSymbol(after, '(') && !isWord(before, ...tableWords) && !(isIndex && isWord(before, 'on'))) return lower(token);
    return upper(token);
  });
}

const lower = (token: Token): Token => ({ ...token, text: token.text.toLowerCase() });
const upper = (token: Token): Token => ({ ...token, kind: 'quoted', text: `"${token.text.toUpperCase()}"` });

function isKeyword(token: Token, before: Token | undefined, after: Token | undefined): boolean {
  const word = token.text.toLowerCase();
  const behind = contextual.get(word);
  if (behind !== undefined) return isWord(before, ...behind);
  if (['date', 'timestamp', 'interval'].includes(word)) return after?.kind === 'string' || isWord(before, 'as');
  if (isIntervalUnit(word) && (before?.kind === 'string' || isSymbol(before, '('))) return true;
  return keywords.has(word);
}

const isIntervalUnit = (word: string): boolean => ['year', 'month', 'day', 'hour', 'minute', 'second'].includes(word);

function isIndexDefinition(tokens: readonly Token[]): boolean {
  const words = tokens.filter(({ kind }) => kind !== 'space');
  return isWord(words[0], 'create') && words.slice(1, 4).some((token) => isWord(token, 'index'));
}

export function previous(tokens: readonly Token[], index: number): Token | undefined {
  for (let at = index - 1; at >= 0; at--) if (tokens[at]?.kind !== 'space') return tokens[at];
  return undefined;
}

export function next(tokens: readonly Token[], index: number): Token | undefined {
  for (let at = index + 1; at < tokens.length; at++) if (tokens[at]?.kind !== 'space') return tokens[at];
  return undefined;
}
