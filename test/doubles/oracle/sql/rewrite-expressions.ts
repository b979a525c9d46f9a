import { closing, isSymbol, isWord, type Token } from './tokens.js';

/** Words of Oracle that are other words in PostgreSQL. */
const replaced: ReadonlyMap<string, string> = new Map([
  ['systimestamp', 'clock_timestamp()'],
  ['sysdate', 'cast(localtimestamp as timestamp(0))'],
  ['minus', 'except'],
  ['rowid', 'ctid'],
  ['user', "sys_context('USERENV', 'SESSION_USER')"],
]);

/** Functions that PostgreSQL has by another name, or that its parser reads by itself. */
const functions: ReadonlyMap<string, string> = new Map([
  ['nvl', 'coalesce'],
  ['decode', 'oracle_decode'],
  ['lengthb', 'octet_length'],
  ['to_date', 'oracle_to_date'],
]);

/** Rewrites single words and literals. Spaces must be left out. */
export function rewriteExpressions(tokens: readonly Token[]): Token[] {
  const rewritten: Token[] = [];
  for (const [index, token] of tokens.entries()) {
    if (token.kind === 'string') rewritten.push(literal(token));
    else if (token.kind === 'number' && isWord(tokens[index - 1], 'wait')) continue;
    else if (token.kind === 'word') rewritten.push(...word(tokens, index, token));
    else if (isSymbol(token, '^=')) rewritten.push({ ...token, text: '<>' });
    else rewritten.push(token);
  }
  return nameSubqueries(rewritten);
}

function word(tokens: readonly Token[], index: number, token: Token): readonly Token[] {
  const before = tokens[index - 1];
  const name = token.text.toLowerCase();
  if (isSymbol(tokens[index + 1], '(') && !isSymbol(before, '.')) return [{ ...token, text: functions.get(name) ?? token.text }];
  // FOR UPDATE WAIT n: how long is the session's matter
  if (name === 'wait') return [];
  const text = isSymbol(before, '.') && name !== 'rowid' ? undefined : replaced.get(name);
  return text === undefined ? [token] : [{ kind: 'symbol', text: ` ${text} `, at: token.at }];
}

/** Oracle's empty text is null; q'…' and N'…' are plain literals; NUL is kept as the character that the double keeps for it. */
function literal(token: Token): Token {
  const { text } = token;
  if (text === "''" || /^[nN]''$/.test(text)) return { ...token, kind: 'symbol', text: ' null ' };
  const quoted = /^[nN]?[qQ]'.([\s\S]*).'$/.exec(text);
  if (quoted !== null) return { ...token, text: `'${(quoted[1] ?? '').replaceAll("'", "''")}'` };
  return { ...token, text: text.replace(/^[nN]/, '') };
}

/** Subqueries in FROM need a name in PostgreSQL 15. */
function nameSubqueries(tokens: readonly Token[]): Token[] {
  const named: Token[] = [];
  const ends = new Map<number, string>();
  for (const [index, token] of tokens.entries()) {
    named.push(token);
    if (isWord(token, 'from', 'join') && isSymbol(tokens[index + 1], '(') && isWord(tokens[index + 2], 'select', 'with')) {
      const end = closing(tokens, index + 1);
      const after = tokens[end];
      const hasName = after !== undefined && (after.kind === 'quoted' || (after.kind === 'word' && !isWord(after, ...behindFrom)));
      if (!hasName) ends.set(end - 1, `"Q${index}"`);
    }
    const name = ends.get(index);
    if (name !== undefined) named.push({ kind: 'quoted', text: name, at: token.at });
  }
  return named;
}

const behindFrom = [
  'where', 'group', 'order', 'having', 'union', 'minus', 'except', 'intersect', 'fetch', 'offset', 'for', 'join', 'left', 'right', 'full', 'inner', 'cross', 'natural', 'on', 'window',
]; // prettier-ignore
