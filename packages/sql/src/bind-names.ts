import { EtlError } from '@etl/sdk';
import type { Dialect } from './dialect.js';
import { Fragment, raw, untyped } from './fragment.js';

/** What must stay as it is, before the names: strings, quoted names, comments, dollar quotes, casts. */
const others = String.raw`"(?:[^"]|"")*"|${'`'}[^${'`'}]*${'`'}|--[^\n]*|/\*[\s\S]*?\*/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|::|:=|(?<![\w:]):([A-Za-z_]\w*)`;
const plainStrings = String.raw`'(?:[^']|'')*'`;
const escapedStrings = String.raw`'(?:[^'\\]|\\[\s\S]|'')*'`;

/**
 * A statement of a person with its parameters bound where `:name` stands: not inside strings, quoted names, comments, dollar quotes, nor in casts
 * (`::`). `valueOf` gives what stands for a name; a name that it does not know stays as it is.
 */
export function bindNames(
  statement: string,
  { values: { backslashEscapes } }: Pick<Dialect, 'values'>,
  valueOf: (name: string) => Fragment | null,
): Fragment {
  const token = new RegExp(`${backslashEscapes ? escapedStrings : plainStrings}|${others}`, 'g');
  const pieces: Fragment[] = [];
  let from = 0;
  for (const match of statement.matchAll(token)) {
    const name = match[2];
    const value = name === undefined ? null : valueOf(name);
    if (value === null) continue;
    pieces.push(raw(statement.slice(from, match.index)), value);
    from = match.index + match[0].length;
  }
  pieces.push(raw(statement.slice(from)));
  return new Fragment(pieces.flatMap((piece) => piece.pieces));
}

/** Parameters of a job, whose types the server infers. */
export const namedValues =
  (params: { readonly [name: string]: string | null }) =>
  (name: string): Fragment | null =>
    Object.hasOwn(params, name) ? untyped(params[name] ?? null) : null;

/** One statement without what ends it. Throws CONFIG_INVALID where nothing is left. */
export function oneStatement(statement: string): string {
  const trimmed = statement.trim().replace(/[;\s]+$/, '');
  if (trimmed !== '') return trimmed;
  throw new EtlError('CONFIG_INVALID', 'A query is empty');
}
