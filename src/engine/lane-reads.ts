import { EtlError, type Chunk, type Json } from '@etl/sdk';
import type { ExtractLane } from './bind-job.js';
import { eachSource } from './each-source.js';
import { parentsTable } from './parents-table.js';
import type { PreparedRun } from './prepare-run.js';
import { parentColumnsOf, readPlanOf } from './read-plans.js';
import type { SpoolTables } from './operate-phase.js';
import type { Spool } from './spool.js';

/** One part of a read, as it is moved and saved. */
export interface LaneRead {
  readonly id: string;
  source(after: Json): AsyncIterable<Chunk>;
}

/** The parts of a read. One that depends on another dataset is cut by its rows, as the job's `parallel` says. */
export async function laneReads(
  prepared: PreparedRun,
  { extract }: ExtractLane,
  world: { readonly spool: Spool | null; readonly tables: SpoolTables },
): Promise<readonly LaneRead[]> {
  const { dataset, extractor, each } = extract;
  const plan = readPlanOf(prepared.plan, dataset);
  if (each === null) return plan.parts.map((part) => ({ id: part.id, source: (after) => extractor.read(part, after) }));
  const parents = await openParents(prepared, { extract }, world);
  const width = prepared.options.limit === null ? extract.parallel : 1;
  return plan.parts.flatMap((part) =>
    Array.from({ length: width }, (_, at): LaneRead => {
      const id = width === 1 ? part.id : `${part.id}-${at}`;
      const range = { id, from: Math.floor((parents.rows * at) / width), to: Math.floor((parents.rows * (at + 1)) / width) };
      return { id, source: (after) => eachSource({ extractor, part, plan, parents, range }, after) };
    }),
  );
}

async function openParents(
  { job, plan, context }: PreparedRun,
  { extract }: Pick<ExtractLane, 'extract'>,
  { spool, tables }: { readonly spool: Spool | null; readonly tables: SpoolTables },
): ReturnType<typeof parentsTable> {
  const { dataset, each } = extract;
  const columns = parentColumnsOf(plan, dataset);
  const table = each === null ? undefined : tables.get(each.dataset);
  if (spool === null || table === undefined || columns === null)
    throw new EtlError('INTERNAL', `${dataset} is read before its parents are there`);
  const parents = await parentsTable({ spool, table, dataset, columns, operation: -1 - job.extracts.indexOf(extract) });
  if (parents.empty > 0) {
    const text = `${parents.empty} rows of ${each?.dataset ?? ''} have no ${columns.fields.map(({ name }) => name).join(' or ')}: nothing of ${dataset} is read for them`;
    context.log.warn(text);
    context.progress({ type: 'message', level: 'warn', text });
  }
  await context.failpoint('engine.parents');
  return parents;
}
