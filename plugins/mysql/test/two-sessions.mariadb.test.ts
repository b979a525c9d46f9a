import { afterAll, beforeAll } from '@jest/globals';
import { Secret } from '@etl/sdk';
import { describeTwoSessions } from '../../../test/harness/two-sessions.js';
import { MysqlHarness } from './mysql-harness.js';
import { connect } from './run-load.js';

let harness: MysqlHarness;
beforeAll(async () => {
  harness = await MysqlHarness.create();
}, 60_000);
afterAll(() => harness.remove());

const sql = async (statement: string): Promise<string> => (await harness.sql(statement)).trim();

/** The server looks at its transactions only where nobody has asked for a tenth of a second. */
const looked = (): Promise<void> => new Promise((resolve) => setTimeout(resolve, 200));

/** Sessions that hold rows which they have not committed, not those that only read. */
async function writing(): Promise<string[]> {
  await looked();
  const found = await sql('select trx_mysql_thread_id from information_schema.innodb_trx where trx_rows_modified > 0');
  return found === '' ? [] : found.split('\n');
}

const end = (session: string | undefined): Promise<string> => sql(`kill ${session ?? 'nobody'}`);

/** Who else wants the mark waits for the session that saved it. */
async function endSaving(): Promise<void> {
  const waiting = sql('select mark from _etl_part for update');
  let saving = '';
  while (saving === '') {
    await looked();
    saving = await sql(
      'select t.trx_mysql_thread_id from information_schema.innodb_lock_waits w join information_schema.innodb_trx t on t.trx_id = w.blocking_trx_id',
    );
  }
  await end(saving);
  await waiting;
}

describeTwoSessions(() => ({
  connect: (more = {}, options) => connect(harness.connection(more), options),
  makeTable: (table) => sql(`create table ${table} (id bigint, name text check (name not like 'bad%'))`),
  countOf: (table) => sql(`select count(*), count(distinct id), min(id), max(id) from ${table}`),
  staged: async () =>
    Number(
      await sql(
        `select count(*) from ${await sql(`select table_name from information_schema.tables where table_name like '\\_etl\\_stage%'`)}`,
      ),
    ),
  writing: async () => (await writing()).length,
  endOne: async () => end((await writing())[0]),
  endSaving,
  few: async () => {
    await sql(`create user few@'%' identified by 'few' with max_user_connections 3; grant all on *.* to few@'%'`);
    return { user: 'few', password: new Secret('few') };
  },
}));
