import { sliceBatch, type Chunk, type Schema } from '@etl/sdk';

/** At most `rows` rows of a source; what comes after the last is not asked for. Chunks lose their positions: such a read is never continued. */
export async function* limited(source: AsyncIterable<Chunk>, schema: Schema, rows: number): AsyncGenerator<Chunk> {
  let left = rows;
  for await (const chunk of source) {
    const batch = chunk.batch.length <= left ? chunk.batch : sliceBatch(schema, chunk.batch, 0, left);
    left -= batch.length;
    yield { ...chunk, batch, position: null };
    if (left <= 0) return;
  }
}
