import { EtlError, type Batch, type Schema } from '@etl/sdk';
import { rowsPerPart, type StageResources, type StepCounts, type StepReject } from '../transforms/step.js';
import type { ExtractLane, Operation } from './bind-job.js';
import { runLanePart, type LaneReject, type RejectSink } from './lane.js';
import { assertEdge } from './ledger.js';
import type { PreparedRun } from './prepare-run.js';
import { Spool } from './spool.js';

/** Name of the current table of each dataset in the spool, quoted. */
export type SpoolTables = Map<string, string>;

type OperationResult = { readonly counts: readonly StepCounts[] };

/** What needs whole tables, in order; an operation that has ended in an earlier process is not repeated. */
export class Operations {
  /** The current table of each dataset that is there. */
  readonly tables: SpoolTables = new Map();
  /** Tables that are still there because the current one of the dataset is a view of them. */
  readonly #beneath = new Map<string, readonly string[]>();
  #next = 0;

  constructor(
    private readonly prepared: PreparedRun,
    private readonly spool: Spool,
    private readonly resources: StageResources,
  ) {}

  /** Takes in what these lanes have read. */
  async add(lanes: readonly ExtractLane[]): Promise<void> {
    for (const { extract, output, load } of lanes) {
      if (load !== null) continue;
      const { dataset } = extract;
      const table = Spool.table(dataset, 0);
      this.tables.set(dataset, table);
      await observe(this.prepared, this.spool, { dataset, step: 'extract', schema: output, table });
    }
  }

  /** Whether a dataset is there behind its last step. */
  isFinal(dataset: string): boolean {
    return this.tables.has(dataset) && !this.prepared.bound.operations.slice(this.#next).some((operation) => operation.dataset === dataset);
  }

  /** Runs the operations up to the first that reads what is not there yet. */
  async runReady(): Promise<void> {
    const { operations } = this.prepared.bound;
    for (let next = operations[this.#next]; next !== undefined; next = operations[this.#next]) {
      if (!next.reads.every((dataset) => this.tables.has(dataset))) return;
      await this.#run(next, this.#next);
      this.#next++;
    }
  }

  /** Shows the datasets as they are at the end. */
  async end(): Promise<void> {
    const { bound } = this.prepared;
    const [left] = bound.operations.slice(this.#next);
    if (left !== undefined) throw new EtlError('INTERNAL', `Dataset ${left.dataset} could not be made: what it reads is not there`);
    for (const [dataset, table] of this.tables) {
      const schema = bound.datasets.get(dataset);
      if (schema !== undefined) await observe(this.prepared, this.spool, { dataset, step: null, schema, table });
    }
  }

  async #run(operation: Operation, number: number): Promise<void> {
    const { prepared, spool, resources, tables } = this;
    const { context, ledger } = prepared;
    const { dataset } = operation;
    const into = Spool.table(dataset, number + 1);
    const saved = (await spool.operation(number)) as OperationResult | null;
    const lazy = operation.lazy && context.observe === null;
    const counts = saved?.counts ?? (await runOperation(prepared, { spool, resources, operation, number, into, tables, lazy }));
    ledger.addSteps(dataset, counts);
    const previous = tables.get(dataset);
    tables.set(dataset, into);
    const behind = [...(this.#beneath.get(dataset) ?? []), ...(previous === undefined ? [] : [previous])];
    const isView = await spool.isView(into);
    this.#beneath.set(dataset, isView ? behind : []);
    if (!isView) for (const older of behind.toReversed()) await spool.drop(older);
    const step = operation.stage.steps.map(({ name }) => name).join(', ');
    await observe(prepared, spool, { dataset, step, schema: operation.stage.output, table: into });
    await context.failpoint('engine.operated');
  }
}

async function observe(
  { context }: PreparedRun,
  spool: Spool,
  { table, ...seen }: { readonly dataset: string; readonly step: string | null; readonly schema: Schema; readonly table: string },
): Promise<void> {
  if (context.observe === null) return;
  const rows = async function* (): AsyncGenerator<Batch> {
    for await (const { batch } of spool.read(table, seen.schema, null)) yield batch;
  };
  await context.observe({ ...seen, rows });
}

interface OperationWork {
  readonly spool: Spool;
  readonly resources: StageResources;
  readonly operation: Operation;
  readonly number: number;
  readonly into: string;
  readonly tables: SpoolTables;
  readonly lazy: boolean;
}

async function runOperation(prepared: PreparedRun, work: OperationWork): Promise<readonly StepCounts[]> {
  const { context, run } = prepared;
  const { spool, operation, number, into, resources } = work;
  if (resources.signal.aborted)
    throw new EtlError('CANCELLED', 'The run was interrupted', { hint: 'Run it again: it continues where it stopped' });
  const { dataset, stage } = operation;
  const rejects = await context.rejects(run)(dataset, `operation-${number}`);
  const tell = (rows: number, done: boolean): void => {
    context.progress({ type: 'dataset', dataset, phase: 'transform', rows, done });
  };
  try {
    tell(0, false);
    const { counts, out } = await (stage.kind === 'table' || stage.runOnTable !== undefined
      ? onTable(work, rejects)
      : inChunks(prepared, work, rejects));
    assertEdge(dataset, { given: out, got: await spool.count(into) });
    await rejects.sync();
    await spool.saveOperation(number, { counts } satisfies OperationResult);
    tell(out, true);
    return counts;
  } finally {
    await rejects.close();
  }
}

interface OperationEnd {
  readonly counts: readonly StepCounts[];
  readonly out: number;
}

/** An interrupted one begins again: its table is made in one statement, and its rejects are cut off. */
async function onTable({ spool, resources, operation, into, tables, lazy }: OperationWork, rejects: RejectSink): Promise<OperationEnd> {
  const { stage, dataset } = operation;
  const run = stage.kind === 'table' ? stage.run : stage.runOnTable;
  if (run === undefined) throw new EtlError('INTERNAL', `Stage of ${dataset} does not run on a table`);
  await rejects.truncate(0);
  await spool.drop(into);
  const table = (name: string): string => tableOf(tables, name);
  const result = await run({ session: spool.session, table, dataset, into, lazy }, resources);
  let pending: LaneReject[] = [];
  for await (const reject of result.rejects) {
    pending.push(fromSource(reject));
    if (pending.length < 1000) continue;
    await rejects.append(pending);
    pending = [];
  }
  if (pending.length > 0) await rejects.append(pending);
  const last = result.counts.at(-1);
  if (last === undefined) throw new EtlError('INTERNAL', `Stage of ${dataset} has no step`);
  return { counts: result.counts, out: last.out };
}

/** The number that the row has in its part of the source. */
function fromSource(reject: StepReject): StepReject {
  const { origin } = reject;
  return origin === undefined ? reject : { ...reject, origin: { part: origin.part, first: origin.first % rowsPerPart } };
}

/** Row steps that cannot run as SQL: rows leave the spool, pass the steps and go back, saved as they go. */
async function inChunks(
  { context }: PreparedRun,
  { spool, resources, operation, number, into, tables }: OperationWork,
  rejects: RejectSink,
): Promise<OperationEnd> {
  const { stage, dataset } = operation;
  if (stage.kind === 'table') throw new EtlError('INTERNAL', `Stage of ${dataset} needs a table`);
  await spool.createTable(into, stage.output);
  const writer = await spool.writer({ table: into, schema: stage.output, dataset: `operation ${number}`, id: dataset, number: 0 });
  const from = tableOf(tables, dataset);
  let rows = 0;
  try {
    const counts = await runLanePart({
      stages: [stage], input: stage.input, output: stage.output, writer, rejects, resources,
      source: (after) => spool.read(from, stage.input, after),
      checkpoint: context.checkpoint, failpoint: context.failpoint,
      onRows: (more) => context.progress({ type: 'dataset', dataset, phase: 'transform', rows: (rows += more), done: false }),
    }); // prettier-ignore
    return { counts: counts.steps, out: counts.written };
  } finally {
    await writer.close();
  }
}

export function tableOf(tables: SpoolTables, dataset: string): string {
  const table = tables.get(dataset);
  if (table === undefined) throw new EtlError('INTERNAL', `Dataset ${dataset} is not in the spool`);
  return table;
}
