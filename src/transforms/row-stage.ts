import { BufferPool, EtlError, type Batch, type Schema } from '@etl/sdk';
import { CellFrame } from './cell-frame.js';
import type { LevelStep } from './expression-levels.js';
import { expressionPass } from './expression-pass.js';
import { isCastStep, type CellStep, type RowPass, type RowStep } from './library-step.js';
import { runRowsOnTable } from './row-table.js';
import { derivedColumns, isSqlStep } from './table-levels.js';
import type { StageResources, StageResult, StepCounts, StreamOperator, StreamStage } from './step.js';

/** Each group of batches costs a statement of some milliseconds, whatever it holds. */
const statementRows = 65_536;
/** A script works on one batch while others are sent to it and taken from it. */
const scriptRows = 32_768;

const groupRows = { cells: 0, expression: statementRows, script: scriptRows } as const;

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
    groupRows: Math.max(0, ...steps.map(({ work }) => groupRows[work])),
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
  const pool = new BufferPool();
  return { apply: (batches) => applyPasses(passes, batches, { input, output, steps, pool }), close };
}

async function applyPasses(
  passes: readonly RowPass[],
  batches: readonly Batch[],
  { input, output, steps, pool }: { input: Schema; output: Schema; steps: readonly RowStep[]; pool: BufferPool },
): Promise<StageResult[]> {
  const frames = batches.map((batch) => new CellFrame(input, batch));
  for (const pass of passes) await pass.apply(frames);
  return frames.map((frame) => {
    assertCounted(frame.counts, { steps, rows: frame.rows, left: frame.count });
    return { ...frame.finish(output, pool), counts: frame.counts, rejects: frame.rejects };
  });
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
  | { readonly work: 'expression'; readonly steps: LevelStep[] }
  | Extract<RowStep, { work: 'script' }>;

/**
 * Neighbours of one kind; casts that SQL does too belong to the expressions on both sides of them. What makes or casts a column anew which an
 * expression before it made begins a new group.
 */
export function groupSteps(steps: readonly RowStep[]): Group[] {
  const groups: Group[] = [];
  for (const step of steps) {
    const last = groups.at(-1);
    if (step.work === 'script') groups.push(step);
    else if (step.work === 'cells') {
      if (last?.work === 'cells') last.steps.push(step);
      else groups.push({ work: 'cells', steps: [step] });
    } else {
      const casts = last?.work === 'cells' ? last.steps : [];
      const before = groups.at(casts.length === 0 ? -1 : -2);
      if (before?.work === 'expression' && casts.every(isCastStep) && !makesAgain(before.steps, [...casts, step])) {
        before.steps.push(...casts, step);
        if (casts.length > 0) groups.pop();
      } else groups.push({ work: 'expression', steps: [step] });
    }
  }
  return groups;
}

/** Columns that a step makes, or casts. */
function madeBy(step: LevelStep): readonly string[] {
  if (step.work === 'cells') return [...step.sql.types.keys()];
  return step.effect.kind === 'derive' ? [step.effect.column] : [];
}

function makesAgain(before: readonly LevelStep[], steps: readonly LevelStep[]): boolean {
  const made = new Set(before.flatMap((step) => (step.work === 'expression' ? madeBy(step) : [])));
  return steps.some((step) => madeBy(step).some((column) => made.has(column)));
}

async function openPass(group: Group, resources: StageResources): Promise<RowPass> {
  switch (group.work) {
    case 'cells': {
      const works = group.steps.map((step) => step.open());
      return {
        apply: (frames) => {
          for (const frame of frames) for (const work of works) work(frame);
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
