import { describe, expect, it } from '@jest/globals';
import type { TextCells } from '@etl/sdk';
import fc from 'fast-check';
import { LoadBuffer, LoadText, type CellForm } from '../src/load-text.js';

/** Cells with any bytes between them, as a socket or a file leaves them; `turned` puts them behind each other from the last to the first, as patches may. */
function cellsOf(rows: readonly (readonly (Buffer | null)[])[], gap: Buffer, turned = false): TextCells {
  if (turned) {
    const { bytes, index, stride } = cellsOf(
      [
        rows
          .map((row) => row.toReversed())
          .toReversed()
          .flat(),
      ],
      gap,
    );
    const pairs = Array.from({ length: index.length / 2 }, (_, at) => [index[2 * at] ?? -1, index[2 * at + 1] ?? -1]);
    return { bytes, index: Int32Array.from(pairs.toReversed().flat()), stride: rows[0]?.length ?? stride };
  }
  const pieces: Buffer[] = [];
  const index: number[] = [];
  let end = 0;
  const put = (piece: Buffer): void => {
    pieces.push(piece);
    end += piece.length;
  };
  for (const row of rows)
    for (const cell of row) {
      put(gap);
      if (cell === null) index.push(-1, -1);
      else {
        index.push(end, end + cell.length);
        put(cell);
      }
    }
  return { bytes: Buffer.concat(pieces), index: Int32Array.from(index), stride: rows[0]?.length ?? 0 };
}

function written(cells: TextCells, forms: readonly CellForm[]): Buffer {
  const text = new LoadText(
    cells,
    forms.map((form, at) => ({ at, form })),
  );
  const out = new LoadBuffer(8);
  const rows = cells.stride === 0 ? 0 : cells.index.length / (2 * cells.stride);
  for (let row = 0; row < rows; row++) {
    text.row(row, out);
    out.room(1);
    out.bytes[out.used++] = 10;
  }
  return out.bytes.subarray(0, out.used);
}

/** What LOAD DATA makes of such text, written from its manual alone. */
function loaded(bytes: Buffer): (Buffer | null)[][] {
  const rows: (Buffer | null)[][] = [];
  let row: (Buffer | null)[] = [];
  let cell: number[] = [];
  let isNull = false;
  const endCell = (): void => {
    row.push(isNull ? null : Buffer.from(cell));
    cell = [];
    isNull = false;
  };
  for (let at = 0; at < bytes.length; at++) {
    const byte = bytes[at] ?? 0;
    if (byte === 92) {
      const next = bytes[++at] ?? 0;
      if (next === 78) isNull = true;
      else cell.push(next);
    } else if (byte === 9) endCell();
    else if (byte === 10) {
      endCell();
      rows.push(row);
      row = [];
    } else cell.push(byte);
  }
  return rows;
}

const anyCell = fc.option(
  fc.oneof(
    fc.uint8Array({ maxLength: 20 }),
    fc.array(fc.constantFrom(9, 10, 13, 92, 78, 0, 65, 255), { maxLength: 20 }).map((bytes) => Uint8Array.from(bytes)),
    fc.string({ maxLength: 400 }).map((text) => Buffer.from(text)),
  ),
  { nil: null, freq: 5 },
);

const anyRows = fc
  .integer({ min: 1, max: 6 })
  .chain((width) => fc.array(fc.array(anyCell, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 30 }))
  .map((rows) => rows.map((row) => row.map((cell) => (cell === null ? null : Buffer.from(cell)))));

describe('the text for LOAD DATA', () => {
  it('is read back as the same cells, whatever is in them and between them, in whatever order they lie', () => {
    const gaps = fc.constantFrom(Buffer.alloc(0), Buffer.from([0]), Buffer.from(','), Buffer.from([10]), Buffer.from([92, 9, 0, 0]));
    fc.assert(
      fc.property(anyRows, gaps, fc.boolean(), (rows, gap, turned) => {
        const forms = (rows[0] ?? []).map((): CellForm => 'text');
        expect(loaded(written(cellsOf(rows, gap, turned), forms))).toEqual(rows);
      }),
      { numRuns: 300 },
    );
  });

  it('writes booleans, bytes and times as MySQL reads them', () => {
    const row = ['true', 'false', '\0\xff', '2026-01-01 00:00:00+00:00', '3.4028235e+38', '-3.4028235e+38'].map((cell) =>
      Buffer.from(cell, 'latin1'),
    );
    const forms: CellForm[] = ['boolean', 'boolean', 'bytes', 'utc', 'float32', 'float32'];
    expect(written(cellsOf([row], Buffer.from([0])), forms).toString('latin1')).toBe(
      '1\t0\t00ff\t2026-01-01 00:00:00\t3.4028234663852886e+38\t-3.4028234663852886e+38\n',
    );
  });
});
