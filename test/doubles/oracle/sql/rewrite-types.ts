import type { OracleType } from './oracle-type.js';
import { readType } from './oracle-type.js';
import { isSymbol, isWord, type Token } from './tokens.js';

/** Words that begin something other than a column between the parentheses of a table. */
const notColumns = ['constraint', 'primary', 'unique', 'foreign', 'check', 'supplemental', 'column', 'partition'];

/** Puts domains in place of Oracle's types: behind the names of columns in definitions of tables, and in CAST. Spaces must be left out. */
export function rewriteTypes(tokens: readonly Token[]): { readonly tokens: Token[]; readonly types: readonly OracleType[] } {
  const types: OracleType[] = [];
  const rewritten: Token[] = [];
  const isTable = isWord(tokens[0], 'create', 'alter') && isWord(tokens[1], 'table', 'global', 'private');
  for (let index = 0; index < tokens.length; index++) {
    const token = tokens[index];
    if (token === undefined) break;
    const mayBeType = token.kind === 'word' && (isCastType(tokens, index) || (isTable && isColumnType(tokens, index)));
    const found = mayBeType ? readType(tokens, index) : null;
    if (found === null) {
      rewritten.push(token);
      continue;
    }
    types.push(found.type);
    rewritten.push({ kind: 'quoted', text: `"SYS"."${found.type.name}"`, at: token.at });
    index += found.length - 1;
  }
  return { tokens: rewritten, types };
}

function isCastType(tokens: readonly Token[], index: number): boolean {
  if (!isWord(tokens[index - 1], 'as')) return false;
  let depth = 0;
  for (let at = index - 2; at >= 0; at--) {
    if (isSymbol(tokens[at], ')')) depth++;
    if (!isSymbol(tokens[at], '(')) continue;
    if (depth === 0) return isWord(tokens[at - 1], 'cast', 'treat');
    depth--;
  }
  return false;
}

/** Behind a name that itself stands behind a parenthesis, a comma, ADD or MODIFY. */
function isColumnType(tokens: readonly Token[], index: number): boolean {
  const name = tokens[index - 1];
  const before = tokens[index - 2];
  if (name === undefined || (name.kind !== 'word' && name.kind !== 'quoted') || isWord(name, ...notColumns)) return false;
  return isSymbol(before, '(') || isSymbol(before, ',') || isWord(before, 'add', 'modify');
}
