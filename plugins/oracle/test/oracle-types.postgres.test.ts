import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { typeName } from '@etl/sdk';
import { oracleDialect } from '../src/oracle-dialect.js';
import { OracleHarness } from './oracle-harness.js';
import { load, read } from './run-load.js';
import { typeMatrix } from './type-matrix.js';

let harness: OracleHarness;

beforeAll(async () => {
  harness = await OracleHarness.create();
}, 60_000);
afterAll(() => harness.close());

const isReal = (process.env['ETL_TEST_ORACLE_URL'] ?? '') !== '';
const tried = typeMatrix.filter(({ only }) => only === undefined || isReal);

describe('each type of Oracle', () => {
  it.each(tried)(
    '$native is read as $type, from a table and from a query, and comes back unchanged',
    async ({ native, type, values }) => {
      const table = `T_${native.replaceAll(/\W+/g, '_')}`;
      await harness.run(`create table ${table} (ID NUMBER(9) primary key, C ${native})`);
      await harness.run(`insert into ${table} values (0, null)`);
      for (const [at, [sql]] of values.entries()) await harness.run(`insert into ${table} values (${at + 1}, ${sql})`);
      const expected = [['0', null], ...values.map(([, cell], at) => [String(at + 1), cell])];
      const fromTable = await read(harness.connection(), { table, order_key: ['ID'] });
      expect(fromTable.schema.fields.map((field) => typeName(field.type))).toEqual(['int32', type]);
      expect(fromTable.rows).toEqual(expected);
      expect((await read(harness.connection(), { query: `select ID, C from ${table}`, order_key: ['ID'] })).rows).toEqual(expected);
      const copy = `${table}_COPY`;
      const { rejects } = await load(harness.connection(), { table: copy, schema: fromTable.schema, mode: 'append', rows: fromTable.rows });
      expect(rejects).toEqual([]);
      const back = await read(harness.connection(), { table: copy, order_key: ['ID'] });
      expect(back.rows).toEqual(expected);
      expect(back.schema.fields).toEqual(fromTable.schema.fields.map((field) => ({ ...field, nullable: true })));
    },
    30_000,
  );

  it('of an expression of a query is the one that the server gives it', async () => {
    const query = `select 1.5 as A, sysdate as B, systimestamp as C, cast(2 as NUMBER(5)) as "d e", 'x' as E from dual`;
    const { schema } = await read(harness.connection(), { query });
    expect(schema.fields.map(({ name, type }) => `${name} ${type.kind}`)).toEqual([
      'A decimal',
      'B timestamp',
      'C timestamp',
      'd e integer',
      'E text',
    ]);
  });

  it('without a text that others read ends the read by name, with what to do', async () => {
    const field = {
      name: 'SHAPE',
      type: { kind: 'text' as const },
      nullable: true,
      native: { dialect: 'oracle', type: 'MDSYS.SDO_GEOMETRY' },
    };
    expect(() => oracleDialect.values.canonical(field, 'x')).toThrow(/SHAPE is of type MDSYS.SDO_GEOMETRY/);
  });
});
