import { duckDbType, quote } from '@etl/columnar';
import type { FieldType } from '@etl/sdk';
import type { CastStep, ExpressionStep } from './library-step.js';

/** 0: the row is still there; k: step k, counted from 1, let it go; -k: its expression failed. */
export const placeColumn = '_etl_at';
/** A step that can be a level. */
export type LevelStep = ExpressionStep | CastStep;

export const warnColumn = (at: number): string => `_etl_warn_${at + 1}`;
const triedColumn = '_etl_try';

/** Values for the parameters of all steps. */
export const valuesOf = (steps: readonly LevelStep[]): { readonly [name: string]: string | null } =>
  Object.assign({}, ...steps.map((step) => (step.work === 'expression' ? step.expression.values : {}))) as {
    [name: string]: string | null;
  };

/**
 * Steps as one nested SELECT over a relation, a level for each. A row that a step lets go stays in the result and says so in `_etl_at`; no
 * later expression is evaluated for it. `has` are the columns of the relation, which must have `_etl_at`;
 * `first` is how many steps stand before these.
 */
export function nestLevels(relation: string, steps: readonly LevelStep[], has: readonly string[], first = 0): string {
  const columns = new Set(has);
  return steps.reduce((inner, step, index) => {
    const at = first + index;
    if (step.work === 'cells') return castLevel(inner, step.sql.types, { number: at + 1, columns });
    const level = `select ${levelColumns(step, at, step.expression.sql, columns)} from (${inner})`;
    if (step.effect.kind === 'derive') columns.add(step.effect.column);
    return level;
  }, relation);
}

/**
 * The same, but an expression that fails marks its row instead of ending the statement. TRY stands inside of CASE, or DuckDB would lift
 * what two expressions have in common out of it and fail there.
 */
export function nestTriedLevels(relation: string, steps: readonly LevelStep[], has: readonly string[]): string {
  const columns = new Set(has);
  return steps.reduce((inner, step, at) => {
    if (step.work === 'cells') return castLevel(inner, step.sql.types, { number: at + 1, columns });
    const tried = `select *, case when ${placeColumn} = 0 then try(struct_pack(v := ${step.expression.sql})) end as ${triedColumn} from (${inner})`;
    const failed = `case when ${placeColumn} = 0 and ${triedColumn} is null then ${-(at + 1)} else ${placeColumn} end`;
    const marked = `select * replace (${failed} as ${placeColumn}) from (${tried})`;
    const level = `select ${levelColumns(step, at, `${triedColumn}.v`, columns, triedColumn)} from (${marked})`;
    if (step.effect.kind === 'derive') columns.add(step.effect.column);
    return level;
  }, relation);
}

/** A value that its new type has no room for gives its row the number of the step. Columns that the relation lacks are left out. */
export function castLevel(
  inner: string,
  types: ReadonlyMap<string, FieldType>,
  { number, columns: has }: { readonly number: number; readonly columns: ReadonlySet<string> },
): string {
  const columns = [...types]
    .filter(([name]) => has.has(name))
    .map(([name, type], at) => ({ name: quote(name), cast: `_etl_cast_${at}`, to: duckDbType(type) }));
  if (columns.length === 0) return inner;
  const tried = columns.map(({ name, cast, to }) => `try_cast(${name} as ${to}) as ${cast}`);
  const misfit = columns.map(({ name, cast }) => `(${name} is not null and ${cast} is null)`).join(' or ');
  const place = `case when ${placeColumn} = 0 and (${misfit}) then ${number} else ${placeColumn} end as ${placeColumn}`;
  const replaced = columns.map(({ name, cast }) => `${cast} as ${name}`);
  const without = columns.map(({ cast }) => cast).join(', ');
  return `select * exclude (${without}) replace (${[...replaced, place].join(', ')}) from (select *, ${tried.join(', ')} from (${inner}))`;
}

function levelColumns({ effect }: ExpressionStep, at: number, value: string, columns: ReadonlySet<string>, leaveOut?: string): string {
  const star = leaveOut === undefined ? '*' : `* exclude (${leaveOut})`;
  const number = at + 1;
  const place = (outcome: string): string =>
    `${star} replace (case when ${placeColumn} <> 0 then ${placeColumn} ${outcome} end as ${placeColumn})`;
  switch (effect.kind) {
    case 'filter':
      return place(`when ${value} then 0 else ${number}`);
    case 'check':
      if (effect.onFail === 'reject') return place(`when not ${value} then ${number} else 0`);
      return `${star}, case when ${placeColumn} = 0 then coalesce(not ${value}, false) else false end as ${warnColumn(at)}`;
    case 'derive': {
      const column = `case when ${placeColumn} = 0 then ${value} end as ${quote(effect.column)}`;
      return columns.has(effect.column) ? `${star} replace (${column})` : `${star}, ${column}`;
    }
  }
}
