import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import stringWidth from 'string-width';
import { createPalette } from '../../src/terminal/palette.js';
import { renderTable, renderTsv } from '../../src/terminal/table.js';
import { fitText, visibleText } from '../../src/terminal/visible-text.js';

const palette = createPalette(0);

describe('a table', () => {
  it('aligns wide characters, right-aligns numbers and has no borders', () => {
    const table = renderTable({
      columns: [{ title: 'name' }, { title: 'rows', align: 'right' }],
      rows: [
        ['雪子', '1'],
        ['Ada', '12,345'],
      ],
      palette,
      width: 80,
    });
    expect(table).toBe(['name    rows', '────  ──────', '雪子       1', 'Ada   12,345'].join('\n'));
  });

  it('never lets data move the cursor, break the line or hide text', () => {
    const evil = 'a\u001b[2Jb\nc\td\u202egnp.exe\u0007';
    const table = renderTable({ columns: [{ title: 'x' }], rows: [[evil]], palette, width: 200 });
    expect(table.split('\n')[2]).toBe('a\\u001b[2Jb↵c→d\\u202egnp.exe\\u0007');
    expect(renderTsv({ columns: [{ title: 'x' }], rows: [[evil]] }).split('\n')).toHaveLength(2);
  });

  it('fits any text into any width without splitting a character', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme' }), fc.integer({ min: 1, max: 30 }), (text, columns) => {
        const fitted = fitText(visibleText(text), columns);
        expect(stringWidth(fitted)).toBeLessThanOrEqual(columns);
        expect(Buffer.from(fitted).toString()).toBe(fitted);
      }),
    );
  });

  it('never grows wider than the terminal while a column can give way, least important first', () => {
    fc.assert(
      fc.property(
        fc.array(fc.tuple(fc.string({ unit: 'grapheme', maxLength: 60 }), fc.string({ maxLength: 60 })), { minLength: 1, maxLength: 5 }),
        fc.integer({ min: 14, max: 120 }),
        (rows, width) => {
          const table = renderTable({ columns: [{ title: 'a', weight: 1 }, { title: 'b' }], rows, palette, width });
          for (const line of table.split('\n')) expect(stringWidth(line)).toBeLessThanOrEqual(width);
        },
      ),
    );
    const table = renderTable({
      columns: [{ title: 'k', weight: 1 }, { title: 'b' }],
      rows: [['k'.repeat(20), 'b'.repeat(40)]],
      palette,
      width: 40,
    });
    expect(table).toContain(`${'k'.repeat(20)}  ${'b'.repeat(17)}…`);
  });

  it('shows an absent value as the given text', () => {
    expect(renderTsv({ columns: [{ title: 'a' }, { title: 'b' }], rows: [[null, '']], empty: 'NULL' })).toBe('a\tb\nNULL\t');
  });
});
