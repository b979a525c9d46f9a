import { quote, type Session } from '@etl/columnar';
import { EtlError, type Schema } from '@etl/sdk';
import { nestLevels, placeColumn, valuesOf, warnColumn } from './expression-levels.js';
import { isRowError } from './failed-rows.js';
import type { ExpressionStep, RowStep } from './library-step.js';
import { rowNumberColumn, type StageTables, type StepCounts, type StepReject, type StreamStage, type TableOperator } from './step.js';
import { streamTable } from './stream-table.js';
import { tableRejects } from './table-rows.js';

/** Row steps that are all SQL, as statements over a whole table of the spool. Where an expression fails on some row, the rows go through the stage batch by batch instead. */
export function runRowsOnTable(steps: readonly RowStep[], stage: StreamStage): TableOperator {
  return async (tables, resources) => {
    const levels = tableLevels(steps, tables.table(tables.dataset));
    try {
      return await runLevels(levels, steps, { tables, output: stage.output });
    } catch (error) {
      if (!isRowError(error)) throw error;
      await tables.session.run(`drop table if exists ${tables.into}`);
      return await streamTable(stage, tables, resources);
    }
  };
}

/** The nested SELECT behind each step; the first is that of the table alone. */
function tableLevels(steps: readonly RowStep[], table: string): string[] {
  const levels = [`select *, 0 as ${placeColumn} from ${table}`];
  for (const [at, step] of steps.entries()) {
    const inner = levels.at(-1) ?? '';
    const has = step.input.fields.map(({ name }) => name);
    if (step.work === 'expression') levels.push(renumbered(inner, step, { at, has }));
    else if (step.work === 'cells' && step.columns !== undefined) levels.push(chosen(inner, step.columns, { at, steps }));
    else throw new EtlError('INTERNAL', `Step ${step.name} is not SQL`);
  }
  return levels;
}

/** One level; steps are counted over all steps of the stage. */
function renumbered(inner: string, step: ExpressionStep, { at, has }: { at: number; has: readonly string[] }): string {
  return nestLevels(inner, [step], has, at);
}

function chosen(inner: string, columns: ReadonlyMap<string, string>, { at, steps }: { at: number; steps: readonly RowStep[] }): string {
  const own = [...columns].map(([name, from]) => `${quote(from)} as ${quote(name)}`);
  return `select ${[...own, rowNumberColumn, placeColumn, ...warningsBefore(steps, at)].join(', ')} from (${inner})`;
}

const expressionsOf = (steps: readonly RowStep[]): ExpressionStep[] => steps.filter((step) => step.work === 'expression');

const isWarning = (step: RowStep): boolean => step.work === 'expression' && step.effect.kind === 'check' && step.effect.onFail === 'warn';

const warningsBefore = (steps: readonly RowStep[], end: number): string[] =>
  steps.slice(0, end).flatMap((step, at) => (isWarning(step) ? [warnColumn(at)] : []));

async function runLevels(
  levels: readonly string[],
  steps: readonly RowStep[],
  { tables, output }: { tables: StageTables; output: Schema },
): ReturnType<TableOperator> {
  const { session, into } = tables;
  const last = levels.at(-1) ?? '';
  const values = valuesOf(expressionsOf(steps));
  const columns = [...output.fields.map(({ name }) => quote(name)), rowNumberColumn].join(', ');
  await session.run(`create table ${into} as select ${columns} from (${last}) where ${placeColumn} = 0`, values);
  const counts = await countLevels(session, last, { steps, values });
  const out = counts.at(-1)?.out ?? 0;
  const [stored] = await session.rows(`select count(*) as rows from ${into}`);
  if (Number(stored?.['rows']) !== out)
    throw new EtlError('UNBALANCED', `${out} rows should be in the table, but ${String(stored?.['rows'])} are`);
  return { counts, rejects: levelRejects(session, levels, { steps, counts }) };
}

async function countLevels(
  session: Session,
  last: string,
  { steps, values }: { steps: readonly RowStep[]; values: { readonly [name: string]: string | null } },
): Promise<StepCounts[]> {
  const warnings = warningsBefore(steps, steps.length).map((column) => `count_if(${column}) as ${column}`);
  const groups = await session.rows(
    `select ${[placeColumn, 'count(*) as rows', ...warnings].join(', ')} from (${last}) group by ${placeColumn}`,
    values,
  );
  const gone = new Map(groups.map((group) => [Number(group[placeColumn]), Number(group['rows'])]));
  const sum = (column: string): number => groups.reduce((total, group) => total + Number(group[column] ?? 0), 0);
  let before = groups.reduce((total, group) => total + Number(group['rows']), 0);
  return steps.map((step, at) => {
    const left = gone.get(at + 1) ?? 0;
    const isFilter = step.work === 'expression' && step.effect.kind === 'filter';
    const count = {
      step: step.name,
      in: before,
      out: before - left,
      filtered: isFilter ? left : 0,
      deduplicated: 0,
      rejected: isFilter ? 0 : left,
      warned: isWarning(step) ? sum(warnColumn(at)) : 0,
    };
    before = count.out;
    return count;
  });
}

async function* levelRejects(
  session: Session,
  levels: readonly string[],
  { steps, counts }: { steps: readonly RowStep[]; counts: readonly StepCounts[] },
): AsyncGenerator<StepReject> {
  for (const [at, step] of steps.entries()) {
    if (counts[at]?.rejected === 0 || step.work !== 'expression' || step.effect.kind !== 'check') continue;
    const { reason } = step.effect;
    const rows = `select * from (${levels[at + 1] ?? ''}) where ${placeColumn} = ${at + 1} order by ${rowNumberColumn}`;
    const values = valuesOf(expressionsOf(steps.slice(0, at + 1)));
    yield* tableRejects(session, rows, { step: step.name, schema: step.input, reason, code: 'CHECK_FAILED' }, values);
  }
}
