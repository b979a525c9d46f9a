/** One piece of SQL text. `word`: a plain name or keyword; `name`: a quoted one; `parameter`: `:name`. */
export interface SqlToken {
  readonly kind: 'word' | 'name' | 'string' | 'number' | 'parameter' | 'symbol' | 'space';
  readonly text: string;
  /** Offset in the SQL. */
  readonly at: number;
}

const patterns: readonly (readonly [SqlToken['kind'], RegExp])[] = [
  ['space', /\s+|--[^\n]*/y],
  ['string', /[eE]'(?:[^'\\]|''|\\[\s\S])*(?:'|$)/y],
  ['string', /'(?:[^']|'')*(?:'|$)/y],
  ['string', /\$([A-Za-z_]\w*)?\$[\s\S]*?(?:\$\1\$|$(?![\s\S]))/y],
  ['name', /"(?:[^"]|"")*(?:"|$)/y],
  ['number', /\d[\d_]*(?:\.\d*)?(?:[eE][+-]?\d+)?|\.\d+(?:[eE][+-]?\d+)?/y],
  ['word', /[\p{L}_][\p{L}\p{N}_$]*/uy],
  ['symbol', /::|:=/y],
  ['parameter', /:[A-Za-z_]\w*/y],
];

/** Splits SQL as DuckDB reads it. Never fails: what is no token is a symbol of one character. Comments are space. */
export function sqlTokens(sql: string): SqlToken[] {
  const tokens: SqlToken[] = [];
  let at = 0;
  while (at < sql.length) {
    const token = tokenAt(sql, at);
    tokens.push(token);
    at += token.text.length;
  }
  return tokens;
}

function tokenAt(sql: string, at: number): SqlToken {
  if (sql.startsWith('/*', at)) return { kind: 'space', text: sql.slice(at, commentEnd(sql, at)), at };
  for (const [kind, pattern] of patterns) {
    pattern.lastIndex = at;
    const text = pattern.exec(sql)?.[0];
    if (text !== undefined && text !== '') return { kind, text, at };
  }
  return { kind: 'symbol', text: String.fromCodePoint(sql.codePointAt(at) ?? 0), at };
}

/** Comments may be nested. */
function commentEnd(sql: string, start: number): number {
  let depth = 0;
  for (let at = start; at < sql.length; at++) {
    if (sql.startsWith('/*', at)) depth++;
    else if (sql.startsWith('*/', at)) depth--;
    else continue;
    at++;
    if (depth === 0) return at + 1;
  }
  return sql.length;
}

/** The name that a word or quoted name stands for. */
export const nameOf = ({ kind, text }: SqlToken): string | null =>
  kind === 'word' ? text : kind === 'name' ? text.slice(1, -1).replaceAll('""', '"') : null;
