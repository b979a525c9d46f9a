import { EtlError, type Reject } from '@etl/sdk';
import type { LoadWorld } from './load-world.js';
import type { RowRun } from './row-run.js';
import type { BulkResult, BulkTarget, Refusal, SqlSession } from './sql-client.js';
import { ordinalColumn, ordinalOf, stagingPlan } from './staging.js';

/** What of a load tells how its rows are staged. */
export type StagingWorld = Pick<LoadWorld, 'open' | 'target' | 'shape' | 'staging'>;

/** What became of rows that were given to the staging table. */
export interface Staged {
  readonly rows: number;
  readonly rejects: readonly Reject[];
}

export interface StageRequest {
  readonly run: RowRun;
  /** Position of the part in source order. */
  readonly part: number;
  /** Number of the first row within the part. */
  readonly first: number;
}

const savepoint = '_etl_bulk';

/** Writes rows to the staging table in the open transaction; rows that the server refuses are set apart one by one, and never hide the others. */
export async function stageRows(session: SqlSession, world: StagingWorld, request: StageRequest): Promise<Staged> {
  if (request.run.length === 0) return { rows: 0, rejects: [] };
  await session.run(`savepoint ${savepoint}`);
  const result = await session.bulk(bulkTarget(world, request), request.run.batches, savepoint);
  if (result.stored) {
    const release = world.open.dialect.dml.releaseSavepoint;
    if (release !== null) await session.run(release(savepoint));
    const rejects = result.refused.map(({ row, ...refusal }) => rejectOf(world, request.run, { row, refusal }));
    return { rows: request.run.length - rejects.length, rejects };
  }
  await session.run(`rollback to savepoint ${savepoint}`);
  return setApart(session, world, { request, result });
}

/** Cuts the rows where one is known to be refused, else in halves. */
async function setApart(
  session: SqlSession,
  world: StagingWorld,
  { request, result }: { request: StageRequest; result: BulkResult },
): Promise<Staged> {
  const { run } = request;
  const known = [...result.refused].sort((a, b) => a.row - b.row);
  const reason = result.reason ?? known[0];
  if (reason === undefined) throw new EtlError('INTERNAL', 'Rows were refused without a reason');
  if (known.length === 0 && run.length === 1) return { rows: 0, rejects: [rejectOf(world, run, { row: 0, refusal: reason })] };
  const cuts =
    known.length === 0 ? [[0, run.length >> 1], [run.length >> 1, run.length]] as const : between(known.map(({ row }) => row), run.length); // prettier-ignore
  const rejects = known.map((refusal) => ({ at: refusal.row, reject: rejectOf(world, run, { row: refusal.row, refusal }) }));
  let rows = 0;
  for (const [from, to] of cuts) {
    const staged = await stageRows(session, world, { ...request, run: run.slice(from, to), first: request.first + from });
    rows += staged.rows;
    rejects.push(...staged.rejects.map((reject) => ({ at: from, reject })));
  }
  return { rows, rejects: rejects.sort((a, b) => a.at - b.at).map(({ reject }) => reject) };
}

/** The ranges between these rows. */
function between(rows: readonly number[], length: number): readonly (readonly [number, number])[] {
  const starts = [0, ...rows.map((row) => row + 1)];
  const ends = [...rows, length];
  return starts.map((start, at) => [start, ends[at] ?? length] as const).filter(([from, to]) => from < to);
}

function bulkTarget({ staging, shape, target }: StagingWorld, { part, first }: StageRequest): BulkTarget {
  const { ordinal } = stagingPlan(target, shape);
  return {
    table: staging,
    columns: shape.columns.map((field, column) => {
      const at = shape.taken[column] ?? -1;
      const given = target.schema.fields[at];
      if (given === undefined) throw new EtlError('INTERNAL', 'The shape of a load names a column that is not there');
      return { field, given, at };
    }),
    ordinal: ordinal === null ? null : { column: ordinalColumn, first: ordinalOf(part, first) },
  };
}

function rejectOf({ shape, target }: StagingWorld, run: RowRun, { row, refusal }: { row: number; refusal: Refusal }): Reject {
  const { reason, code, field } = refusal;
  const column = shape.columns.findIndex(({ name }) => name === field);
  const given = column < 0 ? undefined : target.schema.fields[shape.taken[column] ?? -1]?.name;
  return { reason, code, ...(given === undefined ? {} : { field: given }), ...run.row(row) };
}
