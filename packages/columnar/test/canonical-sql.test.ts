import { describe, expect, it } from '@jest/globals';
import { encodeFloat, rowBatch } from '@etl/sdk';
import { isCanonical, textRowsOf } from '@etl/testkit';
import fc from 'fast-check';
import type { Session } from '../src/index.js';
import { inMemory } from './temporary-folder.js';

/** The cells of one column of a SELECT, through describe and stream. */
async function cellsOfSelect(session: Session, select: string): Promise<(string | null)[]> {
  const schema = await session.describe(select);
  const cells: (string | null)[] = [];
  for await (const batch of session.stream(select, schema)) cells.push(...textRowsOf(schema, batch).map(([cell = null]) => cell));
  for (const cell of cells)
    if (cell !== null && schema.fields[0] !== undefined) expect([cell, isCanonical(schema.fields[0].type, cell)]).toEqual([cell, true]);
  return cells;
}

const own: readonly (readonly [string, readonly (string | null)[]])[] = [
  [`select unnest(['-170141183460469231731687303715884105728'::hugeint, null])`, ['-170141183460469231731687303715884105728', null]],
  [`select '340282366920938463463374607431768211455'::uhugeint`, ['340282366920938463463374607431768211455']],
  [`select '12345678901234567890123456789012345678901234567890'::bignum`, ['12345678901234567890123456789012345678901234567890']],
  [`select unnest([0.5::decimal(2,2), '-0.05'::decimal(2,2), 0])`, ['0.50', '-0.05', '0.00']],
  [`select '-0.00000000000000000000000000000000000001'::decimal(38,38)`, ['-0.00000000000000000000000000000000000001']],
  [`select unnest(['1'::enum('1', 'a b'), 'a b'])`, ['1', 'a b']],
  [`select '6d3d2541-00e0-4f0c-a4b0-000000000001'::uuid`, ['6d3d2541-00e0-4f0c-a4b0-000000000001']],
  [`select interval '1 year 2 days 00:00:01.5'`, ['1 year 2 days 00:00:01.5']],
  [`select '0101'::bit`, ['0101']],
  [`select '12:00:00+02:30'::timetz`, ['12:00:00+02:30']],
  [`select [1, null, 3]`, ['[1,null,3]']],
  [`select {'a': 12345678901234567890.12::decimal(38,2), 'b': {'c': ['x"y']}}`, ['{"a":12345678901234567890.12,"b":{"c":["x\\"y"]}}']],
  [`select map {'k': date '2020-02-29'}`, ['{"k":"2020-02-29"}']],
  [`select '{"b" : 1.10, "a":2}'::json`, ['{"b" : 1.10, "a":2}']],
  [`select unnest(['2020-01-01 00:00:00'::timestamp_s, '1969-12-31 23:59:59'])`, ['2020-01-01 00:00:00', '1969-12-31 23:59:59']],
  [`select '2020-01-01 00:00:00.5'::timestamp_ms`, ['2020-01-01 00:00:00.5']],
  [`select '2020-01-01 00:00:00.000000001'::timestamp_ns`, ['2020-01-01 00:00:00.000000001']],
  [`select '2020-07-01 02:00:00.25+02:00'::timestamptz`, ['2020-07-01 00:00:00.25+00:00']],
  [`select '\\x00\\xFF'::blob`, ['\\x00ff']],
];

describe('canonical cells of DuckDB types', () => {
  it.each(own)('%s', (select, expected) => inMemory(async (session) => expect(await cellsOfSelect(session, select)).toEqual(expected)));

  it.each([64, 32] as const)('are the shortest text of any float of %i bits, as JavaScript writes it', (bits) =>
    inMemory(async (session) => {
      const type = { kind: 'float', bits } as const;
      const schema = { fields: [{ name: 'f', type, nullable: true }], key: [] };
      await session.run(`create table t (f ${bits === 64 ? 'double' : 'float'})`);
      const anyFloat = bits === 64 ? fc.double() : fc.float();
      await fc.assert(
        fc.asyncProperty(fc.array(anyFloat, { minLength: 500, maxLength: 500, size: 'max' }), async (values) => {
          await session.run('delete from t');
          await session.append('t', schema, [rowBatch(values.map((value) => [value]))]);
          const cells: (string | null)[] = [];
          for await (const batch of session.stream('select f from t', schema))
            cells.push(...textRowsOf(schema, batch).map(([cell = null]) => cell));
          expect(cells).toEqual(values.map((value) => encodeFloat(value, type)));
        }),
        { numRuns: 20, endOnFailure: true },
      );
    }),
  );

  it('cross every power of ten, where notations change', () =>
    inMemory(async (session) => {
      const values = Array.from({ length: 640 }, (_, at) => [
        Number(`1e${at - 330}`),
        Number(`-1.5e${at - 330}`),
        Number(`123456789e${at - 330}`),
      ]).flat();
      const literals = values.map((value) => `'${encodeFloat(value, { kind: 'float', bits: 64 })}'::double`);
      expect(await cellsOfSelect(session, `select unnest([${literals.join(', ')}])`)).toEqual(
        values.map((value) => encodeFloat(value, { kind: 'float', bits: 64 })),
      );
    }));

  it.each([
    `select 'infinity'::date as d`,
    `select '-infinity'::timestamp as d`,
    `select 'infinity'::timestamptz as d`,
    `select 'infinity'::timestamp_ns as d`,
    `select '0044-03-15 (BC)'::date as d`,
    `select '10000-01-01'::date as d`,
    `select '10000-01-01 00:00:00'::timestamp as d`,
    `select '24:00:00'::time as d`,
  ])('there is none of %s, which is refused by the name of its column', (select) =>
    inMemory(async (session) => {
      await expect(cellsOfSelect(session, select)).rejects.toMatchObject({
        code: 'DATA_INVALID',
        message: expect.stringContaining('Column d') as unknown,
      });
    }),
  );
});
