import { serverError } from '../sql/errors.js';
import { failureOf } from '../sql/oracle-failure.js';
import type { Rewritten } from '../sql/rewrite.js';
import { untokenize } from '../sql/tokens.js';
import type { BatchError } from '../wire/answers.js';
import type { BindType } from '../wire/bind.js';
import type { Answer, Backend } from './backend.js';
import { castOf, withCasts } from './bind-casts.js';
import { explained } from './explain-length.js';

export interface DmlResult {
  readonly count: number;
  /** Rows that each element of the array changed. */
  readonly counts: readonly number[];
  readonly errors: readonly BatchError[];
  /** What RETURNING gave, for each element. */
  readonly returned: readonly Answer[];
}

export interface Dml {
  readonly statement: Rewritten;
  readonly binds: readonly BindType[];
  readonly rows: readonly (readonly (string | null)[])[];
  /** Go on behind a row that is refused. */
  readonly batchErrors: boolean;
}

/** Runs a statement once for each row of values; all of it is undone where it fails, unless errors are collected. */
export async function runDml(backend: Backend, dml: Dml): Promise<DmlResult> {
  const insert = dml.rows.length > 1 ? dml.statement.insert : null;
  if (insert !== null && dml.binds.length > 0) return insertRows(backend, dml, insert);
  let last: readonly (string | null)[] = [];
  try {
    return await backend.atomically(() => rowByRow(backend, dml, (row) => (last = row)));
  } catch (cause) {
    throw await explained(backend, cause, { statement: dml.statement, row: last });
  }
}

async function rowByRow(
  backend: Backend,
  { statement, binds, rows, batchErrors }: Dml,
  begin: (row: readonly (string | null)[]) => void,
): Promise<DmlResult> {
  const sql = withCasts(statement.sql, binds);
  const counts: number[] = [];
  const errors: BatchError[] = [];
  const returned: Answer[] = [];
  for (const [offset, row] of rows.entries()) {
    begin(row);
    try {
      const run = (): Promise<Answer> => backend.query(sql, row);
      const answer = await (batchErrors ? backend.atomically(run) : run());
      counts.push(answer.count);
      returned.push(answer);
    } catch (cause) {
      if (!batchErrors) throw cause;
      errors.push(batchError(await explained(backend, cause, { statement, row }), offset));
      counts.push(0);
    }
  }
  return { count: counts.reduce((sum, count) => sum + count, 0), counts, errors, returned };
}

/** An array of rows by one statement; where it is refused, its halves, until the refused row stands alone. */
async function insertRows(backend: Backend, dml: Dml, insert: NonNullable<Rewritten['insert']>): Promise<DmlResult> {
  const sql = arrayInsert(insert, dml.binds);
  const errors: BatchError[] = [];
  const insertRange = async (from: number, to: number): Promise<void> => {
    const rows = dml.rows.slice(from, to);
    const columns = dml.binds.map((_, column) => rows.map((row) => row[column] ?? null));
    try {
      await backend.atomically(() => backend.query(sql, columns));
    } catch (cause) {
      if (serverError(cause) === null) throw cause;
      if (to - from > 1) {
        const middle = (from + to) >> 1;
        await insertRange(from, middle);
        await insertRange(middle, to);
        return;
      }
      const reason = await explained(backend, cause, { statement: dml.statement, row: rows[0] ?? [] });
      if (!dml.batchErrors) throw reason;
      errors.push(batchError(reason, from));
    }
  };
  await backend.atomically(() => insertRange(0, dml.rows.length));
  const refused = new Set(errors.map(({ offset }) => offset));
  const counts = dml.rows.map((_, row) => (refused.has(row) ? 0 : 1));
  return { count: counts.length - errors.length, counts, errors, returned: [] };
}

/** `insert … select … from unnest(…)`: a bind becomes a column of texts, cast as a bind would be. */
function arrayInsert({ head, values }: NonNullable<Rewritten['insert']>, binds: readonly BindType[]): string {
  const columns = binds.map((_, index) => `b${index + 1}`);
  const expressions = values.map((token) => {
    if (token.kind !== 'bind') return token;
    const place = Number(token.text.slice(1));
    return { ...token, text: `cast(b.b${place} as ${castOf(binds[place - 1]) ?? 'text'})` };
  });
  const arrays = columns.map((_, index) => `$${index + 1}::text[]`).join(', ');
  return `${head} select ${untokenize(expressions)} from unnest(${arrays}) with ordinality b(${columns.join(', ')}, place) order by place`;
}

function batchError(cause: unknown, offset: number): BatchError {
  const error = failureOf(cause);
  if (error === null) throw cause;
  return { ...error, offset };
}
