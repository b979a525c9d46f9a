import { EtlError } from '@etl/sdk';
import type { Dialect, ValueSyntax } from './dialect.js';
import { Fragment, raw, untyped } from './fragment.js';

/** What must stay as it is, before the names: strings, quoted names, comments, dollar quotes, casts. */
const others = String.raw`"(?:[^"]|"")*"|${'`'}[^${'`'}]*${'`'}|--[^\n]*|/\*[\s\S]*?\*/|\$([A-Za-z_]*)\$[\s\S]*?\$\1\$|::|:=|(?<![\w:]):([A-Za-z_]\w*)`;
const plainStrings = String.raw`'(?:[^']|'')*'`;
const escapedStrings = String.raw`'(?:[^'\\]|\\[\s\S]|'')*'`;

/** Where `:name` stands in a statement of a person: not inside strings, quoted names, comments, dollar quotes, nor in casts (`::`). */
export function namesIn(
  statement: string,
  { backslashEscapes }: Pick<ValueSyntax, 'backslashEscapes'>,
): readonly { readonly name: string; readonly from: number; readonly to: number }[] {
  const token = new RegExp(`${backslashEscapes ? escapedStrings : plainStrings}|${others}`, 'g');
  return [...statement.matchAll(token)].flatMap(({ 0: whole, 2: name, index }) =>
    name === undefined ? [] : [{ name, from: index, to: index + whole.length }],
  );
}

/** The statement with its parameters bound where `:name` stands. `valueOf` gives what stands for a name; a name that it does not know stays as it is. */
export function bindNames(statement: string, { values }: Pick<Dialect, 'values'>, valueOf: (name: string) => Fragment | null): Fragment {
  const pieces: Fragment[] = [];
  let done = 0;
  for (const { name, from, to } of namesIn(statement, values)) {
    const value = valueOf(name);
    if (value === null) continue;
    pieces.push(raw(statement.slice(done, from)), value);
    done = to;
  }
  pieces.push(raw(statement.slice(done)));
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
