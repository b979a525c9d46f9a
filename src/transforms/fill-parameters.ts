import { duckDbType } from '@etl/columnar';
import { EtlError, suggestion } from '@etl/sdk';
import { sqlTokens, type SqlToken } from './sql-tokens.js';
import type { BindContext, ParamValue } from './step.js';

/** SQL whose parameters are bound by name; the same SQL always has the same values. */
export interface FilledSql {
  readonly sql: string;
  readonly values: { readonly [name: string]: string | null };
  /** Offsets in what was written of the offsets in `sql`. */
  readonly origin: (offset: number) => number;
  /** The parameters in use. */
  readonly params: readonly ParamValue[];
}

/**
 * Turns each `:name` into a bound parameter of its type; not in strings, comments or `::`, nor where the colon parts a slice (`name[1:n]`) or
 * a key from its value (`{'key':n}`): there a parameter needs a colon of its own, `name[1: :n]`. Throws CONFIG_INVALID for an unknown name.
 */
export function fillParameters(sql: string, { params, started }: Pick<BindContext, 'params' | 'started'>): FilledSql {
  const known = new Map([
    ...params,
    ['run_started', { type: { kind: 'timestamp', zoned: true, digits: 6 }, value: started } satisfies ParamValue] as const,
  ]);
  const values: { [name: string]: string | null } = {};
  const used: ParamValue[] = [];
  const moves: { readonly to: number; readonly from: number }[] = [];
  let filled = '';
  const brackets = new Brackets();
  for (const token of sqlTokens(sql)) {
    const { kind, text, at } = token;
    const name = kind === 'parameter' && !brackets.partsHere ? text.slice(1) : null;
    brackets.take(token);
    if (name === null) {
      filled += text;
      continue;
    }
    const value = known.get(name);
    if (value === undefined) throw unknownParameter(name, [...known.keys()]);
    moves.push({ to: filled.length, from: at });
    filled += parameterSql(name, value);
    moves.push({ to: filled.length, from: at + text.length });
    values[name] = value.value;
    used.push(value);
  }
  return { sql: filled, values, params: used, origin: (offset) => originOf(moves, offset) };
}

/** Which brackets are open, and whether a colon here would part two things. */
class Brackets {
  readonly #open: string[] = [];
  #last: SqlToken | null = null;

  get partsHere(): boolean {
    const kind = this.#open.at(-1);
    if (kind !== '{' && kind !== '[' && kind !== 'subscript') return false;
    return endsValue(this.#last) || (kind === 'subscript' && this.#last?.text === '[');
  }

  take(token: SqlToken): void {
    if (token.kind === 'space') return;
    if (token.text === '[') this.#open.push(endsValue(this.#last) ? 'subscript' : '[');
    else if (token.text === '{' || token.text === '(') this.#open.push(token.text);
    else if (token.text === ']' || token.text === '}' || token.text === ')') this.#open.pop();
    this.#last = token;
  }
}

const endsValue = (token: SqlToken | null): boolean => token !== null && (token.kind !== 'symbol' || [')', ']', '}'].includes(token.text));

function parameterSql(name: string, { type }: ParamValue): string {
  return type.kind === 'bytes' ? `encode($${name})` : `cast($${name} as ${duckDbType(type)})`;
}

function originOf(moves: readonly { to: number; from: number }[], offset: number): number {
  const last = moves.findLast(({ to }) => to <= offset);
  return last === undefined ? offset : last.from + offset - last.to;
}

function unknownParameter(name: string, names: readonly string[]): EtlError {
  const hint = suggestion(
    `:${name}`,
    names.map((each) => `:${each}`),
    { what: 'Parameters are' },
  );
  return new EtlError('CONFIG_INVALID', `:${name} is not a parameter of the job`, hint === undefined ? {} : { hint });
}
