import { anyText } from '@etl/testkit';
import { textBatch, type Batch, type Schema } from '@etl/sdk';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { csvEncoder } from '../src/csv-encoder.js';

type Row = readonly (string | null)[];

/** How many bytes stand before a row, and before each of its cells but the first. */
interface Layout {
  readonly beforeRow: number;
  readonly beforeCell: number;
}

/** MySQL sends a row behind its head, each cell behind its length, and of a null only that. */
const packed: Layout = { beforeRow: 5, beforeCell: 1 };

function batchOf(schema: Schema, rows: readonly Row[], { beforeRow, beforeCell }: Layout, between = 0): Batch {
  const pieces: Buffer[] = [];
  const index: number[] = [];
  let end = 0;
  const put = (piece: Buffer): void => {
    pieces.push(piece);
    end += piece.length;
  };
  for (const row of rows)
    for (const [column, cell] of row.entries()) {
      put(Buffer.alloc(column === 0 ? beforeRow : beforeCell, between));
      const from = end;
      if (cell !== null) put(Buffer.from(cell));
      index.push(...(cell === null ? [-1, -1] : [from, end]));
    }
  return textBatch(schema, { bytes: Buffer.concat(pieces), index: Int32Array.from(index), stride: schema.fields.length });
}

const schemaOf = (width: number): Schema => ({
  fields: Array.from({ length: width }, (_, at) => ({ name: `c${at}`, type: { kind: 'text' }, nullable: true })),
  key: [],
});

const options = { null: '', quote: 'needed', newline: 'lf', header: false, bom: false, encoding: 'utf-8' } as const;
type Style = { delimiter: string; null: string; quote: 'needed' | 'always'; newline: 'lf' | 'crlf' };

function written(schema: Schema, batch: Batch, { delimiter, ...style }: Style): string {
  const encoder = csvEncoder({ schema, options: { ...options, ...style }, delimiter });
  return Buffer.from(encoder.encode(batch, { isFirst: true })).toString();
}

/** Mostly cells that need no quote. */
const cell = fc.oneof(
  { weight: 12, arbitrary: fc.stringMatching(/^[a-zé0-9 .-]{1,9}$/) },
  { weight: 2, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constantFrom('', 'a,b', 'a"b', 'a\nb', 'a\r', '\uFEFFa', 'NULL', 'x\uFEFFy', ';') },
  { weight: 1, arbitrary: anyText(6) },
);
const style = fc.record<Style>({
  delimiter: fc.constantFrom(',', ';', '\t'),
  null: fc.constantFrom('', '', 'NULL'),
  quote: fc.constantFrom('needed', 'needed', 'always'),
  newline: fc.constantFrom('lf', 'crlf'),
});
const rowsOf = (some: fc.Arbitrary<string | null>): fc.Arbitrary<Row[]> =>
  fc.integer({ min: 1, max: 5 }).chain((width) => fc.array(fc.array(some, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 20 })); // prettier-ignore

describe('CSV of numbers', () => {
  it.each([1, 4])('is right for each length, up to the last byte of a batch, with %i bytes between cells', (beforeCell) => {
    const schema: Schema = {
      fields: ['a', 'b', 'c'].map((name) => ({ name, type: { kind: 'decimal' }, nullable: true })),
      key: [],
    };
    const digits = (length: number): string => '1234567890'.repeat(3).slice(0, length);
    for (let length = 1; length < 22; length++) {
      const rows = [[digits(length), null, digits(length + 1)], [digits(1), digits(length), null], [null, digits(2), digits(length)]]; // prettier-ignore
      const expected = rows.map((row) => `${row.map((text) => text ?? '').join(',')}\n`).join('');
      const how: Style = { delimiter: ',', null: '', quote: 'needed', newline: 'lf' };
      expect(written(schema, batchOf(schema, rows, { beforeRow: 7, beforeCell }), how)).toBe(expected);
    }
  });
});

describe('CSV of cells that lie as they are written', () => {
  const plain = cell.filter((text) => text === null || /^[a-zé0-9 .-]+$/.test(text));

  it.each([['of all kinds', cell], ['that need no quote', plain]])('is that of the same cells anywhere else, with cells %s', (_, some) => {
    fc.assert(
      fc.property(rowsOf(some), style, fc.nat({ max: 6 }), fc.constantFrom(0, 44), (rows, how, beforeRow, between) => {
        const schema = schemaOf(rows[0]?.length ?? 0);
        const apart = written(schema, batchOf(schema, rows, { beforeRow: 9, beforeCell: 4 }), how);
        expect(written(schema, batchOf(schema, rows, packed), how)).toBe(apart);
        expect(written(schema, batchOf(schema, rows, { beforeRow, beforeCell: 1 }, between), how)).toBe(apart);
      }),
      { numRuns: 500 },
    );
  }); // prettier-ignore

  it('is that of rows which lie in another order, and of batches that share their bytes', () => {
    fc.assert(
      fc.property(rowsOf(cell), style, (rows, how) => {
        const schema = schemaOf(rows[0]?.length ?? 0);
        const { text } = batchOf(schema, rows, packed);
        const { bytes, index, stride } = text ?? { bytes: new Uint8Array(0), index: new Int32Array(0), stride: 1 };
        const part = (from: number, to: number): string =>
          written(schema, textBatch(schema, { bytes, index: index.slice(from * stride * 2, to * stride * 2), stride }), how);
        const alone = rows.map((_, at) => part(at, at + 1));
        expect(alone).toEqual(rows.map((row) => written(schema, batchOf(schema, [row], { beforeRow: 9, beforeCell: 4 }), how)));
        const turned = alone.map((_, at) => index.slice(at * stride * 2, (at + 1) * stride * 2)).reverse();
        const reversed = { bytes, index: Int32Array.from(turned.flatMap((one) => [...one])), stride };
        expect(written(schema, textBatch(schema, reversed), how)).toBe([...alone].reverse().join(''));
      }),
      { numRuns: 300 },
    );
  });

  it('is right at both ends of a batch, and for rows of nulls', () => {
    const rows = [[null, null], [null, 'a'], ['b', null], [null, null], ['c', 'd'], ['', 'e'], ['f', 'g'], [null, null]]; // prettier-ignore
    const how: Style = { delimiter: ',', null: '', quote: 'needed', newline: 'lf' };
    for (const beforeRow of [0, 1, 5])
      expect(written(schemaOf(2), batchOf(schemaOf(2), rows, { beforeRow, beforeCell: 1 }), how)).toBe(',\n,a\nb,\n,\nc,d\n"",e\nf,g\n,\n');
  });
});
