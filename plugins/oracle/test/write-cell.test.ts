import { describe, expect, it } from '@jest/globals';
import { cellTexts, parseTypeName } from '@etl/sdk';
import { CellCollector } from '../src/cell-collector.js';
import { cellWriter, type DriverValue } from '../src/write-cell.js';

/** The cell that a value becomes, and whether it is canonical. */
function written(type: string, value: DriverValue): [cell: string | null, canonical: boolean] {
  const field = { name: 'c', type: parseTypeName(type), nullable: true };
  const cells = new CellCollector(1, { rows: 1, bytes: 8 });
  const canonical = cellWriter(field)(cells, value);
  return [cellTexts({ fields: [field], key: [] }, cells.take(), 0)[0] ?? null, canonical];
}

const largest = '9'.repeat(38) + '0'.repeat(88);

describe('a value of the driver', () => {
  it.each([
    ['integer', '-12', '-12'],
    ['decimal(5,2)', '.5', '0.50'],
    ['decimal', largest, largest],
    ['decimal', `-${largest}`, `-${largest}`],
    ['decimal', `.${'0'.repeat(129)}1`, `0.${'0'.repeat(129)}1`],
    ['timestamp(0)', ' 2020-02-29 10:00:00', '2020-02-29 10:00:00'],
    ['timestamp(0)', '2020-02-29 10:00:00', '2020-02-29 10:00:00'],
    ['timestamptz(3)', ' 9999-12-31 23:59:59.999', '9999-12-31 23:59:59.999+00:00'],
    ['float', 0.1, '0.1'],
    ['text', '-0044', '-0044'],
    ['bytes', Buffer.from([0, 255]), '\\x00ff'],
    ['timestamp(0)', null, null],
  ])('of a column that is %s is a canonical cell: %s', (type, value, cell) => {
    expect(written(type, value)).toEqual([cell, true]);
  });

  it.each([
    ['timestamp(0)', '-0044-03-15 00:00:00', 'a year before 1'],
    ['timestamptz(3)', '-4712-01-01 00:00:00.000', 'a year before 1'],
    ['timestamp(0)', ' 0000-00-00 00:00:00', 'a date that a program broke', '0000-00-00 00:00:00'],
    ['timestamp(0)', ' 1500-02-29 00:00:00', 'a leap day of the Julian calendar', '1500-02-29 00:00:00'],
    ['decimal', '-1e126', 'infinity below zero'],
    ['decimal(38,2)', '-1e126', 'infinity below zero'],
    ['decimal', `1${'0'.repeat(126)}`, 'infinity'],
    ['integer', `1${'0'.repeat(126)}`, 'infinity'],
  ])('of a column that is %s and holds %s, %s, stays as it came and is refused', (type, value, _what, cell = value) => {
    expect(written(type, value)).toEqual([cell, false]);
  });
});
