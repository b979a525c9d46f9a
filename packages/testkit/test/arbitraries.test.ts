import { describe, expect, it } from '@jest/globals';
import { cellChecker, cellsOf, textBatch, type FieldType } from '@etl/sdk';
import { anyTable, anyType, batchOf, canonicalCell, cellBytes, isCanonical, textRowsOf } from '@etl/testkit';
import * as fc from 'fast-check';

const typeAndCell = anyType.chain((type) => fc.tuple(fc.constant(type), canonicalCell(type)));

/** A cell that is nearly canonical: one character removed, doubled or exchanged. */
const nearly = typeAndCell.chain(([type, cell]): fc.Arbitrary<[FieldType, string]> =>
  fc
    .tuple(fc.nat(Math.max(0, cell.length - 1)), fc.constantFrom('', '0', '-', '+', '.', ' ', ':', '9', 'e5', '00'))
    .map(([at, piece]) => [type, cell.slice(0, at) + piece + cell.slice(at + 1)]),
);

const accepts = (type: FieldType, cell: string): boolean => {
  const bytes = cellBytes(type, cell);
  return cellChecker(type)(bytes, 0, bytes.length);
};

describe('canonical cells', () => {
  it('are all accepted by both checkers', () => {
    fc.assert(
      fc.property(typeAndCell, ([type, cell]) => isCanonical(type, cell) && accepts(type, cell)),
      { numRuns: 2000 },
    );
  });

  it('are told from nearly canonical ones alike by the fast checker and by the words of the design', () => {
    fc.assert(
      fc.property(nearly, ([type, cell]) => {
        fc.pre(type.kind !== 'bytes' && !/\p{Surrogate}/u.test(cell));
        expect([type, cell, accepts(type, cell)]).toEqual([type, cell, isCanonical(type, cell)]);
      }),
      { numRuns: 5000 },
    );
  });

  it('survive the way through values and back', () => {
    fc.assert(
      fc.property(anyTable(), ({ schema, rows }) => {
        const batch = batchOf(schema, rows, { form: 'rows', part: 'p', first: 0 });
        expect(textRowsOf(schema, textBatch(schema, cellsOf(schema, batch)))).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });
});
