import { quote } from '@etl/columnar';
import { EtlError } from '@etl/sdk';
import { nestLevels, placeColumn, warnColumn } from './expression-levels.js';
import { isCastStep, isWarning, type RowStep } from './library-step.js';
import { rowNumberColumn } from './step.js';

/** Whether a step can run as SQL on a table. */
export const isSqlStep = (step: RowStep): boolean => step.work === 'expression' || (step.work === 'cells' && step.sql !== undefined);

/** The nested SELECT behind each step; the first is that of the table alone. Rows that a step lets go stay and say so in `_etl_at`. */
export function tableLevels(steps: readonly RowStep[], table: string): string[] {
  const levels = [`select *, 0 as ${placeColumn} from ${table}`];
  for (const [at, step] of steps.entries()) {
    const inner = levels.at(-1) ?? '';
    if (step.work === 'expression' || isCastStep(step)) {
      const has = step.input.fields.map(({ name }) => name);
      levels.push(nestLevels(inner, [step], has, at));
    } else if (step.work === 'cells' && step.sql?.kind === 'columns') levels.push(chosenLevel(inner, step.sql.columns, { at, steps }));
    else throw new EtlError('INTERNAL', `Step ${step.name} is not SQL`);
  }
  return levels;
}

function chosenLevel(
  inner: string,
  columns: ReadonlyMap<string, string>,
  { at, steps }: { at: number; steps: readonly RowStep[] },
): string {
  const own = [...columns].map(([name, from]) => `${quote(from)} as ${quote(name)}`);
  return `select ${[...own, rowNumberColumn, placeColumn, ...warningsBefore(steps, at)].join(', ')} from (${inner})`;
}

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
