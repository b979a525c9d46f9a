import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, schemaOf, text, type LoadSpec } from '@etl/testkit';
import { MysqlHarness } from './mysql-harness.js';
import { connect, runLoad } from './run-load.js';

let harness: MysqlHarness;
beforeAll(async () => {
  harness = await MysqlHarness.create();
}, 60_000);
afterAll(() => harness.remove());

const sql = async (statement: string): Promise<string> => (await harness.sql(statement)).trim();

async function loadInto(table: string, more: object): Promise<LoadSpec> {
  await sql(`create table ${table} (id bigint, name longtext); insert into ${table} values (1, 'a')`);
  return { id: table, options: { table, ...more }, schema: schemaOf(field('name', text)), mode: 'append', rows: [['2', 'b']] };
}

const stopAt = (at: string) => ({
  failpoint: (name: string): Promise<void> => (name === at ? Promise.reject(new Error(`stopped at ${at}`)) : Promise.resolve()),
});

/** Definitions commit by themselves in MySQL. */
describe('a definition among the statements around a load', () => {
  it('leaves the publish behind it one transaction', async () => {
    const spec = await loadInto('before_it', { pre: ['create table if not exists side (id int)', 'insert into side values (1)'] });
    await expect(runLoad(harness.connection(), spec, stopAt('sql.publishing'))).rejects.toThrow('stopped at sql.publishing');
    expect(await sql('select count(*) from before_it')).toBe('1');
    expect(await sql('select count(*) from side')).toBe('0');
    const { counts } = await runLoad(harness.connection(), { ...spec, run: 'r2' });
    expect(counts).toMatchObject({ inserted: 1 });
    expect(await sql('select count(*) from side')).toBe('1');
  });

  it('doubles nothing where the run is killed behind it', async () => {
    const spec = await loadInto('behind_it', { post: ['create table if not exists later (id int)'] });
    await expect(runLoad(harness.connection(), spec, stopAt('sql.publishing'))).rejects.toThrow();
    expect(await sql('select count(*) from behind_it')).toBe('2');
    const connection = await connect(harness.connection());
    const state = await (await connection.loader?.(spec.options))?.state('behind_it');
    expect(state?.published).toMatchObject({ run: 'r1', counts: { inserted: 1 } });
    await connection.close();
  });

  it('is told by its own error where it fails', async () => {
    const spec = await loadInto('failing', { pre: ['create table if not exists third (id int)', 'create table third (id int)'] });
    await expect(runLoad(harness.connection(), spec)).rejects.toMatchObject({ code: expect.not.stringMatching('FENCED') });
    expect(await sql('select count(*) from failing')).toBe('1');
  });
});
