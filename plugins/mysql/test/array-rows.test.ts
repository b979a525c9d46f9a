import { describe, expect, it } from '@jest/globals';
import type { TextCells } from '@etl/sdk';
import fc from 'fast-check';
import { ArrayRows, arrayType } from '../src/array-rows.js';
import { LoadBuffer, type CellForm } from '../src/load-text.js';

type Cells = readonly (readonly (Buffer | null)[])[];

function cellsOf(rows: Cells, gap: Buffer): TextCells {
  const pieces: Buffer[] = [];
  const index: number[] = [];
  let end = 0;
  for (const cell of rows.flat()) {
    pieces.push(gap, cell ?? Buffer.alloc(0));
    end += gap.length;
    index.push(...(cell === null ? [-1, -1] : [end, end + cell.length]));
    end += cell?.length ?? 0;
  }
  return { bytes: Buffer.concat(pieces), index: Int32Array.from(index), stride: rows[0]?.length ?? 0 };
}

function written(rows: Cells, forms: readonly CellForm[], gap = Buffer.from(',')): Buffer {
  const columns = forms.map((form, at) => ({ at, form }));
  const array = new ArrayRows(cellsOf(rows, gap), columns);
  const out = new LoadBuffer(16);
  for (const row of rows.keys()) array.row(row, out);
  return out.bytes.subarray(0, out.used);
}

/** As the server reads it: null or not, length, bytes. */
function readBack(bytes: Buffer): (Buffer | null)[] {
  const cells: (Buffer | null)[] = [];
  let at = 0;
  while (at < bytes.length) {
    if (bytes[at++] === 1) {
      cells.push(null);
      continue;
    }
    let length = bytes[at++] ?? 0;
    if (length >= 0xfb) {
      const width = length === 0xfc ? 2 : length === 0xfd ? 3 : 8;
      length = bytes.readUIntLE(at, Math.min(width, 6));
      at += width;
    }
    cells.push(bytes.subarray(at, at + length));
    at += length;
  }
  return cells;
}

describe('rows of an array', () => {
  it('hold every cell to the byte, whatever stands in it and between cells', () => {
    const cell = fc.option(
      fc.uint8Array({ maxLength: 40 }).map((bytes) => Buffer.from(bytes)),
      { nil: null },
    );
    const rows = fc.integer({ min: 1, max: 5 }).chain((columns) => fc.array(fc.array(cell, { minLength: columns, maxLength: columns })));
    fc.assert(
      fc.property(rows, fc.uint8Array({ maxLength: 3 }), (given, gap) => {
        const forms = (given[0] ?? []).map((_, at): CellForm => (['plain', 'text', 'bytes'] as const)[at % 3] ?? 'text');
        expect(readBack(written(given, forms, Buffer.from(gap)))).toEqual(given.flat());
      }),
    );
  });

  it.each([0, 1, 127, 128, 129, 250, 251, 252, 65_535, 65_536, 16_777_215, 16_777_216])('hold a cell of %i bytes', (length) => {
    const long = Buffer.alloc(length, 'x');
    const cells = readBack(written([[long, Buffer.from('behind')]], ['text', 'plain']));
    expect(cells.map((cell) => cell?.length)).toEqual([length, 6]);
    expect(cells[0]?.equals(long)).toBe(true);
  });

  it('say booleans, times of UTC and the largest FLOAT as MySQL reads them', () => {
    const row = ['true', 'false', '2026-01-01 00:00:00.123456+00:00', '-3.4028235e+38'].map((text) => Buffer.from(text));
    const cells = readBack(written([row], ['boolean', 'boolean', 'utc', 'float32']));
    expect(cells.map(String)).toEqual(['1', '0', '2026-01-01 00:00:00.123456', '-3.4028234663852886e+38']);
  });

  it('are text to the server, but for bytes', () => {
    const forms: readonly CellForm[] = ['plain', 'text', 'boolean', 'bytes', 'float32', 'utc'];
    expect(forms.map(arrayType)).toEqual(['text', 'text', 'text', 'bytes', 'text', 'text']);
  });
});
