import { quote, type Session } from '@etl/columnar';
import { EtlError, type Schema } from '@etl/sdk';
import { CellFrame } from './cell-frame.js';
import { placeColumn, valuesOf, warnColumn } from './expression-levels.js';
import { isRowError } from './failed-rows.js';
import { isWarning, type CellStep, type ExpressionStep, type RowStep } from './library-step.js';
import { rowNumberColumn, type StageTables, type StepCounts, type StepReject, type StreamStage, type TableOperator } from './step.js';
import { streamTable } from './stream-table.js';
import { derivedColumns, tableLevels, warningsBefore } from './table-levels.js';
import { makeResult } from './table-result.js';
import { numberedBatches, tableRejects } from './table-rows.js';

/** Row steps that are all SQL, as statements over a whole table of the spool. Where an expression fails on some row, the rows go through the stage batch by batch instead. */
export function runRowsOnTable(steps: readonly RowStep[], stage: StreamStage): TableOperator {
  return async (tables, resources) => {
    const levels = tableLevels(steps, tables.table(tables.dataset));
    try {
      return await runLevels(levels, steps, { tables, output: stage.output });
    } catch (error) {
      if (!isRowError(error)) throw error;
      return await streamTable(stage, tables, resources);
    }
  };
}

type Values = { readonly [name: string]: string | null };

const expressionsOf = (steps: readonly RowStep[]): ExpressionStep[] => steps.filter((step) => step.work === 'expression');

/** Counting evaluates every expression, so that what fails on a row fails here, before there is a result. */
async function runLevels(
  levels: readonly string[],
  steps: readonly RowStep[],
  { tables, output }: { tables: StageTables; output: Schema },
): ReturnType<TableOperator> {
  const { session } = tables;
  const last = levels.at(-1) ?? '';
  const values = valuesOf(expressionsOf(steps));
  const columns = [...output.fields.map(({ name }) => quote(name)), rowNumberColumn].join(', ');
  const counts = await countLevels(session, last, { steps, values });
  await makeResult(tables, `select ${columns} from (${last}) where ${placeColumn} = 0`, values);
  return { counts, rejects: levelRejects(session, levels, { steps, counts }) };
}

async function countLevels(
  session: Session,
  last: string,
  { steps, values }: { steps: readonly RowStep[]; values: Values },
): Promise<StepCounts[]> {
  const warnings = warningsBefore(steps, steps.length).map((column) => `count_if(${column}) as ${column}`);
  // A hash, since DuckDB counts a column without nulls without looking at it
  const evaluated = [...(derivedColumns(steps) ?? [])].map((column) => `bit_xor(hash(${quote(column)}))`);
  const groups = await session.rows(
    `select ${[placeColumn, 'count(*) as rows', ...warnings, ...evaluated].join(', ')} from (${last}) group by ${placeColumn}`,
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
    if (counts[at]?.rejected === 0) continue;
    const refused = `select * from (${levels[at + 1] ?? ''}) where ${placeColumn} = ${at + 1}`;
    const values = valuesOf(expressionsOf(steps.slice(0, at + 1)));
    if (step.work === 'expression' && step.effect.kind === 'check') {
      const { reason } = step.effect;
      const about = { step: step.name, schema: step.input, reason, code: 'CHECK_FAILED' };
      yield* tableRejects(session, `${refused} order by ${rowNumberColumn}`, about, values);
    } else if (step.work === 'cells') {
      const before = `select * from (${levels[at] ?? ''}) where ${rowNumberColumn} in (select ${rowNumberColumn} from (${refused}))`;
      yield* cellRejects(session, `${before} order by ${rowNumberColumn}`, step, values);
    }
  }
}

/** The step itself says why it refuses each of these rows. */
async function* cellRejects(session: Session, rows: string, step: CellStep, values: Values): AsyncGenerator<StepReject> {
  const apply = step.open();
  for await (const batch of numberedBatches(session, rows, { schema: step.input, values })) {
    const frame = new CellFrame(step.input, batch);
    apply(frame);
    if (frame.rejects.length !== batch.length)
      throw new EtlError('UNBALANCED', `${step.name} refuses ${frame.rejects.length} of ${batch.length} rows that SQL refuses`);
    yield* frame.rejects;
  }
}
