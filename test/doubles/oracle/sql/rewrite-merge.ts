import { isSymbol, isWord, type Token } from './tokens.js';

/**
 * MERGE in PostgreSQL's words: `update set t.a = 1 where c` becomes `when matched and (c) then update set a = 1`, the same for `insert … where`; columns
 * that are set or inserted have no alias in front. Spaces must be left out.
 */
export function rewriteMerge(tokens: readonly Token[]): Token[] {
  if (!isWord(tokens[0], 'merge')) return [...tokens];
  const starts = clauseStarts(tokens);
  const first = starts[0] ?? tokens.length;
  const clauses = starts.map((start, index) => tokens.slice(start, starts[index + 1] ?? tokens.length));
  return [...tokens.slice(0, first), ...clauses.flatMap(rewriteClause)];
}

/** Each `when [not] matched`. */
const clauseStarts = (tokens: readonly Token[]): number[] =>
  tokens.flatMap((token, index) =>
    isWord(token, 'when') && tokens.slice(index, index + 3).some((next) => isWord(next, 'matched')) ? [index] : [],
  );

function rewriteClause(clause: readonly Token[]): Token[] {
  const then = clause.findIndex((token) => isWord(token, 'then'));
  const where = atDepthZero(clause, then, (token) => isWord(token, 'where'));
  const head = clause.slice(0, then);
  const action = withoutAliases(clause.slice(then, where < 0 ? clause.length : where));
  if (where < 0) return [...head, ...action];
  const condition = clause.slice(where + 1);
  return [...head, ...symbols(' and ('), ...condition, ...symbols(') '), ...action];
}

const symbols = (text: string): Token[] => [{ kind: 'symbol', text, at: 0 }];

function atDepthZero(tokens: readonly Token[], from: number, is: (token: Token) => boolean): number {
  let depth = 0;
  for (let index = from; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    if (isSymbol(token, '(')) depth++;
    if (isSymbol(token, ')')) depth--;
    if (depth === 0 && is(token)) return index;
  }
  return -1;
}

/** Takes the alias off each column that is set (in front of `=`) or listed behind INSERT. */
function withoutAliases(action: readonly Token[]): Token[] {
  const insert = action.findIndex((token) => isWord(token, 'insert'));
  const values = action.findIndex((token) => isWord(token, 'values'));
  const drop = new Set<number>();
  let depth = 0;
  let settles = true;
  for (const [index, token] of action.entries()) {
    if (isSymbol(token, '(')) depth++;
    if (isSymbol(token, ')')) depth--;
    if (isWord(token, 'set') || (depth === 0 && isSymbol(token, ','))) settles = true;
    const isAlias = isSymbol(action[index + 1], '.');
    const inList = insert >= 0 && index < values;
    if (isAlias && (inList || (insert < 0 && settles))) drop.add(index).add(index + 1);
    if (isSymbol(token, '=')) settles = false;
  }
  return action.filter((_, index) => !drop.has(index));
}
