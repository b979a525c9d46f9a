import { typeName } from '@etl/sdk';
import { describe, expect, it } from '@jest/globals';
import { readText } from './memory-file.js';

const typeOf = async (...cells: readonly string[]): Promise<string> => {
  const { schema } = await readText(`x,y\n${cells.map((cell) => `${cell},`).join('\n')}\n`, { options: { delimiter: ',' } });
  return typeName(schema.fields[0]?.type ?? { kind: 'text' });
};

describe('The type that is found for a column', () => {
  it.each([
    ['integer', ['1', '-5', '0', '', '9223372036854775807']],
    ['int128', ['9223372036854775808', '1']],
    ['text', ['9'.repeat(39)]],
    ['decimal(18,2)', ['1', '1.5', '-0.25']],
    ['decimal(18,2)', ['.50', '1']],
    ['decimal(38,20)', ['0.12345678901234567890', '1']],
    ['text', [`0.${'1'.repeat(39)}`]],
    ['float', ['1.5e-7', '2', '0.25']],
    ['float', ['1.5', 'NaN', '-Infinity']],
    ['text', ['1.5e3', '0.12345678901234567']],
    ['boolean', ['true', 'false', '']],
    ['date', ['2026-11-20', '2024-02-29']],
    ['timestamp', ['2026-11-20 10:00:00', '2026-11-20T10:00:00.123']],
    ['timestamp(9)', ['2026-11-20 10:00:00.1234567']],
    ['timestamptz', ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00+02:00']],
    ['text', ['2026-11-20T10:00:00Z', '2026-11-20T10:00:00']],
    ['text', ['2026-11-20', '2026-11-20 10:00:00']],
    ['text', ['', '']],
  ])('is %s for %j', async (type, cells) => {
    expect(await typeOf(...cells)).toBe(type);
  });

  it.each([
    '007',
    '+1',
    '1e5',
    '12E4',
    '01/02/2026',
    '2026-02-30',
    '20261120',
    '0049 30 123',
    ' 1',
    '1 ',
    '1,5',
    '1_000',
    '-0',
    '5.',
    'TRUE',
    'yes',
    '00',
    '0x1F',
    'nan',
    '12:30:00',
    '\u0661',
  ])('is text for %j among numbers, dates or words', async (cell) => {
    expect(await typeOf(cell, 'zz')).toBe('text');
    const quoted = cell.includes(',') ? `"${cell}"` : cell;
    const type = await typeOf(quoted);
    expect(cell === '20261120' ? 'integer' : 'text').toBe(type);
  });

  it('is found from start, middle and end of a large file, and what contradicts it later is a reject', async () => {
    const rows = Array.from({ length: 4000 }, (_, row) => (row === 1234 ? 'x1234' : row === 3999 ? '1.5' : String(row)));
    const read = await readText(`n,m\n${rows.map((row) => `${row},`).join('\n')}\n`, {
      options: { delimiter: ',' },
      budget: 1200,
      block: 256,
    });
    expect(typeName(read.schema.fields[0]?.type ?? { kind: 'text' })).toBe('decimal(18,1)');
    expect(read.rows).toHaveLength(3999);
    expect(read.rejects).toMatchObject([{ place: 'file.csv:1236', values: ['x1234', null], field: 'n' }]);
  });
});
