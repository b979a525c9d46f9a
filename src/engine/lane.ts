import type { Batch, Chunk, Json, PartWriter, Position, Reject, Schema } from '@etl/sdk';
import { EtlError } from '@etl/sdk';
import type { StageResources, StageResult, StreamOperator, StreamStage } from '../transforms/step.js';
import { bytesOf, groupChunks } from './group-chunks.js';
import { addCounts, emptyCounts, type LaneCounts, type LaneMark } from './lane-counts.js';
import { prefetch } from './prefetch.js';

/** Where a lane keeps the rows that it refuses; what is not covered by a saved mark is cut off again. */
export interface RejectSink {
  append(rejects: readonly LaneReject[]): Promise<void>;
  /** Durable when it returns; answers the length in bytes. */
  sync(): Promise<number>;
  truncate(offset: number): Promise<void>;
  close(): Promise<void>;
}

export interface LaneReject extends Reject {
  readonly step: string;
  /** The schema that `values` follows, where the row has that shape. */
  readonly schema: Schema | null;
}

export interface LanePart {
  readonly stages: readonly StreamStage[];
  readonly input: Schema;
  readonly output: Schema;
  /** What rows that the source refused are called in the balance: `extract`, or nothing can be refused. */
  readonly source: (after: Json) => AsyncIterable<Chunk>;
  readonly writer: PartWriter;
  readonly rejects: RejectSink;
  readonly resources: StageResources;
  readonly checkpoint: CheckpointPolicy;
  readonly failpoint: (name: string) => Promise<void>;
  readonly onRows: (rows: number, bytes: number) => void;
}

/** How much may be lost to a kill: whichever comes first. */
export interface CheckpointPolicy {
  readonly rows: number;
  readonly bytes: number;
  readonly milliseconds: number;
}

/** Moves one part from its source through the stages to its writer, saving as it goes, and continues where an earlier run stopped. */
export async function runLanePart(part: LanePart): Promise<LaneCounts> {
  const { stages, writer, rejects, resources, failpoint } = part;
  const names = stages.flatMap(({ steps }) => steps.map(({ name }) => name));
  const mark = writer.after as LaneMark | null;
  if (mark?.done === true) return mark.counts;
  await rejects.truncate(mark?.rejects ?? 0);
  let counts = mark?.counts ?? emptyCounts(names);
  let position: Json = mark?.position ?? null;
  let unsaved = { rows: 0, bytes: 0, since: Date.now() };
  const isFull = (): boolean => isDue(unsaved, { ...part.checkpoint, bytes: writer.saveBytes ?? part.checkpoint.bytes });

  const save = async (done: boolean): Promise<void> => {
    const refused = await writer.flush();
    counts = { ...counts, refused: counts.refused + refused.length };
    if (refused.length > 0) await rejects.append(refused.map((reject) => ({ ...reject, step: 'load', schema: part.output })));
    const offset = await rejects.sync();
    await failpoint('engine.rejects-synced');
    await writer.save({ position, done, counts, rejects: offset } satisfies LaneMark);
    unsaved = { rows: 0, bytes: 0, since: Date.now() };
    await failpoint('engine.saved');
  };

  for await (const moved of prefetch(transformed(part, position), { weigh: ({ bytes }) => bytes, budget: readAhead })) {
    if (moved.refused.length > 0) await rejects.append(moved.refused);
    if (moved.batch.length > 0) await writer.write(moved.batch, moved.release);
    else moved.release();
    counts = addCounts(counts, moved.counts);
    unsaved.rows += moved.counts.read;
    unsaved.bytes += moved.bytes;
    part.onRows(moved.counts.read, moved.sourceBytes);
    if (moved.position !== null) position = moved.position;
    const canStop = moved.position !== null;
    if (canStop && (resources.signal.aborted || isFull())) await save(false);
    if (resources.signal.aborted) throw cancelled();
  }
  await save(true);
  return counts;
}

export const cancelled = (): EtlError =>
  new EtlError('CANCELLED', 'The run was interrupted', { hint: 'Run it again: it continues where it stopped' });

const isDue = (unsaved: { rows: number; bytes: number; since: number }, policy: CheckpointPolicy): boolean =>
  unsaved.rows >= policy.rows || unsaved.bytes >= policy.bytes || (unsaved.rows > 0 && Date.now() - unsaved.since >= policy.milliseconds);

async function openOperators(stages: readonly StreamStage[], resources: StageResources): Promise<StreamOperator[]> {
  const operators: StreamOperator[] = [];
  try {
    for (const stage of stages) operators.push(await stage.open(resources));
  } catch (error) {
    for (const operator of operators) await operator.close();
    throw error;
  }
  return operators;
}

/** A chunk behind the stages. */
interface Moved {
  readonly batch: Batch;
  readonly refused: readonly LaneReject[];
  readonly counts: LaneCounts;
  readonly position: Position | null;
  /** Bytes that the batch keeps alive. */
  readonly bytes: number;
  readonly sourceBytes: number;
  /** See `Chunk`. */
  readonly release: () => void;
}

/** Pulls chunks through the stages, in groups where one of them works better so. Read ahead, so that stages work while the target saves. */
async function* transformed(part: LanePart, after: Json): AsyncGenerator<Moved> {
  const { source, stages, input } = part;
  const operators = await openOperators(stages, part.resources);
  const rows = Math.max(0, ...stages.map(({ groupRows }) => groupRows ?? 0));
  // Scripts and expressions work in threads of their own: meanwhile the next rows are read
  const ahead = stages.length === 0 ? source(after) : prefetch(source(after), { weigh: ({ batch }) => bytesOf(batch), budget: readAhead });
  try {
    for await (const chunks of groupChunks(ahead, { rows, bytes: groupBytes })) yield* await moveChunks(input, operators, chunks);
  } finally {
    for (const operator of operators) await operator.close();
  }
}

async function moveChunks(input: Schema, operators: readonly StreamOperator[], chunks: readonly Chunk[]): Promise<Moved[]> {
  let going = chunks.map((chunk): Going => {
    const { batch, release = () => undefined } = chunk;
    return { chunk, batch, refused: chunk.rejects.map((reject) => ({ ...reject, step: 'extract', schema: input })), steps: [], release };
  });
  for (const operator of operators) {
    const results = await operator.apply(going.map(({ batch }) => batch));
    if (results.length !== going.length) throw new EtlError('INTERNAL', `A stage answered ${results.length} of ${going.length} batches`);
    going = results.map((result, at) => through(going[at] as Going, result));
  }
  return going.map(({ chunk, batch, refused, steps, release }) => {
    const { batch: given, rejects, position, bytes: sourceBytes = 0 } = chunk;
    const counts = { read: given.length + rejects.length, rejected: rejects.length, steps, written: batch.length, refused: 0 };
    return { batch, refused, counts, position, bytes: bytesOf(batch), sourceBytes, release };
  });
}

/** A chunk between two stages. */
interface Going {
  readonly chunk: Chunk;
  readonly batch: Batch;
  readonly refused: readonly LaneReject[];
  readonly steps: LaneCounts['steps'];
  readonly release: () => void;
}

/** What a stage made of a chunk. What came goes back at once where nothing stands in it any more, else with what was made of it. */
function through(before: Going, { batch, counts, rejects, shares, release }: StageResult): Going {
  if (!shares) before.release();
  const both = (): void => {
    release();
    before.release();
  };
  return {
    chunk: before.chunk,
    batch,
    refused: [...before.refused, ...rejects],
    steps: [...before.steps, ...counts],
    release: shares ? both : release,
  };
}

/** Bytes of a group of chunks, where rows are long. */
const groupBytes = 8 * 2 ** 20;

/** Bytes that are read ahead while the target works. */
const readAhead = 4 * 2 ** 20;
