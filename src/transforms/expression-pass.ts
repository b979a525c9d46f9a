import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentSql, writeSegment, type Session } from '@etl/columnar';
import { EtlError, isEtlError, textBatch, type Schema } from '@etl/sdk';
import { AnswerCells } from './answer-cells.js';
import { assembleCells } from './assemble-cells.js';
import type { CellFrame } from './cell-frame.js';
import { placeColumn } from './expression-levels.js';
import { planExpressions, type ExpressionPlan } from './expression-plan.js';
import { isRowError, settleFailedRows } from './failed-rows.js';
import type { ExpressionStep, RowPass } from './library-step.js';
import { settleAnswer } from './settle-answer.js';
import type { StageResources } from './step.js';
import { warnOfText } from './warn-of-text.js';

/**
 * Expressions side by side as one statement per batch. Only the columns that they read cross to DuckDB, and only what they made comes back:
 * all other cells stay byte for byte what they were.
 */
export async function expressionPass(steps: readonly ExpressionStep[], resources: StageResources): Promise<RowPass> {
  const plan = planExpressions(steps);
  warnOfText(
    plan.sent.map(({ field }) => field),
    steps[0]?.name ?? 'SQL',
    resources,
  );
  const session = await resources.connect();
  const interrupt = (): void => session.interrupt();
  resources.signal.addEventListener('abort', interrupt);
  return {
    apply: (frame) => applyExpressions(frame, { plan, session, temporary: resources.temporary }),
    async close() {
      resources.signal.removeEventListener('abort', interrupt);
      await session.close();
    },
  };
}

export interface Evaluation {
  readonly plan: ExpressionPlan;
  readonly session: Session;
  readonly temporary: string;
}

async function applyExpressions(frame: CellFrame, evaluation: Evaluation): Promise<void> {
  const { plan, session, temporary } = evaluation;
  const answer = new AnswerCells(frame, plan.answer);
  if (plan.sent.length === 0 || frame.count === 0) {
    const relation = `select 0 as ${placeColumn} from range(${frame.count})`;
    if (frame.count > 0) await evaluate(answer, { session, plan, relation });
    settleAnswer(frame, plan, answer);
    return;
  }
  const path = join(temporary, `rows-${randomUUID()}.csv`);
  try {
    const schema: Schema = { fields: plan.sent.map(({ field }) => field), key: [] };
    const sent = assembleCells(frame, plan.sent.map(({ at }) => frame.column(at))); // prettier-ignore
    const facts = await writeSegment(path, schema, [textBatch(schema, sent)]);
    const rows = segmentSql(path, schema, facts);
    await evaluate(answer, { session, plan, relation: `select *, 0 as ${placeColumn} from ${rows}` }).catch(async (error: unknown) => {
      if (!isRowError(error)) throw error;
      answer.clear();
      await settleFailedRows(answer, { session, plan, rows, error });
    });
  } finally {
    await rm(path, { force: true });
  }
  settleAnswer(frame, plan, answer);
}

/** Runs all steps over a relation and takes the answer of every row, in order. Throws what an expression throws. */
async function evaluate(
  answer: AnswerCells,
  { session, plan, relation }: { session: Session; plan: ExpressionPlan; relation: string },
): Promise<void> {
  try {
    for await (const batch of session.stream(plan.select(relation), plan.answer, { values: plan.values })) answer.append(batch);
  } catch (error) {
    throw isEtlError(error) ? error : new EtlError('INTERNAL', 'An expression failed', { cause: error });
  }
  answer.assertComplete();
}
