import type { Field } from '@etl/sdk';
import type { Dialect } from './dialect.js';
import type { Bind } from './sql-client.js';

interface BoundValue {
  /** null: the server infers the type, as for parameters of a person's own query. */
  readonly field: Field | null;
  readonly value: Bind;
}

/** A piece of SQL with the values bound in it; placeholders are numbered when the whole is rendered. */
export class Fragment {
  readonly pieces: readonly (string | BoundValue)[];

  constructor(pieces: readonly (string | BoundValue)[]) {
    this.pieces = pieces;
  }
}

/** SQL from a template: texts are SQL as they are, fragments keep their values. */
export function sql(strings: TemplateStringsArray, ...parts: readonly (string | Fragment)[]): Fragment {
  const pieces: (string | BoundValue)[] = [];
  for (const [at, text] of strings.entries()) {
    pieces.push(text);
    const part = parts[at];
    if (typeof part === 'string') pieces.push(part);
    else if (part !== undefined) pieces.push(...part.pieces);
  }
  return new Fragment(pieces);
}

export const raw = (text: string): Fragment => new Fragment([text]);

/** A value that is read as the type of the field. */
export const bound = (field: Field, value: Bind): Fragment => new Fragment([{ field, value }]);

/** A value whose type the server infers from where it stands. */
export const untyped = (value: Bind): Fragment => new Fragment([{ field: null, value }]);

export function joined(parts: readonly (string | Fragment)[], separator: string): Fragment {
  const pieces: (string | BoundValue)[] = [];
  for (const [at, part] of parts.entries()) {
    if (at > 0) pieces.push(separator);
    if (typeof part === 'string') pieces.push(part);
    else pieces.push(...part.pieces);
  }
  return new Fragment(pieces);
}

/** ` where a and b`, or nothing. */
export const whereAll = (conditions: readonly (string | Fragment)[]): Fragment =>
  conditions.length === 0 ? raw('') : joined([' where ', joined(conditions, ' and ')], '');

/** The statement and its values, in the order of their placeholders. */
export function render(
  { pieces }: Fragment,
  { values }: Pick<Dialect, 'values'>,
): { readonly sql: string; readonly binds: readonly Bind[] } {
  const binds: Bind[] = [];
  const texts = pieces.map((piece) => {
    if (typeof piece === 'string') return piece;
    binds.push(piece.value);
    const placeholder = values.placeholder(binds.length);
    return piece.field === null ? placeholder : values.parameter(piece.field, placeholder);
  });
  return { sql: texts.join(''), binds };
}
