import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { rm } from 'node:fs/promises';
import { quote } from '@etl/columnar';
import { EtlError, type Json, type PartWriter, type Schema } from '@etl/sdk';
import { rowNumberColumn, type StageResources, type StepCounts } from '../transforms/step.js';
import type { SpoolLoad } from './bind-job.js';
import { emptyCounts, type LaneCounts, type LaneMark } from './lane-counts.js';
import { cancelled, runLanePart, type RejectSink } from './lane.js';
import { assertEdge } from './ledger.js';
import { dryWriter } from './dry-writer.js';
import { openLoad, openPart, type OpenLoad } from './open-load.js';
import { tableOf, type SpoolTables } from './operate-phase.js';
import type { PreparedRun } from './prepare-run.js';
import { sideBySide } from './side-by-side.js';
import type { Spool } from './spool.js';

/** Loads that run at the same time. */
const loadsSideBySide = 2;

/** Rows that cross to the target as one Parquet file. */
const parquetRows = 1_000_000;

interface LoadWorld {
  readonly spool: Spool;
  /** Identity of the spool: staging made from another one is dropped. */
  readonly spoolId: string;
  readonly tables: SpoolTables;
  readonly resources: StageResources;
  readonly opened: Map<string, OpenLoad>;
}

/** Stages every load that reads the spool. Loads that were begun are in `opened`, also when it fails. */
export async function runSpoolLoads(prepared: PreparedRun, world: LoadWorld): Promise<void> {
  const tailed = new Map<string, readonly StepCounts[]>();
  await sideBySide(prepared.bound.spoolLoads, loadsSideBySide, async (entry) => {
    const { load } = entry;
    if (prepared.settled.has(load.name)) return;
    const counts = await runSpoolLoad(prepared, entry, world);
    const given = prepared.ledger.out(load.dataset);
    if (given !== null) assertEdge(load.dataset, { given, got: counts.read });
    if (counts.steps.length > 0) tailed.set(load.dataset, counts.steps);
    prepared.ledger.setRefused(load.name, counts.refused);
    await prepared.context.failpoint('engine.loaded');
  });
  for (const [dataset, steps] of tailed) prepared.ledger.addSteps(dataset, steps);
}

async function runSpoolLoad(prepared: PreparedRun, entry: SpoolLoad, world: LoadWorld): Promise<LaneCounts> {
  const { context, run, options } = prepared;
  const { spool, spoolId, opened, resources } = world;
  const { load, stages, input, output } = entry;
  const table = await orderedTable(prepared, entry, world);
  if (!options.dryRun) opened.set(load.name, await openLoad(prepared, load, { schema: output, parts: ['0'], spool: spoolId }));
  const writer = options.dryRun ? dryWriter(prepared, load) : await openedPart(opened, load.name);
  const rejects = await context.rejects(run)(load.dataset, `load-${load.name}`);
  let rows = 0;
  const onRows = (more: number): void => {
    rows += more;
    context.progress({ type: 'dataset', dataset: load.dataset, phase: 'load', rows, done: false });
  };
  try {
    const isPlain = stages.length === 0 && writer.writeParquet !== undefined;
    const counts = isPlain
      ? await moveParquet(prepared, { spool, table, input, writer, rejects, onRows, resources })
      : await runLanePart({
          stages, input, output, writer, rejects, resources, onRows,
          source: (after) => spool.read(table, input, after),
          checkpoint: context.checkpoint, failpoint: context.failpoint,
        }); // prettier-ignore
    context.progress({ type: 'dataset', dataset: load.dataset, phase: 'load', rows: counts.read, done: true });
    return counts;
  } finally {
    await writer.close();
    await rejects.close();
  }
}

async function openedPart(opened: ReadonlyMap<string, OpenLoad>, name: string): Promise<PartWriter> {
  const open = opened.get(name);
  if (open === undefined) throw new EtlError('INTERNAL', `Load ${name} was not begun`);
  return openPart(open, '0');
}

/** The table of the dataset, or a copy in the order that the load asks for; ties keep their order. */
async function orderedTable({ bound, job }: PreparedRun, { load, input }: SpoolLoad, { spool, tables }: LoadWorld): Promise<string> {
  const table = tableOf(tables, load.dataset);
  if (load.orderBy.length === 0) return table;
  const number = bound.operations.length + job.loads.indexOf(load);
  const ordered = quote(`${load.dataset}#by#${load.name}`);
  if ((await spool.operation(number)) !== null) return ordered;
  const columns = input.fields.map(({ name }) => quote(name)).join(', ');
  const order = [...load.orderBy.map((column) => `${quote(column)} nulls last`), rowNumberColumn].join(', ');
  await spool.drop(ordered);
  await spool.session.run(
    `create table ${ordered} as select ${columns}, row_number() over (order by ${order}) - 1 as ${rowNumberColumn} from ${table} order by ${order}`,
  );
  await spool.saveOperation(number, { ordered: true });
  return ordered;
}

interface ParquetMove {
  readonly spool: Spool;
  readonly table: string;
  readonly input: Schema;
  readonly writer: PartWriter;
  readonly rejects: RejectSink;
  readonly onRows: (rows: number) => void;
  readonly resources: StageResources;
}

/** Hands rows over as Parquet files: nothing crosses JavaScript. Saved range by range. */
async function moveParquet({ context }: PreparedRun, move: ParquetMove): Promise<LaneCounts> {
  const { spool, table, input, writer, rejects, onRows, resources } = move;
  const mark = writer.after as LaneMark | null;
  if (mark?.done === true) return mark.counts;
  await rejects.truncate(mark?.rejects ?? 0);
  let counts = mark?.counts ?? emptyCounts([]);
  let position: Json = mark?.position ?? null;
  const columns = input.fields.map(({ name }) => quote(name)).join(', ');
  const order = (await spool.isInOrder(table)) ? '' : ` order by ${rowNumberColumn}`;
  const session = await spool.connect();
  const file = join(context.temporary, `load-${randomUUID()}.parquet`);
  const save = async (done: boolean): Promise<void> => {
    const refused = await writer.flush();
    counts = { ...counts, refused: counts.refused + refused.length };
    await rejects.append(refused.map((reject) => ({ ...reject, step: 'load', schema: input })));
    const offset = await rejects.sync();
    await context.failpoint('engine.rejects-synced');
    await writer.save({ position, done, counts, rejects: offset } satisfies LaneMark);
    await context.failpoint('engine.saved');
  };
  try {
    for (const range of await spool.ranges(table, position, parquetRows)) {
      if (resources.signal.aborted) throw cancelled();
      const where = `${rowNumberColumn} > ${range.after} and ${rowNumberColumn} <= ${range.last}`;
      const rows = await session.exportParquet(`select ${columns} from ${table} where ${where}${order}`, file, { passing: true });
      assertEdge(table, { given: range.rows, got: rows });
      await writer.writeParquet?.({ path: file, rows });
      position = range.last;
      counts = { ...counts, read: counts.read + rows, written: counts.written + rows };
      onRows(rows);
      await save(false);
    }
    await save(true);
  } finally {
    await session.close();
    await rm(file, { force: true });
  }
  return counts;
}
