import { closing, isSymbol, isWord, type Token } from './tokens.js';

const word = (text: string): Token => ({ kind: 'word', text, at: 0 });
const symbol = (text: string): Token => ({ kind: 'symbol', text, at: 0 });

/** Definitions of Oracle in the words of PostgreSQL. Spaces must be left out; types are domains already. */
export function rewriteDefinition(tokens: readonly Token[]): Token[] {
  const [first, second] = tokens;
  if (isWord(first, 'alter') && isWord(second, 'table')) return alterTable(tokens);
  if (isWord(first, 'drop')) return dropWords(tokens).filter((token) => !isWord(token, 'constraints'));
  if (isWord(first, 'truncate')) return dropWords(tokens);
  if (isWord(first, 'rename')) return [word('alter'), word('table'), ...tokens.slice(1, 2), word('rename'), ...tokens.slice(2)];
  if (isWord(first, 'create') && isWord(second, 'table')) return createTable(tokens);
  return [...tokens];
}

/** PURGE, REUSE STORAGE, DROP STORAGE say nothing here. */
function dropWords(tokens: readonly Token[]): Token[] {
  const storage = tokens.findIndex((token) => isWord(token, 'storage'));
  const kept = storage > 0 ? tokens.slice(0, storage - 1) : tokens;
  return kept.filter((token) => !isWord(token, 'purge'));
}

/** What follows the columns (tablespace, logging, compression, segment creation) says nothing here, except AS SELECT. */
function createTable(tokens: readonly Token[]): Token[] {
  const open = tokens.findIndex((token) => isSymbol(token, '('));
  const select = tokens.findIndex((token, index) => isWord(token, 'as') && (index < open || open < 0));
  if (open < 0 || select >= 0) return [...tokens];
  const end = closing(tokens, open);
  const rest = tokens.slice(end);
  const as = rest.findIndex((token) => isWord(token, 'as'));
  return [...tokens.slice(0, end), ...(as < 0 ? [] : rest.slice(as))].filter(
    (token, index, all) => !(isWord(token, 'enable', 'using') && isWord(all[index - 1], 'null')),
  );
}

function alterTable(tokens: readonly Token[]): Token[] {
  const verb = tokens.findIndex((token, index) => index > 1 && isWord(token, 'add', 'modify', 'drop'));
  if (verb < 0) return [...tokens];
  const head = tokens.slice(0, verb);
  const rest = tokens.slice(verb + 1);
  const entries = isSymbol(rest[0], '(') ? split(rest.slice(1, closing(rest, 0) - 1)) : [rest];
  if (isWord(tokens[verb], 'drop')) return alterDrop(tokens, { head, rest, entries });
  const rewrite = isWord(tokens[verb], 'add') ? addEntry : modifyEntry;
  return [...head, ...entries.flatMap((entry, index) => [...(index === 0 ? [] : [symbol(',')]), ...rewrite(entry)])];
}

function alterDrop(
  tokens: readonly Token[],
  { head, rest, entries }: { head: readonly Token[]; rest: readonly Token[]; entries: Token[][] },
): Token[] {
  if (!isSymbol(rest[0], '(')) return [...tokens];
  return [...head, ...entries.flatMap((entry, index) => [...(index === 0 ? [] : [symbol(',')]), word('drop'), word('column'), ...entry])];
}

function addEntry(entry: readonly Token[]): Token[] {
  const isConstraint = isWord(entry[0], 'constraint', 'primary', 'unique', 'foreign', 'check');
  return [word('add'), ...(isConstraint ? [] : [word('column')]), ...entry];
}

/** `c NUMBER(5) NOT NULL`: the type, the rule, or both. */
function modifyEntry(entry: readonly Token[]): Token[] {
  const [column, ...rest] = entry;
  if (column === undefined) return [];
  const alter = [word('alter'), word('column'), column];
  const type = rest.filter((token) => token.kind === 'quoted');
  const changes: Token[][] = [];
  if (type.length > 0) changes.push([...alter, symbol(' type '), ...type]);
  const nullAt = rest.findIndex((token) => isWord(token, 'null'));
  if (nullAt >= 0) changes.push([...alter, word(isWord(rest[nullAt - 1], 'not') ? 'set' : 'drop'), word('not'), word('null')]);
  return changes.flatMap((change, index) => [...(index === 0 ? [] : [symbol(',')]), ...change]);
}

/** At commas outside parentheses. */
function split(tokens: readonly Token[]): Token[][] {
  const entries: Token[][] = [[]];
  let depth = 0;
  for (const token of tokens) {
    if (isSymbol(token, '(')) depth++;
    if (isSymbol(token, ')')) depth--;
    if (depth === 0 && isSymbol(token, ',')) entries.push([]);
    else entries.at(-1)?.push(token);
  }
  return entries;
}
