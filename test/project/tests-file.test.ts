import { describe, expect, it } from '@jest/globals';
import { readProject, readTests, validateProject } from '../../src/project/index.js';
import { folderOf, testRegistry, testSteps } from './project-folder.js';

const files = {
  'etl.yaml': 'project: p\nconnections:\n  shop: { connector: shop, host: h }\n  dwh: { connector: warehouse, path: x }\n',
  'jobs/j/job.yaml':
    'params: { since: { type: date } }\nextract:\n  a: { from: shop, table: a }\n  b: { from: shop, table: b }\ntransform:\n  - c: { sql: "select 1" }\nload:\n  - { dataset: c, to: dwh, table: t, mode: replace }\n',
  'jobs/j/fixtures/b.csv': 'id\n1\n',
};
const context = { variables: {}, registry: testRegistry(), steps: testSteps };

describe('job.test.yaml', () => {
  it('keeps the source text of every cell', async () => {
    const text = `tests:
  - name: bent values
    params: { since: 2026-01-31 }
    started: 2026-11-20 06:30:00
    given:
      a: [{ id: 01234, big: 9007199254740993, price: 1.10, sci: 1e5, yes: no, none: null, empty: "", "null": "null", list: [1.10, x, {k: 01}] }]
      b: fixtures/b.csv
    expect:
      c: { rows: 3, contain: [{ id: 7, total: 12.50, none: ~, note: { matches: "^a+$" } }], equal: [], schema: { total: "decimal(12, 2)" } }
      rejects: { rows: 1, contain: [{ id: 9 }] }
      error: CHECK_FAILED
`;
    const job = await (await readProject(folderOf({ ...files, 'jobs/j/job.test.yaml': text }), context)).job('j');
    const [test] = await readTests(job);
    expect(test).toMatchObject({
      name: 'bent values',
      params: new Map([['since', '2026-01-31']]),
      started: new Date('2026-11-20T06:30:00Z'),
      place: { file: 'jobs/j/job.test.yaml', line: 2 },
    });
    expect(test?.given.get('a')).toMatchObject({
      rows: [
        {
          id: '01234',
          big: '9007199254740993',
          price: '1.10',
          sci: '1e5',
          yes: 'no',
          none: null,
          empty: '',
          null: 'null',
          list: '[1.10,"x",{"k":"01"}]',
        },
      ],
    });
    expect(test?.given.get('b')).toMatchObject({ file: 'fixtures/b.csv' });
    expect(test?.expect).toEqual({
      datasets: new Map([
        [
          'c',
          {
            rows: 3,
            contain: [{ id: '7', total: '12.50', none: null, note: { matches: '^a+$' } }],
            equal: [],
            schema: { total: 'decimal(12,2)' },
          },
        ],
      ]),
      rejects: { rows: 1, contain: [{ id: '9' }] },
      error: 'CHECK_FAILED',
    });
  });

  it('is there or not', async () => {
    expect(await readTests(await (await readProject(folderOf(files), context)).job('j'))).toEqual([]);
  });

  it('names what the job does not have, gives nothing for, or cannot be', async () => {
    const text = `tests:
  - name: n
    given: { a: [], bb: [], c: missing.csv }
    expect:
      d: { rows: -1 }
      c: { contain: [{ id: { matches: "(" } }], schema: { id: intger } }
      error: OOPS
  - name: n
    params: { snice: 2026-01-31, since: 2026-02-30 }
    given: { a: nothing.csv, b: [] }
    expect: { e: { rows: 1 } }
`;
    const messages = async (yaml: string) =>
      (await validateProject(folderOf({ ...files, 'jobs/j/job.test.yaml': yaml }), context)).problems.map(
        ({ message, place }) => `${place.line}:${place.column} ${message}`,
      );
    expect(await messages(text)).toEqual([
      '5:18 tests[1].expect.d.rows of job.test.yaml: it must be at least 0',
      '6:39 tests[1].expect.c.contain[1].id.matches of job.test.yaml: this is not a regular expression',
      expect.stringMatching(/^6:63 tests\[1\]\.expect\.c\.schema\.id of job\.test\.yaml: 'intger' is not a type/),
      expect.stringMatching(/^7:14 tests\[1\]\.expect\.error of job\.test\.yaml must be one of USAGE, /),
    ]);
    const repaired = text.replace('-1', '1').replace('"("', '"x"').replace('intger', 'integer').replace('OOPS', 'CHECK_FAILED');
    expect(await messages(repaired)).toEqual([
      '2:5 The job j needs the parameter since',
      '3:5 The test gives nothing for b',
      "3:21 The job has no extract 'bb'",
      "3:29 The job has no extract 'c'",
      '3:32 The file missing.csv does not exist',
      "5:7 The job has no dataset 'd'",
      "8:11 Two tests are called 'n'",
      "9:5 There is no parameter 'snice'",
      '10:17 The file nothing.csv does not exist',
      "11:15 The job has no dataset 'e'",
    ]);
  });
});
