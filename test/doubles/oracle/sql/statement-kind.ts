import { isWord, significant, type Token } from './tokens.js';

export type StatementKind = 'query' | 'dml' | 'ddl' | 'session' | 'transaction' | 'kill' | 'plsql';

/** What a statement is, by its first words. */
export function statementKind(tokens: readonly Token[]): StatementKind {
  const [first, second] = significant(tokens);
  if (isWord(first, 'begin', 'declare', 'call')) return 'plsql';
  if (isWord(first, 'alter') && isWord(second, 'session')) return 'session';
  if (isWord(first, 'alter') && isWord(second, 'system')) return 'kill';
  if (isWord(first, 'create', 'alter', 'drop', 'truncate', 'comment', 'grant', 'revoke', 'rename')) return 'ddl';
  if (isWord(first, 'set', 'commit', 'rollback', 'savepoint')) return 'transaction';
  if (isWord(first, 'insert', 'update', 'delete', 'merge', 'lock')) return 'dml';
  return 'query';
}

/** How many binds stand behind RETURNING … INTO: they are answered, not sent. */
export function returningCount(tokens: readonly Token[]): number {
  const words = significant(tokens);
  const returning = words.findLastIndex((token) => isWord(token, 'returning', 'return'));
  if (returning < 0) return 0;
  const into = words.findIndex((token, index) => index > returning && isWord(token, 'into'));
  return into < 0 ? 0 : words.slice(into).filter(({ kind }) => kind === 'bind').length;
}
