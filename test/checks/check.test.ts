import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parseTypeName } from '@etl/sdk';
import { valueOrder } from '../../src/checks/value-order.js';
import { runOnTables } from '../transforms/run-on-tables.js';
import { bindAll, openBench, runSteps, schemaOf, type Bench, type Texts } from '../transforms/run-steps.js';

let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});

const input = schemaOf({ id: 'integer', country: 'text', total: 'decimal(20,2)', at: 'timestamp', score: 'float', big: 'decimal' });
const check = async (rule: object, column: string, ...cells: (string | null)[]): Promise<(string | null)[]> => {
  const at = input.fields.findIndex(({ name }) => name === column);
  const rows = cells.map((cell): Texts => input.fields.map((_, index) => (index === at ? cell : null)));
  const out = await runSteps(bench, input, rows, [{ check: [{ field: column, on_fail: 'reject', ...rule }] }]);
  expect(out.rejects).toHaveLength(cells.length - out.rows.length);
  for (const { reason, code } of out.rejects) expect([reason.includes(column), code]).toEqual([true, 'CHECK_FAILED']);
  return out.rows.map((row) => row[at] ?? null);
};

describe('check rules on a column', () => {
  it('a null breaks not_null and nothing else', async () => {
    expect(await check({ not_null: true }, 'id', '1', null, '2')).toEqual(['1', '2']);
    expect(await check({ in: ['DE'] }, 'country', null, 'DE', 'FR', '')).toEqual([null, 'DE']);
    expect(await check({ min: 1 }, 'id', null, '0', '1')).toEqual([null, '1']);
    expect(await check({ pattern: { matches: '^x' } }, 'country', null, 'xa', 'a')).toEqual([null, 'xa']);
    expect(await check({ length: 2 }, 'country', null, 'DE', 'D')).toEqual([null, 'DE']);
  });

  it('compares by value and exactly', async () => {
    expect(await check({ in: ['1.5', '20000000000000000.01'] }, 'total', '1.50', '20000000000000000.01', '20000000000000000.02')).toEqual([
      '1.50',
      '20000000000000000.01',
    ]);
    expect(
      await check(
        { min: '-10.05', max: '12345678901234567.89' },
        'total',
        '-10.05',
        '-10.06',
        '12345678901234567.89',
        '12345678901234567.90',
      ),
    ).toEqual(['-10.05', '12345678901234567.89']);
    expect(
      await check({ min: '2026-01-01' }, 'at', '2025-12-31 23:59:59.999999', '2026-01-01 00:00:00', '2026-01-01 00:00:00.000'),
    ).toEqual(['2026-01-01 00:00:00', '2026-01-01 00:00:00.000']);
    expect(await check({ in: ['2026-01-01 10:00:00'] }, 'at', '2026-01-01 10:00:00.000', '2026-01-01 10:00:00.001')).toEqual([
      '2026-01-01 10:00:00.000',
    ]);
    expect(await check({ min: 0, max: 1 }, 'score', 'NaN', '-0', '1', '1.0000000000000002', 'Infinity')).toEqual(['-0', '1']);
    expect(await check({ in: ['1.10', '100'] }, 'big', '1.1', '1.100', '100', '1')).toEqual(['1.1', '1.100', '100']);
    expect(await check({ min: 'b', max: 'é' }, 'country', 'a', 'b', 'z', 'é', 'ê', 'B')).toEqual(['b', 'z', 'é']);
  });

  it('counts characters, not bytes', async () => {
    expect(await check({ length: { min: 2, max: 3 } }, 'country', 'é', 'éé', '😀😀😀', 'abcd')).toEqual(['éé', '😀😀😀']);
    expect(await check({ pattern: { matches: '^\\p{Lu}.$' } }, 'country', 'É😀', 'é😀')).toEqual(['É😀']);
  });

  it('orders decimals of any size as their numbers', () => {
    const order = valueOrder(parseTypeName('decimal'));
    const number = fc.tuple(fc.bigInt({ min: -(10n ** 20n), max: 10n ** 20n }), fc.nat(6));
    const text = ([value, scale]: [bigint, number]): string => {
      const digits = String(value < 0n ? -value : value).padStart(scale + 1, '0');
      return `${value < 0n ? '-' : ''}${scale === 0 ? digits : `${digits.slice(0, -scale)}.${digits.slice(-scale)}`}`;
    };
    fc.assert(
      fc.property(number, number, (a, b) => {
        const difference = a[0] * 10n ** BigInt(b[1]) - b[0] * 10n ** BigInt(a[1]);
        expect(Math.sign(order?.(text(a), text(b)) ?? Number.NaN)).toBe(difference < 0n ? -1 : difference > 0n ? 1 : 0);
      }),
    );
  });
});

describe('a check', () => {
  const rows: Texts[] = [['1', 'DE', '1.00', null, null, null], ['2', 'XX', '-1.00', null, null, null], ['3', 'YY', null, null, null, null]]; // prettier-ignore

  it('is a line of the balance for each thing that it demands', async () => {
    const out = await runSteps(bench, input, rows, [
      {
        check: [
          { field: 'country', not_null: true, in: ['DE', 'XX'], on_fail: 'reject' },
          { expression: 'total >= 0', on_fail: 'warn' },
          { field: 'id', min: 1, max: 2, on_fail: 'warn' },
        ],
      },
    ]);
    expect(out.counts.map(({ step, in: got, rejected, warned }) => [step, got, rejected, warned])).toEqual([
      ['check country not null', 3, 0, 0],
      ['check country in (DE, XX)', 3, 1, 0],
      ['check total >= 0', 2, 0, 1],
      ['check id between 1 and 2', 2, 0, 0],
    ]);
    expect(out.rows).toEqual(rows.slice(0, 2));
  });

  it('stops the job by default, naming rule and numbers and no value', async () => {
    const out = await runSteps(bench, input, rows, [{ check: [{ field: 'country', in: ['DE'] }] }]);
    const [total] = out.counts;
    if (total === undefined) throw new Error('no counts');
    expect(out.steps[0]?.judge?.(total)).toMatchObject({
      code: 'CHECK_FAILED',
      message: 'check country in (DE): 2 of 3 rows break the rule. Nothing was published',
      hint: 'Look at the rows: etl rejects list',
      details: { rule: 'check country in (DE)', broken: 2, rows: 3 },
    });
    expect(out.steps[0]?.judge?.({ ...total, rejected: 0 })).toBeNull();
  });

  it.each([
    ['reject', 1, 1, null],
    ['reject', 1, 2, /2 of 100 rows break the rule, more than the limit of 1\./],
    ['warn', '1%', 1, null],
    ['warn', '1.5 %', 2, /more than the limit of 1.5 %/],
    ['warn', '29%', 29, null],
    ['warn', undefined, 100, null],
  ])('%s with limit %p judges %p of 100 rows', async (onFail, limit, broken, message) => {
    const [step] = await bindAll(bench, input, [
      { check: [{ field: 'id', not_null: true, on_fail: onFail, ...(limit === undefined ? {} : { limit }) }] },
    ]);
    const counts = {
      step: step?.name ?? '',
      in: 100,
      out: 100,
      filtered: 0,
      deduplicated: 0,
      rejected: onFail === 'reject' ? broken : 0,
      warned: onFail === 'warn' ? broken : 0,
    };
    const error = step?.judge?.(counts);
    if (message === null) expect(error).toBeNull();
    else expect(error?.message).toMatch(message);
  });

  it.each([
    [{ field: 'id' }, /demands nothing/],
    [{ in: ['x'] }, /names no field/],
    [{ unique: true }, /names no field/],
    [{ field: 'idd', not_null: true }, /names column idd/],
    [{ field: 'id', in: ['a'] }, /in: a is not a number/],
    [{ field: 'id', min: 5, max: 1 }, /min is greater than max/],
    [{ field: 'id', length: 3 }, /integer has no length/],
    [{ field: 'country', pattern: { matches: '(' } }, /not a regular expression/],
    [{ field: 'country', not_null: true, limit: 5 }, /on_fail: stop allows no row/],
    [{ expression: 'id + 1' }, /is integer, not a condition|is int/],
    [{ field: 'id', not_null: true, on_fial: 'warn' }, /on_fial/],
    [{ field: 'id', not_null: true, on_fail: 'warn', limit: 'some' }, /limit/],
  ])('refuses the rule %j', async (rule, message) => {
    await expect(bindAll(bench, input, [{ check: [rule] }])).rejects.toMatchObject({
      code: 'CONFIG_INVALID',
      message: expect.stringMatching(message),
      place: { line: 9 },
    });
  });
});

describe('unique', () => {
  const schema = schemaOf({ id: 'integer', line: 'text' });
  const rows = { schema, rows: [['1', 'a'], ['2', 'a'], ['1', 'b'], [null, 'a'], [null, 'a'], ['1', 'a'], ['3', null], ['3', null]] as Texts[] }; // prettier-ignore

  it('rejects every row of a value that is there twice; rows with a null are not compared', async () => {
    const out = await runOnTables(bench, { rows }, [{ check: [{ field: 'id', unique: true, on_fail: 'reject' }] }]);
    expect(out.rows).toEqual([['2', 'a'], [null, 'a'], [null, 'a']]); // prettier-ignore
    expect(out.rejects.map(({ values }) => values)).toEqual([['1', 'a'], ['1', 'b'], ['1', 'a'], ['3', null], ['3', null]]); // prettier-ignore
    expect(out.rejects[0]).toMatchObject({
      step: 'check id unique',
      reason: 'id is there more than once',
      code: 'CHECK_FAILED',
      field: 'id',
    });
    expect(out.counts).toEqual([{ step: 'check id unique', in: 8, out: 3, filtered: 0, deduplicated: 0, rejected: 5, warned: 0 }]);
  });

  it('looks at several columns together', async () => {
    const out = await runOnTables(bench, { rows }, [{ check: [{ unique: ['id', 'line'], on_fail: 'reject' }] }]);
    expect(out.counts).toMatchObject([{ step: 'check id, line unique', rejected: 2, out: 6 }]);
  });

  it('warns, and lets the rows through with their numbers', async () => {
    const out = await runOnTables(bench, { rows }, [{ check: [{ field: 'id', unique: true, on_fail: 'warn' }] }]);
    expect(out.rows).toEqual(rows.rows);
    expect(out.counts).toMatchObject([{ rejected: 0, warned: 5, out: 8 }]);
    expect(out.rejects).toEqual([]);
  });

  it('stops the job', async () => {
    const out = await runOnTables(bench, { rows }, [{ check: [{ field: 'id', unique: true }] }]);
    const [total] = out.counts;
    expect(total && out.steps[0]?.judge?.(total)?.message).toMatch(/5 of 8 rows break the rule/);
  });
});
