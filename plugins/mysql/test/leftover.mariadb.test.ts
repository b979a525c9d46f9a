import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, int64, schemaOf, text } from '@etl/testkit';
import { MysqlHarness } from './mysql-harness.js';
import { connect, runLoad } from './run-load.js';

let harness: MysqlHarness;
beforeAll(async () => {
  harness = await MysqlHarness.create();
}, 60_000);
afterAll(() => harness.remove());

const columnsOf = async (table: string): Promise<string[]> =>
  (await harness.sql(`select column_name from information_schema.columns where table_schema = database() and table_name = '${table}' order by ordinal_position`)).trim().split('\n'); // prettier-ignore

/** A replace by key into a table with columns that it does not bring, broken off at a failpoint. */
async function brokenOff(table: string, at: string): Promise<void> {
  await harness.sql(
    `create table ${table} (gone int, id bigint, name longtext, \`gone \`\`too\` text); insert into ${table} values (1, 1, 'a', 'x')`,
  );
  const failpoint = (name: string): Promise<void> => (name === at ? Promise.reject(new Error(`stopped at ${at}`)) : Promise.resolve());
  await expect(runLoad(harness.connection(), specOf(table), { failpoint })).rejects.toThrow();
}

const specOf = (table: string, run = 'r1') => ({
  id: table,
  run,
  options: { table },
  schema: schemaOf(field('name', text)),
  mode: 'replace' as const,
  key: ['id'],
  rows: [['2', 'b'], ['3', 'c']] as const, // prettier-ignore
});

describe('columns that a replace does not bring', () => {
  it('go behind the commit', async () => {
    await harness.sql('create table whole (gone int, id bigint, name longtext)');
    await runLoad(harness.connection(), specOf('whole'));
    expect(await columnsOf('whole')).toEqual(['id', 'name']);
  });

  it.each(['sql.committed', 'sql.tidied'])('go when the run that was stopped at %s is continued, and are then forgotten', async (at) => {
    const table = at.replace('.', '_');
    await brokenOff(table, at);
    const connection = await connect(harness.connection());
    const loader = await connection.loader?.({ table });
    expect((await loader?.state(table))?.published?.counts).toMatchObject({ inserted: 2, deleted: 1 });
    await loader?.tidy?.(table);
    expect(await columnsOf(table)).toEqual(['id', 'name']);
    // A column that somebody adds later by that name stays
    await harness.sql(`alter table ${table} add column gone int`);
    await loader?.tidy?.(table);
    await connection.close();
    expect(await columnsOf(table)).toEqual(['id', 'name', 'gone']);
  });

  it('go when the next run begins, also one that brings such a column anew', async () => {
    await brokenOff('next', 'sql.committed');
    expect(await columnsOf('next')).toEqual(['gone', 'id', 'name', 'gone `too']);
    const brings = schemaOf(field('name', text), field('gone', int64));
    const { counts } = await runLoad(harness.connection(), { ...specOf('next', 'r2'), schema: brings, rows: [['4', 'd', '44']] });
    expect(counts).toMatchObject({ inserted: 1, deleted: 2 });
    expect(await columnsOf('next')).toEqual(['id', 'name', 'gone']);
    expect(await harness.sql('select gone from next')).toBe('44\n');
  });
});
