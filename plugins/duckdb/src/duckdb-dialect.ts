import { columnType, fieldOf, maxPrecision, quote } from '@etl/columnar';
import type { Field, FieldType } from '@etl/sdk';
import {
  typeHolds,
  typeRefuses,
  typeWidened,
  type Dialect,
  type JudgingDialect,
  type MatchingDialect,
  type SwapRules,
  type TypeLimits,
} from '@etl/sql/rules';

/** DuckDB tells no two names apart that differ in case alone, and keeps them at any length. */
const names: Dialect['names'] = {
  quote,
  longest: Infinity,
  length: (name) => name.length,
  same: (a, b) => a.toLowerCase() === b.toLowerCase(),
  spell: (name) => name,
};

const limits: TypeLimits = { decimalDigits: maxPrecision, integers: [8, 16, 32, 64, 128], unsigned: false };

const nativeOf = ({ native }: Field): string | undefined => (native?.dialect === 'duckdb' ? native.type : undefined);

/** Whether a column of the target holds every value of a column of the load exactly, or refuses it row by row. */
function holds(target: Field, given: Field): boolean {
  const [there, here] = [nativeOf(target), nativeOf(given)];
  if (there === undefined) return plainHolds(target.type, given.type);
  if (there === here) return true;
  if (there === 'BIGNUM') return given.type.kind === 'integer';
  // ENUM, UUID, INTERVAL, lists: a text that they cannot read is refused row by row. A struct would drop what it does not know
  if (target.type.kind === 'text') return here === undefined && given.type.kind === 'text';
  if (target.type.kind === 'json') return here === undefined && given.type.kind === 'json' && !/STRUCT|UNION/i.test(there);
  return plainHolds(target.type, given.type);
}

/** VARCHAR keeps no length; JSON, and what DuckDB has no type of its own for, is text to the letter. */
const plainHolds = (target: FieldType, given: FieldType): boolean =>
  target.kind === 'text' ? given.kind === 'text' || given.kind === 'json' || isWrittenOut(given) : typeHolds(target, given);

const isWrittenOut = (type: FieldType): boolean =>
  (type.kind === 'decimal' && (type.precision === undefined || type.precision > maxPrecision)) ||
  (type.kind === 'timestamp' && type.zoned && type.digits > 6);

type SharedDialect = JudgingDialect &
  MatchingDialect &
  SwapRules & { readonly values: Pick<Dialect['values'], 'backslashEscapes' | 'isTrue'> };

/** What tells DuckDB from the other SQL databases where they share their logic. */
export const duckdbDialect: SharedDialect = {
  title: 'DuckDB',
  names,
  types: {
    column: columnType,
    field: ({ name, type, nullable }) => fieldOf(name, type, nullable),
    holds,
    refuses: (target, given) => nativeOf(target) === undefined && typeRefuses(target.type, given.type),
    widened: (a, b) => (plainHolds(a, b) ? a : plainHolds(b, a) ? b : typeWidened(a, b, limits)),
  },
  values: { backslashEscapes: false, isTrue: (expression) => expression },
  dml: {
    same: (_field, left, right) => `${left} = ${right}`,
    differs: (_field, left, right) => `${left} is distinct from ${right}`,
  },
  ddl: { transactional: true },
  publish: { swap: 'in-transaction' },
};
