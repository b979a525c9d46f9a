import { afterAll, beforeAll } from '@jest/globals';
import { Secret } from '@etl/sdk';
import { describeTwoSessions } from '../../../test/harness/two-sessions.js';
import { PostgresHarness } from './postgres-harness.js';
import { connect } from './run-load.js';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await PostgresHarness.create();
}, 60_000);
afterAll(() => harness.remove());

const sql = async (statement: string): Promise<string> => (await harness.server.sql(statement)).trim();
const writing = `pg_stat_activity where application_name like 'etl %' and xact_start is not null`;

describeTwoSessions(() => ({
  connect: (more = {}, options) => connect(harness.connection(more), options),
  makeTable: (table) => sql(`create table ${table} (id bigint, name text check (name not like 'bad%'))`),
  countOf: (table) => sql(`select count(*), count(distinct id), min(id), max(id) from ${table}`),
  staged: async () =>
    Number(await sql(`select count(*) from ${await sql(`select relname from pg_class where relname like '\\_etl\\_stage%'`)}`)),
  writing: async () => Number(await sql(`select count(*) from ${writing}`)),
  endOne: () => sql(`select pg_terminate_backend(pid) from ${writing} limit 1`),
  endSaving: () => sql(`select pg_terminate_backend(pid) from ${writing} and query like 'update%_etl_part%'`),
  few: async () => {
    await sql(`create role few login password 'few' connection limit 3; create schema of_few authorization few`);
    return { user: 'few', password: new Secret('few'), schema: 'of_few' };
  },
}));
