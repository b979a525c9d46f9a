import { describe, expect, it } from '@jest/globals';
import { validateProject, type Problem } from '../../src/project/index.js';
import { folderOf, testRegistry, testSteps } from './project-folder.js';

const good = `project: p
connections:
  shop: { connector: shop, host: h }
  dwh: { connector: warehouse, path: x }
  dump: { connector: dump, path: x }
  mail: { connector: mailbox }
`;
const extract = 'extract:\n  orders: { from: shop, table: orders }\n';
const load = 'load:\n  - { dataset: orders, to: dwh, table: t, mode: replace }\n';

const problemsOf = async (
  files: Readonly<Record<string, string | Uint8Array>>,
  variables: NodeJS.ProcessEnv = {},
): Promise<readonly Problem[]> =>
  (await validateProject(folderOf(files), { variables, registry: testRegistry(), steps: testSteps })).problems;

const lines = (problems: readonly Problem[]): string[] =>
  problems.map(({ code, message, place: { file, line, column } }) => {
    const where = [file?.replace(/^jobs\/j\//, ''), line, column].filter(Boolean).join(':');
    return `${where} ${code === 'CONFIG_INVALID' ? '' : `${code} `}${message}`;
  });

describe('a bad etl.yaml', () => {
  const cases: readonly (readonly [string, readonly string[], string?])[] = [
    [
      'projcet: x\n',
      ['etl.yaml:1:1 project of etl.yaml is missing', "etl.yaml:1:1 etl.yaml has no field 'projcet'"],
      "Is 'projcet' meant to be 'project'?",
    ],
    ['- a\n', ['etl.yaml:1:1 etl.yaml must be a map, not a list']],
    ['', ['etl.yaml:1:1 etl.yaml is empty'], "It begins with 'project: NAME'"],
    ['project: p\nconnections: [a]\n', ['etl.yaml:2:1 connections of etl.yaml must be a map, not a list']],
    [
      'project: p\nconnections:\n  shop: { connector: shoop, host: h }\n',
      ["etl.yaml:3:22 CONNECTOR_UNKNOWN No installed plugin offers the connector 'shoop'"],
      "Did you mean 'shop'? Installed: dump, mailbox, shop, warehouse",
    ],
    [
      'project: p\nconnections:\n  shop: { connector: shop, hots: h, port: x, tls: yes }\n',
      [
        'etl.yaml:3:9 host of connection shop (shop) is missing',
        "etl.yaml:3:28 connection shop (shop) has no field 'hots'",
        'etl.yaml:3:43 port of connection shop (shop) must be a number, not "x"',
        'etl.yaml:3:51 tls of connection shop (shop) must be true or false, not "yes"',
      ],
    ],
    [
      'project: p\nconnections:\n  shop: { connector: shop, host: ~, port: "3306" }\n',
      [
        'etl.yaml:3:34 host of connection shop (shop) must be text, not ~',
        'etl.yaml:3:43 port of connection shop (shop) must be a number, not the text "3306"',
      ],
      'Write "~" in quotes if you mean the word',
    ],
    [
      'project: p\nconnections:\n  shop: { connector: shop, host: h, port: 99999 }\n',
      ['etl.yaml:3:43 port of connection shop (shop): it must be at most 65535'],
    ],
    [
      'project: p\nconnections:\n  my__shop: { connector: shop, host: h }\n  x: { host: 3 }\n',
      [
        'etl.yaml:3:3 "my__shop" cannot be a name in connections of etl.yaml',
        'etl.yaml:4:3 connections.x.connector of etl.yaml is missing',
      ],
      'use small letters, digits and single underscores, beginning with a letter',
    ],
    [
      'project: p\nstate: { to: dwhh }\nconnections:\n  dwh: { connector: warehouse, path: x }\n',
      ["etl.yaml:2:14 state.to names the connection 'dwhh', which does not exist"],
      "Did you mean 'dwh'?",
    ],
    [
      'project: p\nconnections:\n  dwh: { connector: warehouse, path: x }\nenvironments:\n  prod: { connections: { dwh: { pth: y } } }\n  test: { conections: {} }\n',
      [
        "etl.yaml:5:33 connection dwh (warehouse) has no field 'pth'",
        "etl.yaml:6:11 environments.test of etl.yaml has no field 'conections'",
      ],
      "Did you mean 'path'?",
    ],
    [
      'a: b: c\n',
      ['etl.yaml:1:4 This is not YAML: nested mappings are not allowed in compact mappings'],
      "Put text that holds ': ' in quotes",
    ],
    ['project: p\nx: [1, "two\ny: 3\n', ['etl.yaml:2:8 This quote is never closed']],
    ['project: p\nx:\n\t- a\n', ['etl.yaml:3:1 A tab cannot indent YAML']],
    ['project: !paid\n', ['etl.yaml:1:10 !paid is read as a YAML tag, and what stands there would be lost'], 'Write the text in quotes'],
    ['project: !!str 5\n', ['etl.yaml:1:16 The tag !!str is not used here']],
    ['project: &a x\ny: *b\n', ['etl.yaml:2:4 There is no anchor &b above this line']],
    ['project: p\nx: &a [*a]\n', ['etl.yaml:2:8 *a stands inside of what it names']],
    ['project: p\n<<: { a: 1 }\n', ['etl.yaml:2:1 Merge keys (<<) are not read']],
    ['project: p\n? [a]\n: 1\n', ['etl.yaml:2:3 A key must be plain text']],
    ['project: p\n: 1\n', ['etl.yaml:2:1 A key is missing before the colon']],
    ['project: p\n__proto__: 1\n', ['etl.yaml:2:1 __proto__ cannot be a name']],
    ['project: p\n"project": q\n', ['etl.yaml:2:1 project stands twice in one map; the first is in line 1']],
    ['%YAML 1.1\n---\nproject: p\n', ['etl.yaml:1:1 YAML directives change how a file is read']],
    ['project: p\n---\nproject: q\n', ['etl.yaml:2:1 There is more than one YAML document in this file']],
    [
      'project: p\ndescription: Team #1 of it\n',
      ['etl.yaml:2:19 Text without quotes ends before #: the rest of the line is read as a comment'],
    ],
    [
      'project: p\ndescription: two words # comment\n',
      ['etl.yaml:2:24 Text without quotes ends before #: the rest of the line is read as a comment'],
    ],
    ['project: p\nx: \u0001\n', ['etl.yaml:2:4 The character U+0001 is not text']],
    [`project: p\nx: ${'['.repeat(70)}\n`, ['etl.yaml:2:68 This is nested more than 64 levels deep']],
  ];
  for (const [text, expected, hint] of cases)
    it(`is refused: ${JSON.stringify(text)}`, async () => {
      const problems = await problemsOf({ 'etl.yaml': text });
      expect(lines(problems)).toEqual(expected);
      if (hint !== undefined) expect(problems[0]?.hint).toBe(hint);
    });

  it('allows a comment behind a single word, a number, a quoted text and a block header', async () => {
    const text =
      'project: p # the name\ndescription: "a # b" # here\nconnections: # all\n  shop: # one\n    connector: shop\n    host: db # the host\n    port: 5 #five\n';
    expect(await problemsOf({ 'etl.yaml': text })).toEqual([]);
  });

  it('says where a file stops being UTF-8', async () => {
    const [problem] = await problemsOf({ 'etl.yaml': Buffer.from('project: p\n# caf\xe9\n', 'latin1') });
    expect(problem).toMatchObject({ message: 'etl.yaml is not valid UTF-8', place: { line: 2, column: 6 } });
  });
});

describe('a bad job.yaml', () => {
  const cases: readonly (readonly [string, readonly string[], string?])[] = [
    [extract.replace('from', 'form') + load, ['job.yaml:2:3 extract.orders.from of job j is missing'], "Is 'form' meant to be 'from'?"],
    [extract + load.replace('orders', 'order'), ["job.yaml:4:16 There is no dataset 'order' to load"], "Did you mean 'orders'?"],
    [
      extract + load.replace('replace', 'merge'),
      ['job.yaml:4:49 The mode merge needs a key'],
      'Add key: [COLUMN], the columns that identify a row',
    ],
    [
      extract + load.replace('replace', 'mrege'),
      ['job.yaml:4:49 load[1].mode of job j must be one of append, replace, merge, insert-new, replace-by, history, not "mrege"'],
      "Did you mean 'merge'?",
    ],
    [
      extract + load.replace('dwh, table: t', 'dump, file: f').replace('replace', 'merge, key: [id]'),
      ['job.yaml:4:49 CAPABILITY_MISSING The connector dump cannot merge'],
      'Its modes are append, replace',
    ],
    [
      extract.replace('shop, table: orders', 'mail') + load,
      ['job.yaml:2:19 CAPABILITY_MISSING The connector mailbox of mail cannot be read'],
      'It can be loaded: append',
    ],
    [extract.replace('from: shop', 'from: shp') + load, ["job.yaml:2:19 There is no connection 'shp' in etl.yaml"], "Did you mean 'shop'?"],
    [extract.replace('table', 'tabel') + load, ["job.yaml:2:25 extract orders (shop) has no field 'tabel'"], "Did you mean 'table'?"],
    [extract.replace('table', 'params: { a: 1 }, table') + load, ["job.yaml:2:25 extract orders has no field 'params'"]],
    [
      'extract:\n  orders: { from: dump, file: f, cursor: { field: id } }\n' + load,
      ['job.yaml:2:34 CAPABILITY_MISSING The connector dump cannot continue from a cursor'],
    ],
    [`${extract}${load}transform:\n  - orders: { filtre: "x" }\n`, ["job.yaml:6:15 There is no step 'filtre'"], "Did you mean 'filter'?"],
    [
      `${extract}${load}transform:\n  - orders: { filter: "x", derive: { a: b } }\n`,
      [
        'job.yaml:6:28 There are several steps in one entry (filter, derive), and a map has no order',
        'job.yaml:6:41 a is SQL and must stand in quotes or in a block, since YAML cuts plain text at #',
      ],
    ],
    [
      `${extract}${load}transform:\n  - orders: filter\n  - x\n  - orders: []\n  - orders: { filter: "a" }\n    other: { filter: "a" }\n`,
      [
        'job.yaml:6:13 A step is a name with its options, not "filter"',
        'job.yaml:7:5 A transform entry names one dataset and what is done with it, not "x"',
        'job.yaml:8:5 Nothing is done with orders here',
        "job.yaml:10:5 A transform entry is about one dataset; 'other' is a second one",
      ],
    ],
    [
      `${extract}${load}transform:\n  - a: { union: { of: [b] } }\n  - b: { union: { of: [a] } }\n`,
      ['job.yaml:6:10 The datasets need each other: a needs b needs a'],
    ],
    [
      `${extract}${load}transform:\n  - a: { union: { of: [b] } }\n  - b: { union: { of: [orders] } }\n`,
      ["job.yaml:6:10 a reads 'b', which is made only in line 7"],
      'Move that entry above this one',
    ],
    [`${extract}${load}transform:\n  - ordesr: { filter: "x" }\n`, ["job.yaml:6:5 There is no dataset 'ordesr'"], "Did you mean 'orders'?"],
    [
      `${extract}${load}transform:\n  - Orders: { sql: "select 1" }\n`,
      ["job.yaml:6:5 'Orders' and 'orders' in line 2 are one name to SQL"],
    ],
    [
      `${extract}${load}check:\n  ordrs:\n    - { field: id, on_fail: rejct }\n`,
      [
        "job.yaml:6:3 There is no dataset 'ordrs'",
        'job.yaml:7:29 [1].on_fail of check of ordrs must be one of reject, warn, stop, not "rejct"',
      ],
    ],
    [
      `${extract}${load}limits: { rejects: lots }\n`,
      ["job.yaml:5:20 limits.rejects of job j: 'lots' is neither a number of rows nor a share such as 1%"],
    ],
    [
      `${extract}${load}params:\n  since: { type: dat }\n  n: { type: integer, default: 1.5 }\n  run_started: { type: text }\n`,
      [
        "job.yaml:6:18 'dat' is not a type",
        'job.yaml:7:32 The default of parameter n has digits behind the point',
        'job.yaml:8:3 :run_started is given by etl and cannot be a parameter',
      ],
      "Did you mean 'date'?",
    ],
    [
      `extract:\n  orders:\n    from: shop\n    cursor: { field: id }\n    query: |\n      select ':no' -- :no\n      from t where a::date > :sicne\n${load.replace('replace', 'append')}params: { since: { type: date } }\n`,
      [
        'job.yaml:4:5 orders is appended by a cursor that states no lag: rows that are committed late would be missed',
        'job.yaml:7:30 :sicne is not a parameter of the job',
      ],
    ],
    [
      `${extract}${load}  - { dataset: orders, to: dwh, table: x, mode: replace }\n`,
      ["job.yaml:5:16 Two loads are called 'orders'; the first is in line 4"],
      'A load is called as its dataset unless it has an id: add one',
    ],
    [
      `${extract}load:\n  - { id: a, after: [b], dataset: orders, to: dwh, table: x, mode: replace }\n  - { id: b, after: [a, c], dataset: orders, to: dwh, table: x, mode: replace }\n`,
      ['job.yaml:4:14 The loads wait for each other: a after b after a', "job.yaml:5:25 There is no load 'c'"],
    ],
    [
      extract.replace('table: orders', 'table: "{dat}"') + load,
      ['job.yaml:2:32 {dat} is neither a parameter of the job nor a value of the run'],
    ],
    [
      `${extract}${load}name: other\nnotify: { on_failure: [] }\ntags: daily\n`,
      [
        "job.yaml:5:7 The job is called 'other', but its folder is jobs/j",
        "job.yaml:6:1 job j has no field 'notify'",
        'job.yaml:7:7 tags of job j must be a list, not "daily"',
      ],
    ],
    ['extract: {}\n', ['job.yaml:1:1 job j has no extract']],
    [
      extract + load.replace('table: t', 'table: AKIAABCDEFGHIJKLMNOP'),
      ['job.yaml:4:40 This looks like a secret, and secrets are never in files'],
    ],
  ];
  for (const [text, expected, hint] of cases)
    it(`is refused: ${JSON.stringify(text)}`, async () => {
      const problems = await problemsOf({ 'etl.yaml': good, 'jobs/j/job.yaml': text });
      expect(lines(problems)).toEqual(expected);
      if (hint !== undefined) expect(problems[0]?.hint).toBe(hint);
    });

  it('knows columns by schemas.yaml where a dataset is loaded as it was extracted', async () => {
    const schemas = 'orders: { columns: { id: integer not null, total: "decimal(12,2)" } }\n';
    const job = `${extract}${load.replace('replace', 'merge, key: [idd], order_by: [Total], add: { ID: "{run.id}" }')}`;
    expect(lines(await problemsOf({ 'etl.yaml': good, 'jobs/j/job.yaml': job, 'jobs/j/schemas.yaml': schemas }))).toEqual([
      "job.yaml:4:62 orders has no column 'idd'",
      "job.yaml:4:79 orders has no column 'Total'",
      "job.yaml:4:94 orders has a column 'ID' already",
    ]);
  });

  it('finds the mistakes of all files at once, also when etl.yaml cannot be read at all', async () => {
    const files = {
      'etl.yaml': 'project: "p\n',
      'jobs/j/job.yaml': 'extrct: {}\n',
      'jobs/j/schemas.yaml': 'orders: { columns: { id: intger } }\n',
      'jobs/j/job.test.yaml': 'tests: [{ nam: x, given: {}, expect: {} }]\n',
      'jobs/k/job.yml': '',
      'jobs/l.yaml': '',
    };
    expect(lines(await problemsOf(files))).toEqual([
      'etl.yaml:1:10 This quote is never closed',
      'job.test.yaml:1:9 tests[1].name of job.test.yaml is missing',
      "job.test.yaml:1:11 tests[1] of job.test.yaml has no field 'nam'",
      "job.yaml:1:1 job j has no field 'extrct'",
      'job.yaml:1:1 job j has no extract',
      "schemas.yaml:1:26 'intger' is not a type",
      'jobs/k/job.yml jobs/k/job.yml is not read',
      'jobs/l.yaml jobs/l.yaml is not read',
    ]);
  });

  it('shows the lines around a mistake with a caret under it', async () => {
    const [problem] = await problemsOf({ 'etl.yaml': good, 'jobs/j/job.yaml': extract + load.replace('replace', 'mrege') });
    expect(problem?.frame).toBe(
      [
        '  2 |   orders: { from: shop, table: orders }',
        '  3 | load:',
        '> 4 |   - { dataset: orders, to: dwh, table: t, mode: mrege }',
        '    |                                                 ^^^^^',
        '  5 |',
      ].join('\n'),
    );
  });
});
