import { foldNames } from './fold-names.js';
import type { OracleType } from './oracle-type.js';
import { rewriteDefinition } from './rewrite-definitions.js';
import { rewriteExpressions } from './rewrite-expressions.js';
import { rewriteMerge } from './rewrite-merge.js';
import { rewriteTypes } from './rewrite-types.js';
import { statementKind, type StatementKind } from './statement-kind.js';
import { closing, isSymbol, isWord, significant, tokenize, untokenize, type Token } from './tokens.js';

/** A statement of Oracle as PostgreSQL reads it. */
export interface Rewritten {
  readonly kind: StatementKind;
  readonly sql: string;
  /** Binds in their order, each occurrence one: `$1`, `$2` … in `sql`. Those behind RETURNING … INTO are not among them. */
  readonly binds: number;
  /** Domains that must be there before it runs. */
  readonly types: readonly OracleType[];
  /** Whether rows are locked, so that a transaction begins. */
  readonly locks: boolean;
  readonly returns: boolean;
  /** Of `insert … values (…)`: what stands in front of VALUES, and the values, so that an array of rows can be inserted by one statement. */
  readonly insert: { readonly head: string; readonly values: readonly Token[] } | null;
  /** How long FOR UPDATE waits, in seconds; null: for ever. */
  readonly wait: number | null;
}

/** Rewrites one statement; the README tells what is covered. */
export function rewrite(sql: string): Rewritten {
  const original = significant(tokenize(sql.replace(/;\s*$/, '')));
  const kind = statementKind(original);
  const { tokens: typed, types } = rewriteTypes(original);
  const returning = withoutInto(typed);
  const defined = kind === 'ddl' ? rewriteDefinition(returning.tokens) : rewriteMerge(returning.tokens);
  const words = foldNames(spaced(rewriteExpressions(defined)));
  const { tokens, binds } = numberBinds(words);
  return {
    kind,
    sql: untokenize(tokens),
    binds,
    types,
    locks: locksRows(original),
    returns: returning.returns,
    insert: returning.returns ? null : insertOf(significant(tokens)),
    wait: waits(original),
  };
}

function insertOf(tokens: readonly Token[]): Rewritten['insert'] {
  if (!isWord(tokens[0], 'insert')) return null;
  const values = tokens.findIndex((token) => isWord(token, 'values'));
  if (values < 0 || !isSymbol(tokens[values + 1], '(') || closing(tokens, values + 1) !== tokens.length) return null;
  return { head: untokenize(spaced(tokens.slice(0, values))), values: tokens.slice(values + 2, -1) };
}

/** Folding looks at neighbours, and words must not grow together. */
const spaced = (tokens: readonly Token[]): Token[] =>
  tokens.flatMap((token) => [token, { kind: 'space' as const, text: ' ', at: token.at }]);

function withoutInto(tokens: readonly Token[]): { tokens: Token[]; returns: boolean } {
  const returning = tokens.findLastIndex((token) => isWord(token, 'returning'));
  const into = returning < 0 ? -1 : tokens.findIndex((token, index) => index > returning && isWord(token, 'into'));
  return into < 0 ? { tokens: [...tokens], returns: false } : { tokens: tokens.slice(0, into), returns: true };
}

function numberBinds(tokens: readonly Token[]): { tokens: Token[]; binds: number } {
  let binds = 0;
  const numbered = tokens.map((token) => (token.kind === 'bind' ? { ...token, text: `$${++binds}` } : token));
  return { tokens: numbered, binds };
}

const locksRows = (tokens: readonly Token[]): boolean =>
  tokens.some((token, index) => isWord(token, 'for') && isWord(tokens[index + 1], 'update')) || isWord(tokens[0], 'lock');

function waits(tokens: readonly Token[]): number | null {
  const at = tokens.findIndex((token) => isWord(token, 'wait'));
  return at < 0 ? null : Number(tokens[at + 1]?.text ?? 0);
}
