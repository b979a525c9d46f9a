import { nameOf, sqlTokens, type SqlToken } from './sql-tokens.js';

const ends = new Set([
  'where',
  'group',
  'order',
  'having',
  'limit',
  'offset',
  'union',
  'intersect',
  'except',
  'select',
  'qualify',
  'window',
  'on',
  'using',
  'sample',
  'values',
  'set',
]);
const begins = new Set(['from', 'join']);
/** Functions whose arguments hold a FROM of their own. */
const fromFunctions = new Set(['extract', 'substring', 'trim', 'overlay', 'position']);
const between = new Set(['lateral', 'only']);

interface Level {
  /** Within a list of tables. */
  tables: boolean;
  /** The next name is a table. */
  expects: boolean;
  readonly isFunction: boolean;
}

/**
 * Names that a query reads as tables, without its own WITH names: found in the text alone, so that a job can be laid out before anything is
 * opened. The syntax tree says it exactly when the step is bound.
 */
export function sqlDatasets(sql: string): string[] {
  const tokens = sqlTokens(sql).filter(({ kind }) => kind !== 'space');
  const found = new Map<string, string>();
  const own = ownNames(tokens);
  const levels: Level[] = [{ tables: false, expects: false, isFunction: false }];
  for (const [at, token] of tokens.entries()) {
    const level = levels.at(-1) ?? { tables: false, expects: false, isFunction: false };
    const word = token.kind === 'word' ? token.text.toLowerCase() : '';
    if (token.text === '(') {
      levels.push({
        tables: level.expects,
        expects: level.expects,
        isFunction: fromFunctions.has(tokens[at - 1]?.text.toLowerCase() ?? ''),
      });
      level.expects = false;
    } else if (token.text === ')') levels.pop();
    else if (token.text === ',') level.expects = level.tables;
    else if (begins.has(word) && !level.isFunction && !isDistinctFrom(tokens, at)) {
      level.tables = true;
      level.expects = true;
    } else if (word === 'table' && at === 0) level.expects = true;
    else if (ends.has(word)) {
      level.tables = word === 'on' || word === 'using' ? level.tables : false;
      level.expects = false;
    } else if (level.expects && !between.has(word)) {
      const name = nameOf(token);
      const next = tokens[at + 1]?.text;
      if (name !== null && next !== '(' && next !== '.' && !own.has(name.toLowerCase())) found.set(name.toLowerCase(), name);
      level.expects = false;
    }
  }
  return [...found.values()];
}

const isDistinctFrom = (tokens: readonly SqlToken[], at: number): boolean =>
  tokens[at - 1]?.text.toLowerCase() === 'distinct' && ['is', 'not'].includes(tokens[at - 2]?.text.toLowerCase() ?? '');

/** Names of WITH: a name before AS and a bracket. */
function ownNames(tokens: readonly SqlToken[]): ReadonlySet<string> {
  const names = new Set<string>();
  if (!tokens.some(({ text }) => text.toLowerCase() === 'with')) return names;
  for (const [at, token] of tokens.entries()) {
    const name = nameOf(token);
    const before = tokens[at - 1]?.text.toLowerCase() ?? '';
    if (name === null || !['with', 'recursive', ','].includes(before)) continue;
    if (beginsDefinition(tokens, at + 1)) names.add(name.toLowerCase());
  }
  return names;
}

/** `as (`, `as materialized (`, or a list of columns and then that. */
function beginsDefinition(tokens: readonly SqlToken[], start: number): boolean {
  let at = start;
  if (tokens[at]?.text === '(') {
    while (at < tokens.length && tokens[at]?.text !== ')') at++;
    at++;
  }
  if (tokens[at]?.text.toLowerCase() !== 'as') return false;
  at++;
  while (['not', 'materialized'].includes(tokens[at]?.text.toLowerCase() ?? '')) at++;
  return tokens[at]?.text === '(';
}
