import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, Secret, type Batch, type Connection, type Json, type Load, type Reject } from '@etl/sdk';
import { batchOf, field, schemaOf, text, type TextRow } from '@etl/testkit';
import { PostgresHarness } from './postgres-harness.js';
import { begin, connect, finish, type LoadSpec } from './run-load.js';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await PostgresHarness.create();
}, 60_000);
afterAll(() => harness.remove());

const schema = schemaOf(field('name', text));
const [batches, batchRows] = [24, 1000];
/** 1 MB in each batch, so that several bulk statements are full. */
const rowsOf = (batch: number): TextRow[] =>
  Array.from({ length: batchRows }, (_, at) => {
    const id = batch * batchRows + at;
    return [String(id), at === 500 ? `bad ${id}` : `${id} `.padEnd(1000, 'x')];
  });
const allRows = batches * batchRows;
const badRows = Array.from({ length: batches }, (_, batch) => batch * batchRows + 500);

const specOf = (table: string): LoadSpec => ({ id: `job/${table}`, options: { table }, schema, mode: 'append', rows: [] });

/** A table that refuses one row of each batch. */
async function fresh(table: string): Promise<LoadSpec> {
  await harness.server.sql(`create table ${table} (id bigint, name text check (name not like 'bad%'))`);
  return specOf(table);
}

/** Writes the batches from one to the other and saves behind the last; answers how many sessions wrote. */
async function write(load: Load, from: number, to: number): Promise<{ readonly rejects: readonly Reject[]; readonly writing: number }> {
  const writer = await load.part('0');
  for (const batch of batchesOf(from, to)) await writer.write(batch);
  const rejects = await writer.flush();
  const writing = Number(
    await harness.server.sql(`select count(*) from pg_stat_activity where application_name like 'etl %' and xact_start is not null`),
  );
  await writer.save(to satisfies Json);
  await writer.close();
  return { rejects, writing };
}

/** Made before the first of them is written, so that the server has work for two. */
const batchesOf = (from: number, to: number): Batch[] =>
  Array.from({ length: to - from }, (_, at) =>
    batchOf(schema, rowsOf(from + at), { form: 'text', part: '0', first: (from + at) * batchRows }),
  );

const bad = (rejects: readonly Reject[]): number[] => rejects.map(({ values }) => Number(values[0]));

const countOf = async (table: string): Promise<string> =>
  (await harness.server.sql(`select count(*), count(distinct id), min(id), max(id) from ${table}`)).trim();

const stagingTable = async (): Promise<string> =>
  (await harness.server.sql(`select relname from pg_class where relname like '\\_etl\\_stage%'`)).trim();

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return isEtlError(error) ? error.code : error;
  }
}

describe('a part that two sessions write', () => {
  let connection: Connection;
  const open = async (more: object = {}, failpoint?: (name: string) => Promise<void>): Promise<void> => {
    connection = await connect(harness.connection(more), failpoint === undefined ? {} : { failpoint });
  };

  it('holds every row once, and tells refused rows in the order of the source', async () => {
    const spec = await fresh('shared');
    await open();
    const load = await begin(connection, spec);
    const { rejects, writing } = await write(load, 0, batches);
    expect(writing).toBe(2);
    expect(bad(rejects)).toEqual(badRows);
    expect(await finish(load, spec)).toMatchObject({ in: allRows - batches, inserted: allRows - batches });
    expect(await countOf('shared')).toBe(`${allRows - batches}\t${allRows - batches}\t0\t${allRows - 1}`);
    await connection.close();
  }, 60_000);

  it('is written by one where the server lets no second session in', async () => {
    await harness.server.sql(`create role few login password 'few' connection limit 3; create schema of_few authorization few`);
    await open({ user: 'few', password: new Secret('few'), schema: 'of_few' });
    const spec = specOf('few_sessions');
    const load = await begin(connection, spec);
    const { writing } = await write(load, 0, batches);
    expect(writing).toBe(1);
    expect(await finish(load, spec)).toMatchObject({ inserted: allRows });
    await connection.close();
  }, 60_000);

  it('goes on behind its save where a session ends before anything more is saved', async () => {
    const spec = await fresh('ended');
    await open();
    const load = await begin(connection, spec);
    await write(load, 0, 12);
    const writer = await load.part('0');
    for (const batch of batchesOf(12, 20)) await writer.write(batch);
    await harness.server.sql(
      `select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'etl %' and xact_start is not null limit 1`,
    );
    expect(await codeOf(writer.flush())).toBe('UNREACHABLE');
    await load.suspend();
    await connection.close();
    await open();
    const resumed = await begin(connection, spec);
    expect((await resumed.part('0')).after).toBe(12);
    await write(resumed, 12, batches);
    expect(await finish(resumed, spec)).toMatchObject({ inserted: allRows - batches });
    expect(await countOf('ended')).toBe(`${allRows - batches}\t${allRows - batches}\t0\t${allRows - 1}`);
    await connection.close();
  }, 60_000);

  it('is begun again where one session has stored its rows and the other ended before it saved the mark', async () => {
    const spec = await fresh('torn');
    let saves = 0;
    await open({}, async (name) => {
      if (name !== 'sql.saving' || ++saves !== 2) return;
      await harness.server.sql(`select pg_terminate_backend(pid) from pg_stat_activity where application_name like 'etl %' and query like 'update%_etl_part%'`);
    }); // prettier-ignore
    const load = await begin(connection, spec);
    await write(load, 0, 12);
    expect(await codeOf(write(load, 12, batches))).toBe('UNREACHABLE');
    // What the second session stored is there without a mark
    expect(Number(await harness.server.sql(`select count(*) from ${await stagingTable()}`))).toBeGreaterThan(12 * (batchRows - 1));
    await load.suspend();
    await connection.close();
    await open();
    expect(await codeOf(begin(connection, spec))).toBe('STAGING_LOST');
    const anew = await begin(connection, { ...spec, run: 'r2' });
    expect((await anew.part('0')).after).toBeNull();
    await write(anew, 0, batches);
    expect(await finish(anew, { ...spec, run: 'r2' })).toMatchObject({ inserted: allRows - batches });
    expect(await countOf('torn')).toBe(`${allRows - batches}\t${allRows - batches}\t0\t${allRows - 1}`);
    await connection.close();
  }, 60_000);
});
