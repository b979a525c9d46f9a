import type { Batch, Chunk } from '@etl/sdk';

/** How much makes a group: whichever comes first. */
export interface GroupSize {
  readonly rows: number;
  /** Bytes that the batches keep alive. */
  readonly bytes: number;
}

/** Chunks in groups of at least this size, for stages whose cost lies in the number of statements. The last group may be smaller. */
export async function* groupChunks(source: AsyncIterable<Chunk>, size: GroupSize): AsyncGenerator<readonly Chunk[]> {
  let held: Chunk[] = [];
  let rows = 0;
  let bytes = 0;
  for await (const chunk of source) {
    held.push(chunk);
    rows += chunk.batch.length;
    bytes += bytesOf(chunk.batch);
    if (rows < size.rows && bytes < size.bytes) continue;
    yield held;
    held = [];
    rows = 0;
    bytes = 0;
  }
  if (held.length > 0) yield held;
}

/** Bytes that a batch keeps alive: its index, and the cells between the first and the last. */
export function bytesOf({ text, length }: Batch): number {
  if (text === undefined) return length * 64;
  const { index, stride } = text;
  const perRow = stride * 8;
  const first = index.find((at) => at >= 0) ?? 0;
  const last = index[index.length - 1] ?? first;
  return length * perRow + Math.max(0, last - first);
}
