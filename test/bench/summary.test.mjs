import { describe, expect, it } from '@jest/globals';
import { median } from '../../bench/measure.mjs';
import { printCase, summarise } from '../../bench/summary.mjs';

const run = (wall, peak) => ({ wall, cpu: wall, peak, besideDuckDb: peak, duckDbPeak: 0, scriptPeak: 1e6 });

describe('the figures of a benchmark', () => {
  it('are medians, of which nothing is missing', () => {
    expect(median([3, 1, 2])).toBe(2);
    expect(median([4, 1, 2, 3])).toBe(2.5);
    expect(median([undefined, 5])).toBe(5);
    expect(median([])).toBeNull();
  });

  it('are given as a ratio to the reference, also where we lose', () => {
    const runs = new Map([
      ['etl', [run(3, 2e8), run(9, 2e8), run(2, 1e8)]],
      ['DuckDB', [run(2, 5e8), run(2, 5e8), run(1, 5e8)]],
    ]);
    const result = summarise({ name: 'copy', title: 'Copy', rows: 600, reference: 'DuckDB' }, runs);
    expect(result.contenders).toEqual([
      {
        name: 'etl',
        wall: 3,
        walls: [3, 9, 2],
        ratio: 1.5,
        rowsPerSecond: 200,
        cpu: 3,
        peakMb: 200,
        duckDbMb: 0,
        scriptMb: 1,
        besideDuckDbMb: 200,
      },
      {
        name: 'DuckDB',
        wall: 2,
        walls: [2, 2, 1],
        ratio: 1,
        rowsPerSecond: 300,
        cpu: 2,
        peakMb: 500,
        duckDbMb: 0,
        scriptMb: 1,
        besideDuckDbMb: 500,
      },
    ]);
    let printed = '';
    printCase(result, (text) => (printed += text));
    expect(printed).toContain('1.50');
  });
});
