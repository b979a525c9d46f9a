import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { typeName } from '@etl/sdk';
import fc from 'fast-check';
import { planStages } from '../../src/transforms/index.js';
import { libraryStep } from '../../src/transforms/library-step.js';
import { groupSteps } from '../../src/transforms/row-stage.js';
import { bindAll, openBench, runSteps, schemaOf, type Bench, type StepWishes, type Texts } from './run-steps.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

const input = schemaOf({ id: 'integer', name: 'text', total: 'decimal(12,2)', rate: 'float', day: 'date', note: 'text' });
const rows: Texts[] = [
  ['1', 'Ada', '10.50', '0.1', '2026-01-31', null],
  ['2', '', '-3.00', null, '2025-12-31', 'x,"y"\nz'],
  ['3', null, null, 'NaN', null, ''],
  ['4', 'Zoë 😀', '0.00', 'Infinity', '0001-01-01', '\u0000'],
];

describe('filter', () => {
  it('keeps what is true; false and null are filtered and counted', async () => {
    const out = await runSteps(bench, input, rows, [{ filter: 'total > 0' }]);
    expect(out.rows).toEqual([rows[0]]);
    expect(out.counts).toEqual([{ step: 'filter total > 0', in: 4, out: 1, filtered: 3, deduplicated: 0, rejected: 0, warned: 0 }]);
    expect(out.numbers).toEqual([0]);
  });

  it('leaves every cell byte for byte as it was', async () => {
    const out = await runSteps(bench, input, rows, [{ filter: 'id > 0' }]);
    expect(out.rows).toEqual(rows);
  });

  it('tells null from empty text', async () => {
    expect((await runSteps(bench, input, rows, [{ filter: 'name is null' }])).rows).toEqual([rows[2]]);
    expect((await runSteps(bench, input, rows, [{ filter: "name = ''" }])).rows).toEqual([rows[1]]);
  });

  it('works without any column', async () => {
    expect((await runSteps(bench, input, rows, [{ filter: '1 = 1' }])).rows).toEqual(rows);
    expect(await runSteps(bench, input, rows, [{ filter: 'null' }]).catch((error: unknown) => String(error))).toMatch(/not a condition/);
  });

  it('works on no rows', async () => {
    const out = await runSteps(bench, input, [], [{ filter: 'total > 0' }, { derive: { x: 'id + 1' } }]);
    expect(out.rows).toEqual([]);
    expect(out.counts.map(({ in: got }) => got)).toEqual([0, 0]);
  });
});

describe('derive', () => {
  it('makes and replaces columns one after another, with the types of SQL', async () => {
    const out = await runSteps(bench, input, rows.slice(0, 2), [
      { derive: { total: 'total * 2', double: 'total + 1', label: "name || '!'", list: '[id, 2]', big: 'id::hugeint' } },
      { select: ['total', 'double', 'label', 'list', 'big'] },
    ]);
    expect(out.schema.fields.map(({ type }) => typeName(type))).toEqual(['decimal(18,2)', 'decimal(18,2)', 'text', 'json', 'int128']);
    expect(out.rows).toEqual([['21.00', '22.00', 'Ada!', '[1,2]', '1'], ['-6.00', '-5.00', '!', '[2,2]', '2']]); // prettier-ignore
  });

  it('binds parameters and the start of the run by their types', async () => {
    const params = {
      since: { type: { kind: 'date' }, value: '2026-01-01' },
      tag: { type: { kind: 'text' }, value: "o'; drop table x; --" },
      none: { type: { kind: 'integer', bits: 64, signed: true }, value: null },
    } as const;
    const out = await runSteps(
      bench,
      input,
      rows.slice(0, 2),
      [
        { derive: { recent: 'day >= :since', tag: ":tag || ':since'", none: ':none + id', at: ':run_started' } },
        { select: ['recent', 'tag', 'none', 'at'] },
      ],
      { params },
    );
    expect(out.rows).toEqual([
      ['true', "o'; drop table x; --:since", null, '2026-11-20 06:00:00+00:00'],
      ['false', "o'; drop table x; --:since", null, '2026-11-20 06:00:00+00:00'],
    ]);
  });

  it('reads a slice and a struct as such, and a parameter there too', async () => {
    const params = { n: { type: { kind: 'integer', bits: 64, signed: true }, value: '2' } } as const;
    const out = await runSteps(
      bench,
      schemaOf({ name: 'text', k: 'integer' }),
      [['Adalbert', '3']],
      [{ derive: { a: 'name[1:k]', c: 'name[1: :n]', d: "{'key':k}" } }, { select: ['a', 'c', 'd'] }],
      { params },
    );
    expect(out.rows).toEqual([['Ada', 'Ad', '{"key":3}']]);
  });

  it('does not evaluate what a step before it has sorted out', async () => {
    const out = await runSteps(
      bench,
      schemaOf({ v: 'text' }),
      [['1'], ['x'], ['3']],
      [{ filter: "v <> 'x'" }, { derive: { n: 'cast(v as integer)' } }],
    );
    expect(out.rows).toEqual([['1', '1'], ['3', '3']]); // prettier-ignore
    expect(out.rejects).toEqual([]);
  });
});

describe('an expression that fails on some rows', () => {
  const texts = Array.from({ length: 1000 }, (_, at) => [String(at), at % 7 === 0 ? `bad-${at}` : at % 11 === 0 ? null : String(at)]);
  const wishes = [
    { filter: 'id % 2 = 0' },
    { derive: { n: 'cast(v as integer) + cast(v as integer)', m: 'n + cast(v as tinyint)' } },
    { check: [{ expression: 'm < 100', on_fail: 'reject' }] },
  ];

  it('rejects these rows alone, at the step that failed, with what the steps before made', async () => {
    const out = await runSteps(bench, schemaOf({ id: 'integer', v: 'text' }), texts, wishes);
    const even = texts.filter((_, at) => at % 2 === 0);
    const bad = even.filter(([, v]) => v?.startsWith('bad'));
    const tooBig = even.filter(([, v]) => v !== null && !v?.startsWith('bad') && Number(v) > 127);
    const over = even.filter(([, v]) => v !== null && !v?.startsWith('bad') && Number(v) <= 127 && Number(v) * 3 >= 100);
    expect(out.counts.map(({ step, rejected, filtered }) => [step, rejected, filtered])).toEqual([
      ['filter id % 2 = 0', 0, 500],
      ['derive n', bad.length, 0],
      ['derive m', tooBig.length, 0],
      ['check m < 100', over.length, 0],
    ]);
    const first = out.rejects.find(({ step }) => step === 'derive m');
    expect(first?.values).toHaveLength(3);
    expect(first?.schema.fields.map(({ name }) => name)).toEqual(['id', 'v', 'n']);
    expect(Number(first?.values[2])).toBe(Number(first?.values[1]) * 2);
    for (const { reason, step } of out.rejects)
      expect(reason.replace(/INT\d+/, '')).not.toMatch(step.startsWith('check') ? /bad-/ : /bad-|\d{3}/);
  });

  it('rejects the same rows by halves where TRY cannot be used', async () => {
    const out = await runSteps(bench, schemaOf({ id: 'integer', v: 'text' }), texts.slice(0, 200), [
      { derive: { n: "case when v like 'bad%' then error('no number') else v end", m: "n || '!'" } },
    ]);
    expect(out.counts.map(({ rejected, out: left }) => [rejected, left])).toEqual([[29, 171], [0, 171]]); // prettier-ignore
    expect(out.rejects[0]).toMatchObject({ step: 'derive n', values: ['0', 'bad-0'] });
    expect(out.rows.map(([, v, , m]) => m === (v === null ? null : `${v}!`))).not.toContain(false);
  });
});

describe('what an expression may not hold', () => {
  it.each([
    ['total >', /syntax error.*column/, undefined],
    ['totl > 0', /there is no column totl \(column 1 of the expression\)/, "Did you mean 'total'?"],
    ['name = "Ada"', /there is no column Ada/, /single quotes/],
    ['rows.total > 0', /rows.total names a dataset/, /write total/],
    ['(select max(total) from rows) > 0', /a subquery looks at other rows/, /sql step/],
    ['sum(total) > 0', /sum works over many rows/, /sql step/],
    ['row_number() over () > 1', /a window function/, /sql step/],
    ['now() > day', /now reads the clock/, /:run_started/],
    ['current_date > day', /current_date reads the clock/, /:run_started/],
    ['random() > 0.5', /random gives another answer each time/, /md5/],
    ['uuid() is null', /another answer/, undefined],
    ["current_setting('memory_limit') = ''", /depends on the session/, undefined],
    ['id > $1', /not parameters of the job/, 'Write :name'],
    ['id > :sinc', /:sinc is not a parameter/, undefined],
    ['id = 1; drop table x', /./, undefined],
    ['id = 1) from rows where (1 = 1', /not one expression/, undefined],
    ['id', /is integer, not a condition/, undefined],
    ['name > 5', /./, undefined],
    ['nosuch(id)', /nosuch/, undefined],
  ])('%s', async (expression, message, hint) => {
    const bound = bindAll(bench, input, [{ filter: expression }]);
    await expect(bound).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
      place: { line: 9, step: 'filter' },
    });
    if (hint !== undefined)
      await expect(bound).rejects.toMatchObject({ hint: typeof hint === 'string' ? hint : expect.stringMatching(hint) });
  });

  it('gives line and column of a mistake in several lines', async () => {
    await expect(bindAll(bench, input, [{ filter: 'total > 0\n  and nme is null' }])).rejects.toThrow(/line 2, column 7/);
  });

  it('refuses a float made of decimals until a cast says so', async () => {
    await expect(bindAll(bench, input, [{ derive: { half: 'total / 3' } }])).rejects.toMatchObject({
      message: expect.stringMatching(/decimals become a float/),
      hint: expect.stringMatching(/cast\(… as decimal/),
    });
    const [a, b, c] = await bindAll(bench, input, [
      { derive: { half: 'cast(total / 3 as decimal(12,4))', loose: 'cast(total / 3 as double)', rated: 'total * rate' } },
    ]);
    expect([a, b, c].map((step) => typeName(step?.output.fields.at(-1)?.type ?? { kind: 'json' }))).toEqual([
      'decimal(12,4)',
      'float',
      'float',
    ]);
  });

  it('refuses names that etl keeps, and two names that differ in case', async () => {
    await expect(bindAll(bench, input, [{ derive: { _etl_row: '1' } }])).rejects.toThrow(/belong to etl/);
    await expect(bindAll(bench, input, [{ derive: { Total: '1' } }])).rejects.toThrow(/differ only in case/);
  });

  it('warns that decimals over 38 digits are text in SQL', async () => {
    bench.warnings.length = 0;
    await runSteps(
      bench,
      schemaOf({ big: 'decimal(60,2)' }),
      [['12345678901234567890123456789012345678901.25']],
      [{ filter: "big like '123%'" }],
    );
    expect(bench.warnings.join()).toMatch(/big is decimal\(60,2\), which SQL cannot hold exactly/);
  });
});

describe('casts between expressions', () => {
  const table = schemaOf({ id: 'integer', name: 'text', total: 'decimal(12,2)' });
  const kinds = async (wishes: readonly StepWishes[]): Promise<string[]> =>
    groupSteps((await bindAll(bench, table, wishes)).map(libraryStep).filter((step) => step.work !== 'table')).map((group) =>
      group.work === 'script' ? 'script' : `${group.work} ${group.steps.length}`,
    );

  it('are one statement with them, where SQL casts exactly', async () => {
    expect(await kinds([{ filter: 'id > 0' }, { cast: { total: 'decimal(14,3)' } }, { derive: { twice: 'total * 2' } }])).toEqual([
      'expression 3',
    ]);
    expect(await kinds([{ filter: 'id > 0' }, { cast: { name: 'text(3)' } }, { derive: { twice: 'total * 2' } }])).toEqual([
      'expression 1', 'cells 1', 'expression 1',
    ]); // prettier-ignore
  });

  it('stand between two statements where a column was made before', async () => {
    const made = { derive: { sum: 'cast(total * 2 as decimal(12,2))' } };
    expect(await kinds([made, { cast: { sum: 'decimal(4,2)' } }, { filter: 'id > 0' }])).toEqual([
      'expression 1',
      'cells 1',
      'expression 1',
    ]);
    expect(await kinds([made, { cast: { total: 'decimal(4,2)' } }, { filter: 'id > 0' }])).toEqual(['expression 3']);
  });

  it('refuse a row with the reason of the cast, and nothing later is asked of it', async () => {
    const { rows, rejects, counts } = await runSteps(
      bench,
      table,
      [['1', '7', '12.50'], ['2', 'x', '123.00'], ['3', 'x', '1.00'], ['-4', '1', '999.00']],
      [{ filter: 'id > 0' }, { cast: { total: 'decimal(4,2)' } }, { derive: { sum: 'total + cast(name as integer)' } }],
      { batchRows: 2 },
    ); // prettier-ignore
    expect(rows).toEqual([['1', '7', '12.50', '19.50']]);
    expect(rejects.map(({ reason }) => reason)).toEqual([
      expect.stringMatching(/^total .*\(cast to decimal\(4,2\)\)$/),
      expect.stringMatching(/^derive sum: /),
    ]);
    expect(counts.map(({ in: given, filtered, rejected }) => [given, filtered, rejected])).toEqual([[4, 1, 0], [3, 0, 1], [2, 0, 1]]); // prettier-ignore
  });
});

describe('fused and one by one', () => {
  const step = fc.constantFrom<StepWishes>(
    { filter: 'total >= 0' }, { filter: "name <> 'a' or name is null" }, { derive: { total: 'cast(total * 2 as decimal(12,2))' } }, { derive: { extra: "coalesce(name, '?') || id" } },
    { derive: { n: 'cast(name as integer)' } }, { cast: { total: { to: 'decimal(12,1)', round: 'half-even' } } }, { clean: { trim: true, empty_to_null: true, case: 'lower' } }, { check: [{ field: 'total', min: 0, on_fail: 'reject' }] },
    { check: [{ expression: 'id % 3 <> 0', on_fail: 'warn' }, { field: 'name', not_null: true, on_fail: 'reject' }] }, { rename: { note: 'note' } }, { select: ['note', 'total', 'name', 'id'] }, { cast: { name: 'text(3)' } },
    { cast: { total: 'decimal(4,2)' } }, { cast: { total: 'decimal(14,3)', id: 'decimal(14)' } }, { cast: { id: 'int16' } }, { derive: { share: 'cast(total * 100000000 as decimal(12,2))' } },
  ); // prettier-ignore
  const cell = fc.oneof(
    { weight: 1, arbitrary: fc.constant(null) },
    {
      weight: 4,
      arbitrary: fc.oneof(fc.constantFrom('a', '', ' 7', 'B', '12', '"', 'é,\n'), fc.string({ unit: 'grapheme', maxLength: 5 })),
    },
  );
  const row = fc.tuple(
    fc.integer().map(String),
    cell,
    fc.oneof(
      fc.constant(null),
      fc.integer({ min: -9999, max: 9999 }).map((n) => (n / 100).toFixed(2)),
    ),
    cell,
  );
  const table = schemaOf({ id: 'integer', name: 'text', total: 'decimal(12,2)', note: 'text' });

  it('give the same rows, rejects and counts', async () => {
    await fc.assert(
      fc.asyncProperty(fc.array(row, { maxLength: 12 }), fc.array(step, { minLength: 1, maxLength: 6 }), async (given, wishes) => {
        const fused = await runSteps(bench, table, given, wishes, { batchRows: 5 });
        const steps = await bindAll(bench, table, wishes);
        let schema = table;
        const counts = [];
        const rejects = [];
        let left: readonly Texts[] = given;
        for (const bound of steps) {
          const [stage] = planStages([bound], schema);
          if (stage?.kind !== 'stream') throw new Error('not a stream');
          const { textsBatch, textsOf } = await import('./run-steps.js');
          const operator = await stage.open(bench.resources);
          const [result] = await operator.apply([textsBatch(schema, left)]);
          await operator.close();
          if (result === undefined) throw new Error('no result');
          left = textsOf(stage.output, result.batch);
          counts.push(...result.counts);
          rejects.push(...result.rejects.map(({ step: name, reason, values }) => ({ name, reason, values })));
          schema = stage.output;
        }
        expect(fused.rows).toEqual(left);
        expect(fused.counts).toEqual(counts);
        const sorted = (list: readonly unknown[]): string[] => list.map((each) => JSON.stringify(each)).sort();
        expect(sorted(fused.rejects.map(({ step: name, reason, values }) => ({ name, reason, values })))).toEqual(sorted(rejects));
        for (const count of fused.counts) expect(count.in).toBe(count.out + count.filtered + count.rejected + count.deduplicated);
      }),
      { numRuns: 120 },
    );
  });
});
