import { afterAll, beforeAll } from '@jest/globals';
import { describeCommittingStatements } from '../../../test/harness/committing-statements.js';
import mysql from '../src/index.js';
import { MysqlHarness } from './mysql-harness.js';

let harness: MysqlHarness;
beforeAll(async () => {
  harness = await MysqlHarness.create();
}, 60_000);
afterAll(() => harness.remove());

describeCommittingStatements(() => ({
  connector: mysql,
  connection: () => harness.connection(),
  makeTable: (table) => harness.sql(`create table ${table} (id bigint, name longtext); insert into ${table} values (1, 'a')`),
  countOf: async (table) => Number(await harness.sql(`select count(*) from ${table}`)),
}));
