import { describe, expect, it } from '@jest/globals';
import { cellsOf, int64, rowBatch, text, textBatch, type Chunk, type Schema } from '@etl/sdk';
import fc from 'fast-check';
import { bytesOf, groupChunks } from '../../src/engine/group-chunks.js';

const schema: Schema = {
  fields: [
    { name: 'id', type: int64, nullable: false },
    { name: 'name', type: text, nullable: true },
  ],
  key: [],
};

const chunkArbitrary = fc.nat(6).map((rows): Chunk => {
  const batch = rowBatch(Array.from({ length: rows }, (_, row) => [BigInt(row), 'x'.repeat(row)]));
  return { batch: textBatch(schema, cellsOf(schema, batch)), rejects: [], position: rows };
});

async function* asyncChunks(chunks: readonly Chunk[]): AsyncGenerator<Chunk> {
  yield* chunks;
}

describe('groupChunks', () => {
  it('gives every chunk as it came, in order, in groups that end at the chunk that fills them', async () => {
    await fc.assert(
      fc.asyncProperty(
        fc.array(chunkArbitrary, { maxLength: 12 }),
        fc.record({ rows: fc.integer({ min: 0, max: 9 }), bytes: fc.integer({ min: 1, max: 400 }) }),
        async (given, size) => {
          const groups: (readonly Chunk[])[] = [];
          for await (const group of groupChunks(asyncChunks(given), size)) groups.push(group);
          expect(groups.flat()).toEqual(given);
          const isFull = (group: readonly Chunk[]): boolean =>
            group.reduce((sum, { batch }) => sum + batch.length, 0) >= size.rows ||
            group.reduce((sum, { batch }) => sum + bytesOf(batch), 0) >= size.bytes;
          for (const group of groups.slice(0, -1)) {
            expect(isFull(group)).toBe(true);
            expect(group.length === 1 || !isFull(group.slice(0, -1))).toBe(true);
          }
        },
      ),
      { numRuns: 100 },
    );
  });
});
