import { duckDbType, quote } from '@etl/columnar';
import { EtlError, type FieldType } from '@etl/sdk';
import { nestLevels, placeColumn, warnColumn } from './expression-levels.js';
import type { CellSql, RowStep } from './library-step.js';
import { rowNumberColumn } from './step.js';

/** Whether a step can run as SQL on a table. */
export const isSqlStep = (step: RowStep): boolean => step.work === 'expression' || (step.work === 'cells' && step.sql !== undefined);

/** The nested SELECT behind each step; the first is that of the table alone. Rows that a step lets go stay and say so in `_etl_at`. */
export function tableLevels(steps: readonly RowStep[], table: string): string[] {
  const levels = [`select *, 0 as ${placeColumn} from ${table}`];
  for (const [at, step] of steps.entries()) {
    const inner = levels.at(-1) ?? '';
    if (step.work === 'expression') {
      const has = step.input.fields.map(({ name }) => name);
      levels.push(nestLevels(inner, [step], has, at));
    } else if (step.work === 'cells' && step.sql !== undefined) levels.push(cellLevel(inner, step.sql, { at, steps }));
    else throw new EtlError('INTERNAL', `Step ${step.name} is not SQL`);
  }
  return levels;
}

function cellLevel(inner: string, sql: CellSql, { at, steps }: { at: number; steps: readonly RowStep[] }): string {
  if (sql.kind === 'casts') return castLevel(inner, sql.types, at + 1);
  const own = [...sql.columns].map(([name, from]) => `${quote(from)} as ${quote(name)}`);
  return `select ${[...own, rowNumberColumn, placeColumn, ...warningsBefore(steps, at)].join(', ')} from (${inner})`;
}

/** A value that its new type has no room for gives its row the number of the step. */
function castLevel(inner: string, types: ReadonlyMap<string, FieldType>, number: number): string {
  const columns = [...types].map(([name, type], at) => ({ name: quote(name), cast: `_etl_cast_${at}`, to: duckDbType(type) }));
  const tried = columns.map(({ name, cast, to }) => `try_cast(${name} as ${to}) as ${cast}`);
  const misfit = columns.map(({ name, cast }) => `(${name} is not null and ${cast} is null)`).join(' or ');
  const place = `case when ${placeColumn} = 0 and (${misfit}) then ${number} else ${placeColumn} end as ${placeColumn}`;
  const replaced = columns.map(({ name, cast }) => `${cast} as ${name}`);
  const without = columns.map(({ cast }) => cast).join(', ');
  return `select * exclude (${without}) replace (${[...replaced, place].join(', ')}) from (select *, ${tried.join(', ')} from (${inner}))`;
}

export const isWarning = (step: RowStep): boolean =>
  step.work === 'expression' && step.effect.kind === 'check' && step.effect.onFail === 'warn';

export const warningsBefore = (steps: readonly RowStep[], end: number): string[] =>
  steps.slice(0, end).flatMap((step, at) => (isWarning(step) ? [warnColumn(at)] : []));

/**
 * The columns that steps derive, as they are called at the end; null where one is dropped or made anew. SQL would not evaluate such a one, so
 * that a row on which it fails would go on, and not be rejected as it is batch by batch.
 */
export function derivedColumns(steps: readonly RowStep[]): ReadonlySet<string> | null {
  let derived = new Set<string>();
  for (const step of steps) {
    if (step.work === 'expression' && step.effect.kind === 'derive') {
      if (derived.has(step.effect.column)) return null;
      derived.add(step.effect.column);
    } else if (step.work === 'cells' && step.sql?.kind === 'columns') {
      const kept = [...step.sql.columns].filter(([, from]) => derived.has(from)).map(([name]) => name);
      if (kept.length < derived.size) return null;
      derived = new Set(kept);
    }
  }
  return derived;
}
