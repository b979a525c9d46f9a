import { afterAll, beforeAll } from '@jest/globals';
import { describeCommittingStatements } from '../../../test/harness/committing-statements.js';
import oracle from '../src/index.js';
import { OracleHarness } from './oracle-harness.js';

let harness: OracleHarness;
beforeAll(async () => {
  harness = await OracleHarness.create();
}, 60_000);
afterAll(() => harness.close());

describeCommittingStatements(() => ({
  connector: oracle,
  connection: () => harness.connection(),
  makeTable: async (table) => {
    await harness.run(`create table ${table} (id number(19), name varchar2(4000 char))`);
    await harness.run(`insert into ${table} values (1, 'a')`);
  },
  countOf: async (table) => Number((await harness.select(`select count(*) from ${table}`))[0]?.[0]),
}));
