import { describe, expect, it } from '@jest/globals';
import { int64, pickRows, rowBatch, rowNumber, text, type Chunk, type Reject, type Row, type Schema } from '@etl/sdk';
import fc from 'fast-check';
import { coalesce } from '../../src/engine/coalesce.js';

const schema: Schema = {
  fields: [
    { name: 'id', type: int64, nullable: false },
    { name: 'name', type: text, nullable: true },
  ],
  key: [],
};

const reject: Reject = { reason: 'bad', values: [] };

const chunkArbitrary = fc.record({
  rows: fc.array(fc.tuple(fc.bigInt({ min: -9n, max: 9n }), fc.option(fc.string({ unit: 'grapheme', maxLength: 5 }))), { maxLength: 6 }),
  rejects: fc.nat(2),
  hasPosition: fc.boolean(),
  isView: fc.boolean(),
});

async function* chunks(
  given: readonly { rows: readonly Row[]; rejects: number; hasPosition: boolean; isView: boolean }[],
): AsyncGenerator<Chunk> {
  let first = 0;
  for (const { rows, rejects, hasPosition, isView } of given) {
    const whole = rowBatch(rows, { part: 'a', first });
    const batch = isView ? pickRows(schema, whole, rows.map((_, row) => row)) : whole; // prettier-ignore
    first += rows.length + rejects;
    yield { batch, rejects: Array<Reject>(rejects).fill(reject), position: hasPosition ? first : null, bytes: 1 };
  }
}

describe('coalesce', () => {
  it('keeps every row, number, reject and byte count, in order, and stops only where the source can', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(chunkArbitrary, { maxLength: 12 }), fc.integer({ min: 1, max: 9 }), async (given, size) => {
        const collect = async (source: AsyncIterable<Chunk>) => {
          const seen = { rows: [] as Row[], numbers: [] as number[], rejects: 0, bytes: 0, positions: [] as unknown[] };
          for await (const { batch, rejects, position, bytes = 0 } of source) {
            seen.rows.push(...batch.rows());
            const { origin } = batch;
            if (origin !== undefined) for (let row = 0; row < batch.length; row++) seen.numbers.push(rowNumber(origin, row));
            seen.rejects += rejects.length;
            seen.bytes += bytes;
            if (position !== null) seen.positions.push([position, seen.rows.length]);
          }
          return seen;
        };
        const plain = await collect(chunks(given));
        const whole = await collect(coalesce(chunks(given), schema, size));
        expect({ ...whole, positions: [] }).toEqual({ ...plain, positions: [] });
        for (const position of whole.positions) expect(plain.positions).toContainEqual(position);
        if (given.at(-1)?.hasPosition === true) expect(whole.positions.at(-1)).toEqual(plain.positions.at(-1));
      }),
      { numRuns: 100 },
    );
  });
});
