/** One token of Oracle SQL. `text` is as it stands in the statement, or as it was rewritten. */
export interface Token {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'bind' | 'symbol' | 'space';
  readonly text: string;
  /** Where it begins in the statement. */
  readonly at: number;
}

const patterns: readonly (readonly [Token['kind'], RegExp])[] = [
  ['space', /\s+|--[^\n]*|\/\*[\s\S]*?\*\//y],
  ['string', /[nN]?'(?:[^']|'')*'/y],
  ['string', /[nN]?[qQ]'(?:\[[\s\S]*?\]|\{[\s\S]*?\}|\([\s\S]*?\)|<[\s\S]*?>|([^\s])[\s\S]*?\1)'/y],
  ['quoted', /"[^"]*"/y],
  ['number', /\d+(?:\.\d+)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y],
  ['bind', /:(?:"[^"]+"|[\p{L}\d_$#]+)/uy],
  ['word', /\p{L}[\p{L}\d_$#]*/uy],
  ['symbol', /\|\||<=|>=|<>|!=|\^=|:=|=>|[\s\S]/uy],
];

/** Cuts a statement into tokens that, put together, are the statement again. */
export function tokenize(sql: string): Token[] {
  const tokens: Token[] = [];
  let at = 0;
  while (at < sql.length) {
    const token = tokenAt(sql, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(sql: string, at: number): Token {
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined) return { kind, text, at };
  }
  throw new RangeError(`Nothing at ${at} of the statement`);
}

export const isWord = (token: Token | undefined, ...words: readonly string[]): boolean =>
  token?.kind === 'word' && words.includes(token.text.toLowerCase());

export const isSymbol = (token: Token | undefined, symbol: string): boolean => token?.kind === 'symbol' && token.text === symbol;

/** Without spaces and comments. */
export const significant = (tokens: readonly Token[]): Token[] => tokens.filter(({ kind }) => kind !== 'space');

/** Position behind the parenthesis that closes the one at `open`. */
export function closing(tokens: readonly Token[], open: number): number {
  let depth = 0;
  for (let index = open; index < tokens.length; index++) {
    if (isSymbol(tokens[index], '(')) depth++;
    if (isSymbol(tokens[index], ')') && --depth === 0) return index + 1;
  }
  return tokens.length;
}

/** Tokens as a statement, with a space between two that would else be read as one. */
export function untokenize(tokens: readonly Token[]): string {
  let sql = '';
  let last: Token | undefined;
  for (const token of tokens) {
    if (last !== undefined && isWordLike(last) && isWordLike(token)) sql += ' ';
    sql += token.text;
    last = token;
  }
  return sql;
}

const isWordLike = ({ kind, text }: Token): boolean => kind !== 'space' && kind !== 'symbol' && text !== '';
