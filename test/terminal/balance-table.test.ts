import { describe, expect, it } from '@jest/globals';
import { balanceTable } from '../../src/terminal/balance-table.js';
import { createPalette } from '../../src/terminal/palette.js';

const step = (name: string, counts: object) => ({
  step: name,
  in: 0,
  out: 0,
  filtered: 0,
  deduplicated: 0,
  rejected: 0,
  warned: 0,
  ...counts,
});

describe('the balance of a run', () => {
  it('shows every row, and leaves out columns that nothing fell into', () => {
    const table = balanceTable(
      {
        datasets: {
          orders: { steps: [step('extract', { in: 1000, out: 998, rejected: 2 }), step('dedupe', { in: 998, out: 990, deduplicated: 8 })] },
          empty: { steps: [step('extract', {})] },
        },
        loads: [
          { id: 'warehouse', in: 990, inserted: 900, updated: 80, unchanged: 10, skipped: 0, deduplicated: 0, rejected: 0, deleted: 0 },
        ],
      },
      { palette: createPalette(0), width: 100 },
    );
    expect(table).toBe(
      [
        'dataset  step        in  out  deduplicated  rejected',
        '───────  ───────  ─────  ───  ────────────  ────────',
        'orders   extract  1,000  998             0         2',
        '         dedupe     998  990             8         0',
        'empty    extract      0    0             0         0',
        '',
        'load        in  inserted  updated  unchanged',
        '─────────  ───  ────────  ───────  ─────────',
        'warehouse  990       900       80         10',
      ].join('\n'),
    );
  });

  it('is empty for a run that did nothing', () => {
    expect(balanceTable({ datasets: {}, loads: [] }, { palette: createPalette(0), width: 80 })).toBe('');
  });
});
