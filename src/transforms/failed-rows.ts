import { quote, type Session } from '@etl/columnar';
import type { EtlError } from '@etl/sdk';
import { isEtlError, type Schema } from '@etl/sdk';
import type { AnswerCells } from './answer-cells.js';
import { placeColumn } from './expression-levels.js';
import { planExpressions, type ExpressionPlan } from './expression-plan.js';

const rowTable = '_etl_rows';
const orderColumn = '_etl_order';
/** So many rows of a batch are asked for their own reason; the others get the reason of their step's first. */
const mostReasons = 50;

/** Whether the error may come from the values of single rows. */
export const isRowError = (error: unknown): error is EtlError =>
  isEtlError(error) && (error.code === 'DATA_INVALID' || error.code === 'SQL_FAILED' || error.code === 'INTERNAL');

interface Failure {
  readonly session: Session;
  readonly plan: ExpressionPlan;
  /** The relation of the rows, without order. */
  readonly rows: string;
  readonly error: EtlError;
}

/**
 * A statement failed: finds the rows whose expressions fail, so that they alone are rejected. TRY finds them all in one statement; where an
 * expression does not allow it, halves are run until a row stands alone. Throws the error where no row fails alone.
 */
export async function settleFailedRows(answer: AnswerCells, failure: Failure): Promise<void> {
  const { session, rows } = failure;
  await session.run(
    `create or replace temp table ${rowTable} as select *, row_number() over () - 1 as ${orderColumn}, 0 as ${placeColumn} from ${rows}`,
  );
  try {
    const places = (await tryAll(answer, failure)) ?? (await halve(answer, failure));
    if (!places.some((place) => place < 0)) throw failure.error;
    await explain(answer, { ...failure, places });
  } finally {
    await session.run(`drop table if exists ${rowTable}`);
  }
}

const rowsOf = ({ plan }: Failure, where: string): string =>
  `select ${[...plan.sent.map(({ field }) => quote(field.name)), placeColumn].join(', ')} from ${rowTable} where ${where} order by ${orderColumn}`;

async function tryAll(answer: AnswerCells, failure: Failure): Promise<Int32Array | null> {
  const { session, plan } = failure;
  try {
    for await (const batch of session.stream(plan.selectTried(rowsOf(failure, 'true')), plan.answer, { values: plan.values }))
      answer.append(batch);
  } catch (error) {
    if (!isRowError(error)) throw error;
    answer.clear();
    return null;
  }
  answer.assertComplete();
  return answer.places();
}

async function halve(answer: AnswerCells, failure: Failure): Promise<Int32Array> {
  const ranges: { from: number; to: number }[] = [{ from: 0, to: answer.expected }];
  for (let range = ranges.pop(); range !== undefined; range = ranges.pop()) {
    const { from, to } = range;
    const error = await appendRange(answer, failure, range);
    if (error === null) continue;
    if (to - from === 1) await appendFailed(answer, failure, from);
    else {
      const middle = (from + to) >> 1;
      ranges.push({ from: middle, to }, { from, to: middle });
    }
  }
  answer.assertComplete();
  return answer.places();
}

async function appendRange(answer: AnswerCells, failure: Failure, { from, to }: { from: number; to: number }): Promise<EtlError | null> {
  const { session, plan } = failure;
  const before = answer.rows;
  try {
    const rows = rowsOf(failure, `${orderColumn} between ${from} and ${to - 1}`);
    for await (const batch of session.stream(plan.select(rows), plan.answer, { values: plan.values })) answer.append(batch);
    return null;
  } catch (error) {
    if (!isRowError(error)) throw error;
    answer.clear(before);
    return error;
  }
}

/** The row alone fails: the answer is the step at which it does, with what the steps before it made. */
async function appendFailed(answer: AnswerCells, failure: Failure, order: number): Promise<void> {
  const { session, plan } = failure;
  const relation = rowsOf(failure, `${orderColumn} = ${order}`);
  for (let count = plan.steps.length - 1; count >= 0; count--) {
    const fewer = planExpressions(plan.steps.slice(0, count));
    const columns = plan.answer.fields.map(({ name }) =>
      name === placeColumn ? `${-(count + 1)}::integer` : fewer.answer.fields.some((field) => field.name === name) ? quote(name) : 'null',
    );
    const known = `select ${plan.sent
      .map(({ field }) => quote(field.name))
      .concat(placeColumn)
      .join(', ')} from (${relation})`;
    try {
      for await (const batch of session.stream(`select ${columns.join(', ')} from (${fewer.select(known)})`, plan.answer, {
        values: fewer.values,
      }))
        answer.append(batch);
      return;
    } catch (error) {
      if (!isRowError(error)) throw error;
    }
  }
}

/** Asks for the reasons. The messages of DuckDB come without values. */
async function explain(answer: AnswerCells, failure: Failure & { readonly places: Int32Array }): Promise<void> {
  const { session, plan, places } = failure;
  const firstOfStep = new Map<number, string>();
  let asked = 0;
  for (let order = 0; order < places.length; order++) {
    const place = places[order] ?? 0;
    if (place >= 0) continue;
    let reason = asked < mostReasons ? null : (firstOfStep.get(place) ?? null);
    if (reason === null) {
      asked++;
      const schema: Schema = plan.answer;
      reason = await reasonOf(async () => {
        const rows = rowsOf(failure, `${orderColumn} = ${order}`);
        for await (const { length } of session.stream(plan.select(rows), schema, { values: plan.values })) if (length > 0) return;
      });
    }
    firstOfStep.set(place, firstOfStep.get(place) ?? reason);
    answer.setReason(order, reason);
  }
}

async function reasonOf(attempt: () => Promise<void>): Promise<string> {
  try {
    await attempt();
  } catch (error) {
    if (isRowError(error)) return error.message;
    throw error;
  }
  return 'the expression fails on this row';
}
