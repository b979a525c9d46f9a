import type { AnswerCells } from './answer-cells.js';
import { filtered, warned, type CellFrame, type Verdict } from './cell-frame.js';
import type { ExpressionPlan } from './expression-plan.js';
import type { ExpressionStep } from './library-step.js';

/**
 * Does to the frame, step by step, what the steps decided: counts, rejects and columns are those that the steps would have made one after
 * another.
 */
export function settleAnswer(frame: CellFrame, plan: ExpressionPlan, answer: AnswerCells): void {
  const rows = frame.alive.slice(0, frame.count);
  const places = answer.places();
  const orders = new Int32Array(frame.rows);
  for (let order = 0; order < rows.length; order++) orders[rows[order] ?? 0] = order;
  for (const [at, step] of plan.steps.entries()) {
    const warning = plan.warnings.find((each) => each.step === at);
    const number = at + 1;
    const gone = goneVerdict(step);
    frame.sweep(step, (row) => {
      const order = orders[row] ?? 0;
      const place = places[order] ?? 0;
      if (place === number) return gone;
      if (place === -number) return { kind: 'rejected', reason: `${step.name}: ${answer.reason(order)}`, code: 'DATA_INVALID' };
      return warning !== undefined && answer.text(order, warning.column) === 'true' ? warned : null;
    });
    const made = plan.derived.find((each) => each.step === at);
    if (made !== undefined) putColumn(frame, step, { name: made.name, column: answer.spread(made.column, rows) });
  }
}

function goneVerdict({ effect }: ExpressionStep): Verdict {
  return effect.kind === 'check' ? { kind: 'rejected', reason: effect.reason, code: 'CHECK_FAILED' } : filtered;
}

function putColumn(
  frame: CellFrame,
  { output }: ExpressionStep,
  { name, column }: { name: string; column: CellFrame['columns'][number] },
): void {
  const at = output.fields.findIndex((field) => field.name === name);
  frame.columns = at < frame.columns.length ? frame.columns.with(at, column) : [...frame.columns, column];
}
