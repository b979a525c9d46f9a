import { EtlError, type Chunk, type Json, type PartWriter } from '@etl/sdk';
import type { StageResources } from '../transforms/step.js';
import type { ExtractLane } from './bind-job.js';
import { emptyCounts, addCounts, type LaneCounts } from './lane-counts.js';
import { runLanePart } from './lane.js';
import { laneReads, type LaneRead } from './lane-reads.js';
import type { SpoolTables } from './operate-phase.js';
import { assertEdge } from './ledger.js';
import { limited } from './limited.js';
import { dryWidth, dryWriter } from './dry-writer.js';
import { openLoad, openPart, type OpenLoad } from './open-load.js';
import type { PreparedRun } from './prepare-run.js';
import { placed, readPlanOf } from './read-plans.js';
import { sideBySide } from './side-by-side.js';
import { Spool } from './spool.js';

/** Extracts that run at the same time. */
const lanesSideBySide = 4;

/** Reads extracts into their loads or the spool. Loads that were begun are in `opened`, also when it fails. */
export async function runExtracts(prepared: PreparedRun, lanes: readonly ExtractLane[], world: LaneWorld): Promise<void> {
  await sideBySide(lanes, lanesSideBySide, async (lane) => {
    const { dataset } = lane.extract;
    const settled = lane.load === null ? undefined : prepared.settled.get(lane.load.name);
    if (settled !== undefined) return;
    const counts = await runLane(prepared, lane, world).catch((error: unknown) => {
      throw placed(error, lane.extract);
    });
    prepared.ledger.addExtract(dataset, counts);
    if (lane.load !== null) prepared.ledger.setRefused(lane.load.name, counts.refused);
    await prepared.context.failpoint('engine.extracted');
  });
}

export interface LaneWorld {
  readonly spool: Spool | null;
  /** Identity of the spool: staging of rows that were read for each row of it is worth nothing with another one. */
  readonly spoolId: string | null;
  /** Tables of the datasets that are there. */
  readonly tables: SpoolTables;
  readonly resources: StageResources;
  readonly opened: Map<string, OpenLoad>;
}

async function runLane(prepared: PreparedRun, lane: ExtractLane, world: LaneWorld): Promise<LaneCounts> {
  const { spool, resources } = world;
  const { context, run, options } = prepared;
  const { extract, load: entry } = lane;
  const { dataset } = extract;
  const parts = await laneReads(prepared, lane, world);
  const sink = await openSink(prepared, lane, { ...world, parts });
  const progress = laneProgress(prepared, lane);
  const names = lane.stages.flatMap(({ steps }) => steps.map(({ name }) => name));
  const openRejects = context.rejects(run);
  const width = options.limit === null ? Math.min(extract.parallel, sink.width) : 1;
  const perPart = await sideBySide(parts, width, async (part, number) => {
    const rejects = await openRejects(dataset, part.id);
    const writer = await sink.writer(part, number);
    try {
      return await runLanePart({
        stages: lane.stages, input: lane.input, output: lane.output, writer, rejects, resources,
        source: (after) => sourceOf(prepared, lane, part, after),
        checkpoint: context.checkpoint, failpoint: context.failpoint, onRows: progress.add,
      }); // prettier-ignore
    } finally {
      await writer.close();
      await rejects.close();
    }
  });
  const counts = perPart.reduce(addCounts, emptyCounts(names));
  if (entry === null && spool !== null && !options.dryRun) await assertSpooled(prepared, spool, dataset, counts);
  progress.end();
  return counts;
}

/** Once an operation has read the table it may be gone, and was compared before. */
async function assertSpooled({ bound }: PreparedRun, spool: Spool, dataset: string, { written }: LaneCounts): Promise<void> {
  const first = bound.operations.findIndex(({ reads }) => reads.includes(dataset));
  if (first >= 0 && (await spool.operation(first)) !== null) return;
  assertEdge(dataset, { given: written, got: await spool.count(Spool.table(dataset, 0)) });
}

function sourceOf({ options }: PreparedRun, { input }: ExtractLane, part: LaneRead, after: Json): AsyncIterable<Chunk> {
  const source = part.source(after);
  return options.limit === null ? source : limited(source, input, options.limit);
}

interface LaneSink {
  readonly width: number;
  writer(part: LaneRead, number: number): Promise<PartWriter>;
}

async function openSink(
  prepared: PreparedRun,
  { load: entry, output, extract: { dataset, each } }: ExtractLane,
  { spool, spoolId, opened, parts }: LaneWorld & { readonly parts: readonly LaneRead[] },
): Promise<LaneSink> {
  if (entry !== null) {
    if (prepared.options.dryRun) return { width: dryWidth(prepared), writer: async () => dryWriter(prepared, entry) };
    const open = await openLoad(prepared, entry, {
      schema: output,
      parts: parts.map(({ id }) => id),
      spool: each === null ? null : spoolId,
    });
    opened.set(entry.name, open);
    return { width: entry.loader.traits.parts, writer: (part) => openPart(open, part.id) };
  }
  if (spool === null) throw new EtlError('INTERNAL', `There is no spool for ${dataset}`);
  const table = Spool.table(dataset, 0);
  const first = prepared.bound.operations.findIndex(({ dataset: owner, reads }) => owner === dataset || reads.includes(dataset));
  if (first < 0 || (await spool.operation(first)) === null) await spool.createTable(table, output);
  return { width: Infinity, writer: (part, number) => spool.writer({ table, schema: output, dataset, id: part.id, number }) };
}

function laneProgress(
  { context, plan }: PreparedRun,
  { extract: { dataset } }: ExtractLane,
): { add: (rows: number, bytes: number) => void; end: () => void } {
  const { expect } = readPlanOf(plan, dataset);
  let rows = 0;
  let bytes = 0;
  const tell = (done: boolean): void =>
    context.progress({
      type: 'dataset', dataset, phase: 'extract', rows, done,
      ...(bytes > 0 && { bytes }),
      ...(expect?.rows !== undefined && { expectRows: expect.rows }),
      ...(expect?.bytes !== undefined && { expectBytes: expect.bytes }),
    }); // prettier-ignore
  return {
    add(moreRows, moreBytes) {
      rows += moreRows;
      bytes += moreBytes;
      tell(false);
    },
    end: () => {
      tell(true);
    },
  };
}
