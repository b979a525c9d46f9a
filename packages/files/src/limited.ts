import { sliceBatch, type Chunk, type Schema } from '@etl/sdk';

/** At most so many rows; the chunk that is cut has no position, since nobody can continue in its middle. */
export async function* limited(schema: Schema, chunks: AsyncIterable<Chunk>, limit: number | null): AsyncGenerator<Chunk> {
  let left = limit ?? Infinity;
  if (left <= 0) return;
  for await (const chunk of chunks) {
    const { batch } = chunk;
    if (batch.length >= left) {
      yield batch.length === left ? chunk : { ...chunk, batch: sliceBatch(schema, batch, 0, left), position: null };
      return;
    }
    left -= batch.length;
    yield chunk;
  }
}
