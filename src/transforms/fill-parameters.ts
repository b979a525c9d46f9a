import { duckDbType } from '@etl/columnar';
import { EtlError } from '@etl/sdk';
import { nearest } from './input-columns.js';
import { sqlTokens } from './sql-tokens.js';
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
 * Turns each `:name` into a bound parameter of its type; not in strings, comments or `::`. Within brackets and braces, where a colon may
 * also be a slice or a key, names that are no parameters stay. Throws CONFIG_INVALID for any other unknown name.
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
  let depth = 0;
  for (const { kind, text, at } of sqlTokens(sql)) {
    if (kind === 'symbol') depth += text === '[' || text === '{' ? 1 : text === ']' || text === '}' ? -1 : 0;
    const name = kind === 'parameter' ? text.slice(1) : null;
    const value = name === null ? undefined : known.get(name);
    if (name === null || (value === undefined && depth > 0)) {
      filled += text;
      continue;
    }
    if (value === undefined) throw unknownParameter(name, [...known.keys()]);
    moves.push({ to: filled.length, from: at });
    filled += parameterSql(name, value);
    moves.push({ to: filled.length, from: at + text.length });
    values[name] = value.value;
    used.push(value);
  }
  return { sql: filled, values, params: used, origin: (offset) => originOf(moves, offset) };
}

function parameterSql(name: string, { type }: ParamValue): string {
  return type.kind === 'bytes' ? `encode($${name})` : `cast($${name} as ${duckDbType(type)})`;
}

function originOf(moves: readonly { to: number; from: number }[], offset: number): number {
  const last = moves.findLast(({ to }) => to <= offset);
  return last === undefined ? offset : last.from + offset - last.to;
}

function unknownParameter(name: string, names: readonly string[]): EtlError {
  const near = nearest(name, names);
  return new EtlError('CONFIG_INVALID', `:${name} is not a parameter of the job`, {
    hint:
      near === null
        ? `Parameters are ${names.map((each) => `:${each}`).join(', ')}; declare others under params`
        : `Did you mean :${near}?`,
  });
}
