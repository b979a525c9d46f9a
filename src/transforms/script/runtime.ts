import { parentPort, workerData } from 'node:worker_threads';
import type { BatchTransform, RowTransform } from '@etl/sdk';
import type { BatchAnswer, CellsMessage, FailedAnswer, RowAnswer, ScriptFacts, WorkerAnswer, WorkerTask } from './protocol.js';
import { BatchScript } from './runtime-batch-script.js';
import { RowFault, RowScript } from './runtime-row-script.js';
import type { RowMaker } from './runtime-rows.js';
import { ValueFault } from './runtime-values.js';

/** Serves the default export of a script in a worker: bundled together with it. */
export function serve(script: { readonly default?: unknown }, make: RowMaker): void {
  const task = workerData as WorkerTask;
  const port = parentPort;
  if (port === null) throw new Error('A script runs in a worker');
  const answer = (message: WorkerAnswer, transfer: ArrayBuffer[] = []): void => port.postMessage(message, transfer);
  const facts = factsOf(script.default);
  if (typeof facts === 'string') {
    answer({ kind: 'failed', message: facts, stack: null, row: null, isValue: true });
    return;
  }
  if (task.kind === 'describe') {
    answer({ kind: 'facts', facts });
    return;
  }
  const running =
    facts.kind === 'row'
      ? new RowScript(script.default as RowTransform, make, task)
      : new BatchScript(script.default as BatchTransform, make, task);
  // One batch after the other, also where rows are waited for
  let last = Promise.resolve();
  port.on('message', (cells: CellsMessage) => {
    last = last
      .then((): Promise<RowAnswer | BatchAnswer> => running.run(cells))
      .then(
        (done) => answer(done, buffersOf(done)),
        (error: unknown) => answer(failed(error)),
      );
  });
  answer({ kind: 'ready' });
}

function factsOf(transform: unknown): ScriptFacts | string {
  if (typeof transform !== 'object' || transform === null)
    return 'it has no default export: write export default defineTransform({ row: (row) => … })';
  const { columns = {}, row, batch } = transform as { readonly [name in 'columns' | 'row' | 'batch']?: unknown };
  const isRow = typeof row === 'function';
  if (isRow === (typeof batch === 'function'))
    return isRow ? 'it has both row and batch: keep one' : 'it has neither a function row nor a function batch';
  return isColumns(columns)
    ? { kind: isRow ? 'row' : 'batch', columns: { ...columns } }
    : 'columns must be a map of column to type name, or to null';
}

const isColumns = (columns: unknown): columns is ScriptFacts['columns'] =>
  typeof columns === 'object' && columns !== null && Object.values(columns).every((type) => type === null || typeof type === 'string');

function buffersOf(answer: WorkerAnswer): ArrayBuffer[] {
  const arrays =
    answer.kind === 'rows'
      ? [answer.status, answer.bytes, ...answer.columns.map(({ index }) => index)]
      : answer.kind === 'batch'
        ? [answer.bytes, answer.index]
        : [];
  return arrays.map(({ buffer }) => buffer).filter((buffer) => buffer instanceof ArrayBuffer);
}

function failed(error: unknown): FailedAnswer {
  const row = error instanceof RowFault ? error.row : null;
  const cause: unknown = error instanceof RowFault ? error.cause : error;
  const isValue = cause instanceof ValueFault;
  const message =
    cause instanceof Error ? (isValue ? cause.message : `${cause.name}: ${cause.message}`) : `it threw ${typeof cause}, not an Error`;
  return { kind: 'failed', message, stack: cause instanceof Error ? (cause.stack ?? null) : null, row, isValue };
}
