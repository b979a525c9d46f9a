import { describe, expect, it } from '@jest/globals';
import { EtlError } from '@etl/sdk';
import type { TestResult } from '../../src/jobs/test-job.js';
import { createPalette } from '../../src/terminal/palette.js';
import { junitReport, specReport, tapReport, testSummary } from '../../src/terminal/test-reporters.js';

const results: TestResult[] = [
  { job: 'sales', name: 'totals are exact', passed: true, failures: [], error: null, milliseconds: 12 },
  {
    job: 'sales',
    name: 'a <b> & "c" # \u0001',
    passed: false,
    failures: ['sales has 1 rows, expected 2'],
    error: null,
    milliseconds: 1500,
  },
  {
    job: 'stock',
    name: 'ends',
    passed: false,
    failures: [],
    error: new EtlError('SQL_FAILED', 'no column x', { hint: 'Look at the columns' }),
    milliseconds: 3,
  },
];

describe('reports of tests', () => {
  it('are readable for people', () => {
    expect(specReport(results, createPalette(0))).toBe(
      [
        'sales',
        '  ✔ totals are exact (12 ms)',
        '  ✖ a <b> & "c" # \\u0001 (1.5 s)',
        '      sales has 1 rows, expected 2',
        '',
        'stock',
        '  ✖ ends (3 ms)',
        '      SQL_FAILED: no column x',
        '      Look at the columns',
      ].join('\n'),
    );
    expect(testSummary(results)).toBe('3 tests: 1 passed, 2 failed');
  });

  it('are TAP', () => {
    expect(tapReport(results).split('\n')).toEqual([
      'TAP version 13',
      '1..3',
      'ok 1 - sales: totals are exact',
      'not ok 2 - sales: a <b> & "c" \\# \u0001',
      '  ---',
      '  message: "sales has 1 rows, expected 2"',
      '  ...',
      'not ok 3 - stock: ends',
      '  ---',
      '  message: "SQL_FAILED: no column x\\nLook at the columns"',
      '  ...',
    ]);
  });

  it('are well-formed JUnit XML, whatever stands in a name', () => {
    const xml = junitReport(results);
    expect(xml).toContain('<testsuites tests="3" failures="2" time="1.515">');
    expect(xml).toContain('<testcase classname="sales" name="a &lt;b&gt; &amp; &quot;c&quot; # \ufffd" time="1.500">');
    expect(xml).toContain('<failure message="SQL_FAILED: no column x">');
    expect(xml).not.toMatch(/[\u0000-\u0008]/);
    const opened = [...xml.matchAll(/<(\w+)[^>]*[^/?]>/g)].map(([, name]) => name);
    const closed = [...xml.matchAll(/<\/(\w+)>/g)].map(([, name]) => name);
    expect([...opened].sort()).toEqual([...closed].sort());
  });
});
