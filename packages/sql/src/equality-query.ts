import { sqlTokens, type SqlToken } from './sql-tokens.js';

/** A column that a query holds equal to a parameter. */
export interface Equality {
  readonly name: string;
  /** As it stands in the query. */
  readonly column: string;
}

/**
 * A query that reads rows and compares columns with parameters, nothing more: rows of several runs with other values are rows of one join with the list of the values. Texts
 * are those of the query.
 */
export interface EqualityQuery {
  /** What is selected. */
  readonly list: string;
  /** It is `*` and more: the columns of a table that joins come with it. */
  readonly isStar: boolean;
  readonly from: string;
  /** What `and` joins in the condition; equalities with the parameters are left out. */
  readonly conditions: readonly string[];
  readonly equalities: readonly Equality[];
}

/** Words behind a select that are no such query, or not as one with a join. */
const barred: ReadonlySet<string> = new Set([
  'union', 'intersect', 'except', 'minus', 'group', 'having', 'limit', 'offset', 'fetch', 'window', 'over', 'procedure', 'into', 'for', 'lock', 'with', 'distinct',
  'distinctrow', 'straight_join', 'high_priority', 'or', 'xor', 'case', 'end', 'returning', 'lateral', 'values', 'table', 'qualify',
]); // prettier-ignore

/** Words in front of a bracket that call nothing. */
const plain: ReadonlySet<string> = new Set([
  'and', 'not', 'in', 'exists', 'on', 'using', 'as', 'from', 'join', 'where', 'when', 'then', 'else', 'like', 'is', 'select', 'by', 'between', 'any', 'all', 'some', 'decimal', 'char', 'varchar', 'datetime', 'time', 'div', 'mod',
]); // prettier-ignore

/** Functions of a row: any other may be one of many rows, or give another value each time. */
const ofRow: ReadonlySet<string> = new Set([
  'abs', 'cast', 'ceil', 'ceiling', 'char_length', 'coalesce', 'concat', 'concat_ws', 'convert', 'date', 'date_add', 'date_format', 'date_sub', 'datediff', 'day', 'dayofmonth',
  'extract', 'floor', 'greatest', 'hex', 'hour', 'if', 'ifnull', 'isnull', 'json_extract', 'json_unquote', 'json_value', 'last_day', 'least', 'left', 'length', 'lower', 'lpad', 'ltrim',
  'minute', 'month', 'nullif', 'nvl', 'quarter', 'replace', 'right', 'round', 'rpad', 'rtrim', 'second', 'sign', 'st_astext', 'str_to_date', 'substr', 'substring', 'trim', 'truncate',
  'upper', 'week', 'year',
]); // prettier-ignore

/** The query in parts; null: it is of another shape, or uses a parameter otherwise. */
export function equalityQuery(query: string, parameters: ReadonlySet<string>, backslashEscapes: boolean): EqualityQuery | null {
  const tokens = sqlTokens(query, backslashEscapes);
  if (tokens === null || query.includes('_etl_') || !tokens.every((token, at) => isHarmless(token, tokens[at + 1], tokens[at - 1])))
    return null;
  const top = tokens.filter(({ depth }) => depth === 0);
  const words = top.flatMap((token) => (token.kind === 'word' ? [{ ...token, word: token.text.toLowerCase() }] : []));
  const [select, ...others] = words;
  const [from, where, order] = ['from', 'where', 'order'].map((word) => others.filter((token) => token.word === word));
  if (select?.word !== 'select' || select.from !== tokens[0]?.from || from?.length !== 1 || where?.length !== 1 || (order?.length ?? 0) > 1)
    return null;
  if (others.some(({ word }) => barred.has(word))) return null;
  const end = order?.[0]?.from ?? query.length;
  const [a, b] = [from[0], where[0]];
  if (a === undefined || b === undefined || a.from > b.from || b.from > end) return null;
  const condition = tokens.filter((token) => token.from >= b.to && token.from < end);
  const terms = conjuncts(condition);
  const equalities: Equality[] = [];
  const conditions: string[] = [];
  for (const term of terms) {
    const equality = equalityOf(term, parameters, query);
    if (equality !== null) equalities.push(equality);
    else conditions.push(query.slice(term[0]?.from ?? b.to, term.at(-1)?.to ?? b.to));
  }
  // Each place of a parameter is such an equality
  const places = tokens.filter(({ kind, text }) => kind === 'parameter' && parameters.has(text.slice(1)));
  if (equalities.length === 0 || places.length !== equalities.length || terms.some((term) => term.length === 0)) return null;
  const list = query.slice(select.to, a.from);
  return { list, isStar: list.trimStart().startsWith('*'), from: query.slice(a.to, b.from), conditions, equalities };
}

/** Nothing that is a function of many rows, a variable, a hint, or unknown here. */
function isHarmless(token: SqlToken, next: SqlToken | undefined, before: SqlToken | undefined): boolean {
  if (
    token.kind === 'symbol' &&
    (token.text === '@' || token.text === '#' || token.text === ';' || token.text === '?' || token.text === '{')
  )
    return false;
  if (token.depth === 0 && token.kind === 'symbol' && (token.text === '|' || token.text === '&')) return false;
  if (next?.text !== '(' || next.kind !== 'symbol') return true;
  if (token.kind === 'quoted') return false;
  if (token.kind !== 'word') return true;
  const word = token.text.toLowerCase();
  return before?.text !== '.' && (plain.has(word) || ofRow.has(word));
}

/** The terms that `and` joins outside of brackets; the one of BETWEEN joins none. */
function conjuncts(tokens: readonly SqlToken[]): readonly (readonly SqlToken[])[] {
  const terms: SqlToken[][] = [[]];
  let between = 0;
  for (const token of tokens) {
    const word = token.kind === 'word' && token.depth === 0 ? token.text.toLowerCase() : '';
    if (word === 'between') between++;
    if (word === 'and' && between > 0) between--;
    else if (word === 'and') {
      terms.push([]);
      continue;
    }
    terms.at(-1)?.push(token);
  }
  return terms;
}

/** `column = :name`, either way around. */
function equalityOf(term: readonly SqlToken[], parameters: ReadonlySet<string>, query: string): Equality | null {
  const [first, last] = [term[0], term.at(-1)];
  if (first === undefined || last === undefined || term.length < 3) return null;
  const isLeft = first.kind === 'parameter';
  const parameter = isLeft ? first : last;
  const [equals, column] = isLeft ? [term[1], term.slice(2)] : [term.at(-2), term.slice(0, -2)];
  const name = parameter.text.slice(1);
  if (parameter.kind !== 'parameter' || !parameters.has(name) || equals?.text !== '=' || !isColumn(column)) return null;
  return { name, column: query.slice(column[0]?.from, column.at(-1)?.to) };
}

const isColumn = (tokens: readonly SqlToken[]): boolean =>
  tokens.length % 2 === 1 &&
  tokens.length <= 5 &&
  tokens.every(({ kind, text, depth }, at) => depth === 0 && (at % 2 === 1 ? text === '.' : kind === 'quoted' || (kind === 'word' && !plain.has(text.toLowerCase())))); // prettier-ignore
