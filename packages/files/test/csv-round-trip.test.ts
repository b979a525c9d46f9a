import { anyText, readCsv } from '@etl/testkit';
import { describe, expect, it } from '@jest/globals';
import * as fc from 'fast-check';
import { readText, textSchema } from './memory-file.js';

type Cell = string | null;

const anyCells = fc.oneof(
  { weight: 6, arbitrary: anyText(12) },
  { weight: 1, arbitrary: fc.constant(null) },
  { weight: 1, arbitrary: fc.constant('') },
);
const anyRows = fc
  .integer({ min: 1, max: 4 })
  .chain((width) => fc.array(fc.array(anyCells, { minLength: width, maxLength: width }), { minLength: 1, maxLength: 12 }));
const anyStyle = fc.record({
  delimiter: fc.constantFrom(',', ';', '\t', '|'),
  newline: fc.constantFrom('\n', '\r\n'),
  always: fc.boolean(),
  bom: fc.boolean(),
  ended: fc.boolean(),
});
type Style = { delimiter: string; newline: string; always: boolean; bom: boolean; ended: boolean };

/** CSV by the book, for comparison. */
function write(rows: readonly (readonly Cell[])[], { delimiter, newline, always, bom, ended }: Style): string {
  const cell = (text: Cell): string => {
    if (text === null) return '';
    return always || text === '' || /["\r\n\uFEFF]/.test(text) || text.includes(delimiter) ? `"${text.replaceAll('"', '""')}"` : text;
  };
  const names = rows[0]?.map((_, column) => `c${column}`) ?? [];
  const lines = [names, ...rows].map((row) => row.map(cell).join(delimiter));
  // a last row of one null cell is only there if its line ends
  const mustEnd = ended || lines.at(-1) === '';
  return (bom ? '\uFEFF' : '') + lines.join(newline) + (mustEnd ? newline : '');
}

const namesOf = (rows: readonly (readonly Cell[])[]): string[] => rows[0]?.map((_, column) => `c${column}`) ?? [];

describe('CSV', () => {
  it('gives back every cell, whatever the delimiter, line end, quoting and block size', async () => {
    await fc.assert(
      fc.asyncProperty(
        anyRows,
        anyStyle,
        fc.integer({ min: 1, max: 80 }),
        fc.integer({ min: 1, max: 30 }),
        async (rows, style, block, piece) => {
          const { delimiter } = style;
          const read = await readText(write(rows, style), { schema: textSchema(...namesOf(rows)), options: { delimiter }, block, piece });
          expect(read.rejects).toEqual([]);
          expect(read.rows).toEqual(rows);
          expect(read.numbers).toEqual(rows.map((_, row) => row));
        },
      ),
      { numRuns: 400 },
    );
  });

  it('continues at every position without a gap or a repeat', async () => {
    await fc.assert(
      fc.asyncProperty(anyRows, anyStyle, fc.integer({ min: 1, max: 60 }), async (rows, style, block) => {
        const text = write(rows, style);
        const options = { schema: textSchema(...namesOf(rows)), options: { delimiter: style.delimiter }, block };
        const whole = await readText(text, options);
        let seen = 0;
        for (const { batch, position } of whole.chunks) {
          seen += batch.length;
          const rest = await readText(text, {
            ...options,
            block: block + 7,
            after: JSON.parse(JSON.stringify(position)) as typeof position,
          });
          expect(rest.rows).toEqual(rows.slice(seen));
          expect(rest.numbers).toEqual(whole.numbers.slice(seen));
        }
      }),
      { numRuns: 100 },
    );
  });

  it('hands over raw bytes only where a reader by the book finds the same rows in them', async () => {
    let raw = 0;
    await fc.assert(
      fc.asyncProperty(anyRows, anyStyle, fc.integer({ min: 1, max: 200 }), async (rows, style, block) => {
        const read = await readText(write(rows, style), {
          schema: textSchema(...namesOf(rows)),
          options: { delimiter: style.delimiter },
          block,
          keep: true,
        });
        let at = 0;
        for (const { batch } of read.chunks) {
          if (batch.csv !== undefined) {
            raw++;
            const found = readCsv(batch.csv).map((row) =>
              row.map((cell) => (cell === null ? null : Buffer.from(cell, 'latin1').toString())),
            );
            expect(found).toEqual(rows.slice(at, at + batch.length));
          }
          at += batch.length;
        }
      }),
      { numRuns: 300 },
    );
    expect(raw).toBeGreaterThan(50);
  });

  it('finds the delimiter and the types by itself, and does not damage one text', async () => {
    const anyValue = fc.oneof(
      fc.constantFrom(
        '007',
        '+1',
        '1e5',
        '1.50',
        '2026-02-30',
        '01/02/2026',
        '12345678901234567890',
        'true',
        'TRUE',
        '0',
        '-0',
        '.5',
        '9'.repeat(40),
        '2026-01-01',
      ),
      anyText(6),
    );
    await fc.assert(
      fc.asyncProperty(fc.array(fc.tuple(anyValue, anyValue), { minLength: 1, maxLength: 6 }), async (rows) => {
        const style: Style = { delimiter: ',', newline: '\n', always: false, bom: false, ended: true };
        const read = await readText(write(rows, style), { options: { delimiter: ',' } });
        expect(read.rejects).toEqual([]);
        for (const [column, { type }] of read.schema.fields.entries()) {
          if (type.kind === 'text') expect(read.rows.map((row) => row[column])).toEqual(rows.map((row) => row[column]));
          else if (type.kind !== 'decimal') continue;
          else for (const [row, cells] of read.rows.entries()) expect(Number(cells[column])).toBe(Number(rows[row]?.[column]));
        }
      }),
      { numRuns: 300 },
    );
  });

  it('throws nothing but errors of its own at any bytes, and ends', async () => {
    const nasty = fc
      .array(fc.constantFrom(0, 10, 13, 34, 35, 44, 59, 65, 0xc3, 0xa4, 0xef, 0xbb, 0xbf, 0xff, 0xfe), { maxLength: 60 })
      .map((bytes) => Uint8Array.from(bytes));
    await fc.assert(
      fc.asyncProperty(
        fc.oneof(nasty, fc.uint8Array({ maxLength: 60 })),
        fc.integer({ min: 1, max: 20 }),
        fc.boolean(),
        async (bytes, block, header) => {
          const options = { header, comment: '#' };
          const outcome = async (size: number): Promise<unknown> =>
            readText(bytes, { block: size, options }).then(
              ({ rows, rejects, numbers }) => ({ rows, rejects, numbers }),
              (error: unknown) => {
                expect(error).toMatchObject({ name: 'EtlError' });
                return String(error);
              },
            );
          expect(await outcome(block)).toEqual(await outcome(1 << 16));
        },
      ),
      { numRuns: 600, examples: [[Uint8Array.from([255, 10, 35]), 1, false]] },
    );
  });
});
