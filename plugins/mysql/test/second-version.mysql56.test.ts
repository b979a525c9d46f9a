import { afterAll, describe, expect, it } from '@jest/globals';
import { modes, typeName } from '@etl/sdk';
import { describeExtractor, field, schemaOf, startMysql56, text, textRowsOf, type TextRow } from '@etl/testkit';
import mysql from '../src/index.js';
import { MysqlHarness } from './mysql-harness.js';
import { connect, runLoad } from './run-load.js';
import { typeMatrix } from './type-matrix.js';

/** A real MySQL that is older than any that can be loaded into: what is read from it is exact, and a load is refused before it changes anything. */
const harness = await MysqlHarness.over(await startMysql56());
// MariaDB has such numbers by itself
const digit =
  '(select 0 n union all select 1 union all select 2 union all select 3 union all select 4 union all select 5 union all select 6 union all select 7 union all select 8 union all select 9)';
await harness.sql(
  `create table seq_0_to_19999 (seq int primary key);
   insert into seq_0_to_19999 select a.n + 10 * b.n + 100 * c.n + 1000 * d.n + 10000 * e.n from ${digit} a, ${digit} b, ${digit} c, ${digit} d, ${digit} e where e.n < 2`,
);
afterAll(() => harness.remove());

const extractor = await harness.extractor();
const waivers = new Map(Object.entries(extractor.waivers ?? {}));
waivers.delete('reads the sign of a zero float exactly');
describeExtractor({ describe, it }, mysql, {
  ...extractor,
  // It keeps the sign of a zero
  waivers: Object.fromEntries(waivers),
  // Its first version with JSON is 5.7
  holds: (type) => (type.kind === 'json' ? null : (extractor.holds?.(type) ?? null)),
});

describe('each type of MySQL 5.6', () => {
  const there = typeMatrix.filter(({ native, only }) => only !== 'MariaDB' && !native.startsWith('json'));

  it.each(there)('$native is read as $type', async ({ native, type, values }) => {
    const table = `t_${native.replaceAll(/\W+/g, '_')}`;
    await harness.sql(
      `create table ${table} (id int primary key, c ${native} null);
       insert into ${table} values (0, null), ${values.map(([sql], at) => `(${at + 1}, ${sql})`).join(', ')}`,
    );
    const connection = await connect(harness.connection());
    const found = await connection.extractor?.({ table });
    const plan = await found?.plan({ since: null, hold: null, parts: 1 });
    const rows: TextRow[] = [];
    for (const part of plan?.parts ?? [])
      for await (const { batch } of found?.read(part, null) ?? []) rows.push(...textRowsOf(plan?.schema ?? schemaOf(), batch));
    await connection.close();
    expect(plan?.schema.fields.map((one) => typeName(one.type))).toEqual(['int32', type]);
    expect(rows).toEqual([['0', null], ...values.map(([, cell], at) => [String(at + 1), cell])]);
  });
});

describe('a load into MySQL 5.6', () => {
  it.each(modes)('is refused in mode %s by the version that it needs, before anything is changed', async (mode) => {
    const tables = (): Promise<string> => harness.sql('show tables');
    const before = await tables();
    const key = mode === 'append' || mode === 'replace' ? {} : { key: ['id'] };
    const spec = { options: { table: 'target' }, schema: schemaOf(field('name', text)), mode, rows: [['1', 'a']], ...key };
    await expect(runLoad(harness.connection(), spec)).rejects.toMatchObject({
      code: 'CAPABILITY_MISSING',
      message: expect.stringContaining('is MySQL 5.6.24'),
      hint: 'Loads need MySQL 8.0 or MariaDB 10.3 and later; extracts also work with older servers',
    });
    expect(await tables()).toBe(before);
  });
});
