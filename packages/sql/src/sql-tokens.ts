/** A piece of a statement: comments and spaces are none. */
export interface SqlToken {
  readonly kind: 'word' | 'quoted' | 'string' | 'number' | 'parameter' | 'symbol';
  readonly text: string;
  readonly from: number;
  readonly to: number;
  /** Brackets around it; they themselves stand outside. */
  readonly depth: number;
}

const kinds = ['string', 'quoted', 'comment', 'hint', 'parameter', 'number', 'word', 'symbol'] as const;

const pattern = (backslashEscapes: boolean): RegExp =>
  new RegExp(
    [
      backslashEscapes ? String.raw`('(?:[^'\\]|\\[\s\S]|'')*')` : String.raw`('(?:[^']|'')*')`,
      String.raw`(${backslashEscapes ? String.raw`"(?:[^"\\]|\\[\s\S]|"")*"` : String.raw`"(?:[^"]|"")*"`}|${'`'}(?:[^${'`'}]|${'`'}${'`'})*${'`'})`,
      // Without a space behind them, two minus signs are no comment to MySQL
      String.raw`(--(?=\s|$)[^\n]*|/\*(?![!+M])[\s\S]*?\*/|\s+)`,
      String.raw`(/\*|--)`,
      String.raw`(?<![\w:]):([A-Za-z_]\w*)`,
      String.raw`(\d[\w.]*)`,
      String.raw`([\p{L}_$][\p{L}\p{N}_$]*)`,
      String.raw`([\s\S])`,
    ].join('|'),
    'gu',
  );

/** The statement in pieces; null: it has a hint, an executable comment or brackets that do not match. */
export function sqlTokens(statement: string, backslashEscapes: boolean): readonly SqlToken[] | null {
  const tokens: SqlToken[] = [];
  let depth = 0;
  for (const match of statement.matchAll(pattern(backslashEscapes))) {
    const [text, ...groups] = match;
    const kind = kinds[groups.findIndex((group: string | undefined) => group !== undefined)] ?? 'symbol';
    if (kind === 'comment') continue;
    if (kind === 'hint') return null;
    if (text === ')') depth--;
    if (depth < 0) return null;
    tokens.push({ kind, text, from: match.index, to: match.index + text.length, depth });
    if (text === '(') depth++;
  }
  return depth === 0 ? tokens : null;
}
