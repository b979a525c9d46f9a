import { EtlError, type Batch, type Schema } from '@etl/sdk';
import { CellFrame } from './cell-frame.js';
import { expressionPass } from './expression-pass.js';
import type { CellStep, ExpressionStep, RowPass, RowStep } from './library-step.js';
import { runRowsOnTable } from './row-table.js';
import type { StageResources, StageResult, StepCounts, StreamOperator, StreamStage } from './step.js';

/** Each batch costs a statement of some milliseconds, whatever it holds. */
const statementRows = 65_536;

/** One stage of row steps: cell steps side by side are one pass over the cells, expressions side by side one statement per batch. */
export function rowStage(steps: readonly RowStep[], input: Schema): StreamStage {
  const output = steps.at(-1)?.output ?? input;
  const stage: StreamStage = {
    kind: 'stream',
    steps,
    input,
    output,
    open: (resources) => openRowOperator(steps, { input, output, resources }),
    ...(steps.some(({ work }) => work === 'expression') && { batchRows: statementRows }),
  };
  return steps.some(({ work }) => work === 'expression') && steps.every(isSql) && keepsDerived(steps)
    ? { ...stage, runOnTable: runRowsOnTable(steps, stage) }
    : stage;
}

const isSql = (step: RowStep): boolean => step.work === 'expression' || (step.work === 'cells' && step.columns !== undefined);

/**
 * Whether every column that is derived is there at the end, once. SQL would not evaluate one that is dropped or made anew, so that a row on
 * which it fails would go on, and not be rejected as it is batch by batch.
 */
function keepsDerived(steps: readonly RowStep[]): boolean {
  let derived = new Set<string>();
  for (const step of steps) {
    if (step.work === 'expression' && step.effect.kind === 'derive') {
      if (derived.has(step.effect.column)) return false;
      derived.add(step.effect.column);
    } else if (step.work === 'cells' && step.columns !== undefined) {
      const kept = [...step.columns].filter(([, from]) => derived.has(from)).map(([name]) => name);
      if (kept.length < derived.size) return false;
      derived = new Set(kept);
    }
  }
  return true;
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
