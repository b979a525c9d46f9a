import { EtlError, type Batch, type Schema } from '@etl/sdk';
import { CellFrame } from './cell-frame.js';
import { expressionPass } from './expression-pass.js';
import type { CellStep, ExpressionStep, RowPass, RowStep } from './library-step.js';
import { runRowsOnTable } from './row-table.js';
import { derivedColumns, isSqlStep } from './table-levels.js';
import type { StageResources, StageResult, StepCounts, StreamOperator, StreamStage } from './step.js';

/** Each batch costs a statement of some milliseconds, whatever it holds. */
const statementRows = 65_536;

/** One stage of row steps: cell steps side by side are one pass over the cells, expressions side by side one statement per batch. */
export function rowStage(steps: readonly RowStep[], input: Schema): StreamStage {
  const stage = plainStage(steps, input);
  const from = tableStepsFrom(steps);
  if (from === null) return stage;
  if (from === 0) {
    const onTable = { ...stage, runOnTable: runRowsOnTable(steps, stage) };
    return { ...onTable, split: { lane: null, table: onTable } };
  }
  const lane = plainStage(steps.slice(0, from), input);
  const rest = plainStage(steps.slice(from), lane.output);
  return { ...stage, split: { lane, table: { ...rest, runOnTable: runRowsOnTable(steps.slice(from), rest) } } };
}

function plainStage(steps: readonly RowStep[], input: Schema): StreamStage {
  const output = steps.at(-1)?.output ?? input;
  return {
    kind: 'stream',
    steps,
    input,
    output,
    open: (resources) => openRowOperator(steps, { input, output, resources }),
    ...(steps.some(({ work }) => work === 'expression') && { batchRows: statementRows }),
  };
}

/** Where the last steps begin that are better run as SQL on a table; null: none are. */
function tableStepsFrom(steps: readonly RowStep[]): number | null {
  const last = steps.findLastIndex((step) => !isSqlStep(step));
  for (let from = last + 1; from < steps.length; from++) {
    const rest = steps.slice(from);
    if (!rest.some(({ work }) => work === 'expression')) return null;
    if (derivedColumns(rest) !== null) return from;
  }
  return null;
}

async function openRowOperator(
  steps: readonly RowStep[],
  { input, output, resources }: { input: Schema; output: Schema; resources: StageResources },
): Promise<StreamOperator> {
  const passes: RowPass[] = [];
  const close = async (): Promise<void> => {
    for (const pass of passes) await pass.close();
  };
  try {
    for (const group of groupSteps(steps)) passes.push(await openPass(group, resources));
  } catch (error) {
    await close();
    throw error;
  }
  return { apply: (batch) => applyPasses(passes, { input, output, steps, batch }), close };
}

async function applyPasses(
  passes: readonly RowPass[],
  { input, output, steps, batch }: { input: Schema; output: Schema; steps: readonly RowStep[]; batch: Batch },
): Promise<StageResult> {
  const frame = new CellFrame(input, batch);
  for (const pass of passes) await pass.apply(frame);
  assertCounted(frame.counts, { steps, rows: batch.length, left: frame.count });
  return { batch: frame.finish(output), counts: frame.counts, rejects: frame.rejects };
}

/** Every row is accounted for, at each step. Throws UNBALANCED. */
function assertCounted(
  counts: readonly StepCounts[],
  { steps, rows, left }: { steps: readonly RowStep[]; rows: number; left: number },
): void {
  let before = rows;
  for (const [at, count] of counts.entries()) {
    const accounted = count.out + count.filtered + count.deduplicated + count.rejected;
    if (count.step !== steps[at]?.name || count.in !== before || count.in !== accounted)
      throw new EtlError('UNBALANCED', `Step ${count.step}: ${count.in} rows in of ${before}, ${accounted} accounted for`);
    before = count.out;
  }
  if (counts.length !== steps.length || before !== left) throw new EtlError('UNBALANCED', `${left} rows are left of ${before}`);
}

type Group =
  | { readonly work: 'cells'; readonly steps: CellStep[] }
  | { readonly work: 'expression'; readonly steps: ExpressionStep[] }
  | Extract<RowStep, { work: 'script' }>;

/** Neighbours of one kind. An expression that makes a column anew which an expression before it made begins a new group. */
export function groupSteps(steps: readonly RowStep[]): Group[] {
  const groups: Group[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (step.work === 'script') groups.push(step);
    else if (step.work === 'cells') {
      if (last?.work === 'cells') last.steps.push(step);
      else groups.push({ work: 'cells', steps: [step] });
    } else if (last?.work === 'expression' && !makesAgain(last.steps, step)) last.steps.push(step);
    else groups.push({ work: 'expression', steps: [step] });
  }
  return groups;
}

const madeBy = ({ effect }: ExpressionStep): string | null => (effect.kind === 'derive' ? effect.column : null);

const makesAgain = (steps: readonly ExpressionStep[], step: ExpressionStep): boolean =>
  madeBy(step) !== null && steps.some((other) => madeBy(other) === madeBy(step));

async function openPass(group: Group, resources: StageResources): Promise<RowPass> {
  switch (group.work) {
    case 'cells': {
      const works = group.steps.map((step) => step.open());
      return {
        apply: (frame) => {
          for (const work of works) work(frame);
        },
        close: async () => undefined,
      };
    }
    case 'expression':
      return expressionPass(group.steps, resources);
    case 'script':
      return group.open(resources);
  }
}
