import { randomUUID } from 'node:crypto';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { segmentSql, writeSegment, type Session } from '@etl/columnar';
import { EtlError, isEtlError, textBatch, type Schema } from '@etl/sdk';
import { AnswerCells } from './answer-cells.js';
import { assembleCells } from './assemble-cells.js';
import type { CellFrame } from './cell-frame.js';
import { placeColumn, type LevelStep } from './expression-levels.js';
import { planExpressions, type ExpressionPlan } from './expression-plan.js';
import { isRowError, settleFailedRows } from './failed-rows.js';
import type { RowPass } from './library-step.js';
import { settleAnswer } from './settle-answer.js';
import type { StageResources } from './step.js';
import { warnOfText } from './warn-of-text.js';

/**
 * Expressions side by side, and casts between them, as one statement per group of batches. Only the columns that they read cross to DuckDB, and
 * only what they made comes back: all other cells stay byte for byte what they were.
 */
export async function expressionPass(steps: readonly LevelStep[], resources: StageResources): Promise<RowPass> {
  const plan = planExpressions(steps);
  warnOfText(
    plan.sent.map(({ field }) => field),
    steps[0]?.name ?? 'SQL',
    resources,
  );
  const session = await resources.connect();
  const interrupt = (): void => session.interrupt();
  resources.signal.addEventListener('abort', interrupt);
  const casts = new Map(steps.flatMap((step) => (step.work === 'cells' ? [[step, step.open()]] : [])));
  const evaluation = { plan, session, temporary: resources.temporary, answer: new AnswerCells(plan.answer) };
  return {
    async apply(frames) {
      await answerFrames(frames, evaluation);
      const { answer } = evaluation;
      const places = answer.places();
      let first = 0;
      for (const frame of frames) {
        const { count } = frame;
        settleAnswer(frame, { plan, answer, places, first, casts });
        first += count;
      }
    },
    async close() {
      resources.signal.removeEventListener('abort', interrupt);
      await session.close();
    },
  };
}

interface Evaluation {
  readonly plan: ExpressionPlan;
  readonly session: Session;
  readonly temporary: string;
  readonly answer: AnswerCells;
}

async function answerFrames(frames: readonly CellFrame[], { plan, session, temporary, answer }: Evaluation): Promise<void> {
  const rows = frames.reduce((sum, { count }) => sum + count, 0);
  answer.begin(rows);
  if (rows === 0) return;
  if (plan.sent.length === 0) {
    await evaluate(answer, { session, plan, relation: `select 0 as ${placeColumn} from range(${rows})` });
    return;
  }
  const path = join(temporary, `rows-${randomUUID()}.csv`);
  try {
    const schema: Schema = { fields: plan.sent.map(({ field }) => field), key: [] };
    const sent = frames.map((frame) => textBatch(schema, assembleCells(frame, plan.sent.map(({ at }) => frame.column(at))))); // prettier-ignore
    const facts = await writeSegment(path, schema, sent);
    const segment = segmentSql(path, schema, facts);
    await evaluate(answer, { session, plan, relation: `select *, 0 as ${placeColumn} from ${segment}` }).catch(async (error: unknown) => {
      if (!isRowError(error)) throw error;
      answer.clear();
      await settleFailedRows(answer, { session, plan, rows: segment, error });
    });
  } finally {
    await rm(path, { force: true });
  }
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
