import { EtlError } from '@etl/sdk';
import type { AnswerCells } from './answer-cells.js';
import { filtered, warned, type CellFrame, type Verdict } from './cell-frame.js';
import type { LevelStep } from './expression-levels.js';
import type { ExpressionPlan } from './expression-plan.js';
import type { CastStep, ExpressionStep } from './library-step.js';

/** What a group of frames was answered; the rows of one of them begin at `first` in it. */
export interface FrameAnswer {
  readonly plan: ExpressionPlan;
  readonly answer: AnswerCells;
  /** Of all rows of the group, see `AnswerCells`. */
  readonly places: Int32Array;
  readonly first: number;
  /** The work of each cast among the steps. */
  readonly casts: ReadonlyMap<LevelStep, (frame: CellFrame) => void>;
}

/**
 * Does to the frame, step by step, what the steps decided: counts, rejects and columns are those that the steps would have made one after
 * another.
 */
export function settleAnswer(frame: CellFrame, { plan, answer, places, first, casts }: FrameAnswer): void {
  const rows = frame.alive.slice(0, frame.count);
  const orders = new Int32Array(frame.rows);
  for (let i = 0; i < rows.length; i++) orders[rows[i] ?? 0] = first + i;
  const placeOf = (row: number): number => places[orders[row] ?? 0] ?? 0;
  for (const [at, step] of plan.steps.entries()) {
    const number = at + 1;
    if (step.work === 'cells') {
      casts.get(step)?.(frame);
      assertRefused(frame, step, (row) => placeOf(row) === number);
      continue;
    }
    const warning = plan.warnings.find((each) => each.step === at);
    const gone = goneVerdict(step);
    frame.sweep(step, (row) => {
      const place = placeOf(row);
      if (place === 0 && warning === undefined) return null;
      if (place === number) return gone;
      if (place === -number) return { kind: 'rejected', reason: `${step.name}: ${answer.reason(orders[row] ?? 0)}`, code: 'DATA_INVALID' };
      return warning !== undefined && answer.text(orders[row] ?? 0, warning.column) === 'true' ? warned : null;
    });
    const made = plan.derived.find((each) => each.step === at);
    if (made !== undefined) putColumn(frame, step, { name: made.name, column: answer.spread(made.column, frame, { rows, first }) });
  }
}

function goneVerdict({ effect }: ExpressionStep): Verdict {
  return effect.kind === 'check' ? { kind: 'rejected', reason: effect.reason, code: 'CHECK_FAILED' } : filtered;
}

/** SQL evaluated nothing more for a row whose cast it refused: such a row must not go on. Throws UNBALANCED. */
function assertRefused({ alive, count }: CellFrame, { name }: CastStep, isRefused: (row: number) => boolean): void {
  for (let i = 0; i < count; i++) if (isRefused(alive[i] ?? 0)) throw new EtlError('UNBALANCED', `${name} keeps a row that SQL refuses`);
}

function putColumn(
  frame: CellFrame,
  { output }: ExpressionStep,
  { name, column }: { name: string; column: CellFrame['columns'][number] },
): void {
  const at = output.fields.findIndex((field) => field.name === name);
  frame.columns = at < frame.columns.length ? frame.columns.with(at, column) : [...frame.columns, column];
}
