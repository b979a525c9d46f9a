import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, modes, Secret, type Json, type Mode, type Schema } from '@etl/sdk';
import { batchOf, field, manyRows, schemaOf, text, type TextRow } from '@etl/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresHarness } from './postgres-harness.js';
import { begin, connect, finish, runLoad, writeRest, type LoadSpec } from './run-load.js';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await PostgresHarness.create({ durable: true });
}, 60_000);
afterAll(() => harness.remove());

const schema: Schema = { ...schemaOf(field('name', text)), key: [] };
const rows = Array.from({ length: 900 }, (_, at): TextRow => [String(at % 800), `new ${at}`]);
let tables = 0;

/** A table with rows that a load meets. */
async function fresh(more = ''): Promise<string> {
  const table = `t${++tables}`;
  await harness.server.sql(
    `create table ${table} (id bigint, name text); insert into ${table} select n, 'old ' || n from generate_series(700, 999) n; ${more.replaceAll('TABLE', table)}`,
  );
  return table;
}

const specOf = (table: string, mode: Mode): LoadSpec => ({
  id: `job/${table}`,
  options: { table },
  schema,
  mode,
  rows,
  every: 300,
  run: 'r1',
  ...(mode === 'append' || mode === 'replace' ? {} : { key: ['id'] }),
});

const contentOf = (table: string): Promise<string> => harness.server.sql(`select id, name from ${table} order by id, name`);

const countOf = async (table: string): Promise<number> => Number(await harness.server.sql(`select count(*) from ${table}`));

/** What a load did, or by which code of ours it ended. */
const outcome = async (work: Promise<unknown>): Promise<unknown> => {
  try {
    return await work;
  } catch (error) {
    return isEtlError(error) ? error.code : error;
  }
};

/** The same run as it is started again: the first answer where it is published already. */
async function again(spec: LoadSpec): Promise<unknown> {
  const connection = await connect(harness.connection());
  try {
    const loader = await connection.loader?.(spec.options);
    const published = (await loader?.state(spec.id ?? ''))?.published ?? null;
    if (published !== null && published.run === spec.run) return published.counts;
  } finally {
    await connection.close();
  }
  return (await runLoad(harness.connection(), spec)).counts;
}

async function up(): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await harness.server.sql('select 1');
      return;
    } catch (error) {
      if (tries > 200) throw error;
      await sleep(50);
    }
  }
}

describe('a server that is killed in the middle of a load and started again', () => {
  const moments = ['sql.begun', 'sql.written', 'sql.saving', 'sql.saved', 'sql.sealed', 'sql.applied', 'sql.publishing', 'sql.committed'];

  it.each(modes)(
    'holds in mode %s what it would hold without, once the run is started again',
    async (mode) => {
      const quiet = await fresh();
      const { counts } = await runLoad(harness.connection(), specOf(quiet, mode));
      const expected = await contentOf(quiet);
      // What comes before a save is the same in every mode
      const chosen = mode === 'append' ? moments : moments.filter((moment) => /applied|publishing|committed/.test(moment));
      for (const moment of chosen) {
        const table = await fresh();
        const spec = specOf(table, mode);
        let met = 0;
        const failpoint = async (name: string): Promise<void> => {
          if (name !== moment || ++met !== 1) return;
          await harness.server.kill();
          await harness.server.start();
        };
        const first = await outcome(runLoad(harness.connection(), spec, { failpoint }));
        expect([moment, met > 0, typeof first === 'object' || first === 'UNREACHABLE']).toEqual([moment, true, true]);
        await up();
        expect([moment, await again(spec), await contentOf(table)]).toEqual([moment, counts, expected]);
      }
    },
    240_000,
  );

  it('ends a read as UNREACHABLE, never as if it were complete, and the read goes on behind its last position', async () => {
    // 120 MB, far more than the sockets between hold
    await harness.server.sql(
      `create table big (id bigint primary key, note text, amount numeric(14,2)); insert into big select n, repeat('x', 2000), n from generate_series(1, 60000) n`,
    );
    const connection = await connect(harness.connection());
    const extractor = await connection.extractor?.({ table: 'big' });
    const plan = await extractor?.plan({ since: null, hold: null, parts: 1 });
    const [part] = plan?.parts ?? [];
    if (extractor === undefined || part === undefined) throw new Error('no part');
    let read = 0;
    let position: Json = null;
    const readOn = async (): Promise<void> => {
      for await (const chunk of extractor.read(part, position)) {
        read += chunk.batch.length;
        ({ position } = chunk);
        if (read === chunk.batch.length) await harness.server.kill();
      }
    };
    expect(await outcome(readOn())).toBe('UNREACHABLE');
    expect(read).toBeLessThan(60_000);
    await harness.server.start();
    for await (const chunk of extractor.read(part, position)) read += chunk.batch.length;
    expect(read).toBe(60_000);
    await connection.close();
  }, 60_000);
});

describe('other sessions in the way', () => {
  const hold = (statements: string): Promise<string> => harness.server.sql(`begin; ${statements}; select pg_sleep(4); rollback`);

  it('a row that somebody else holds is waited for, and then told as LOCKED; the run goes on behind its save', async () => {
    const table = await fresh('alter table TABLE add primary key (id)');
    const holder = hold(`select * from ${table} where id = 750 for update`);
    await sleep(700);
    const spec = specOf(table, 'merge');
    expect(await outcome(runLoad(harness.connection({ lock_timeout: 1 }), spec))).toBe('LOCKED');
    await holder;
    expect(await again(spec)).toMatchObject({ in: 900, deduplicated: 100, updated: 100, inserted: 700 });
    expect(await countOf(table)).toBe(1000);
  });

  it('a table that somebody else reads in a transaction is told as LOCKED where it would be replaced', async () => {
    const table = await fresh();
    const holder = hold(`select count(*) from ${table}`);
    await sleep(700);
    expect(await outcome(runLoad(harness.connection({ lock_timeout: 1 }), specOf(table, 'replace')))).toBe('LOCKED');
    expect(await countOf(table)).toBe(300);
    await holder;
    expect(await again(specOf(table, 'replace'))).toMatchObject({ in: 900, inserted: 900, deleted: 300 });
  });

  it('a deadlock is told as LOCKED, the transaction is taken back, and the run can be repeated', async () => {
    const table = await fresh(
      'alter table TABLE add primary key (id); create table other_TABLE (id int primary key); insert into other_TABLE values (1)',
    );
    const pre = [`update other_${table} set id = id where id = 1`, `select pg_sleep(1)`, `update ${table} set name = name where id = 999`];
    const against = harness.server.sql(
      `begin; update ${table} set name = name; select pg_sleep(1); update other_${table} set id = id where id = 1; select pg_sleep(1); commit`,
    );
    const spec = { ...specOf(table, 'merge'), options: { table, pre } };
    const [ours, theirs] = await Promise.all([outcome(runLoad(harness.connection(), spec)), outcome(against)]);
    // The server chooses which of the two it takes back
    if (ours === 'LOCKED') expect(typeof theirs).toBe('string');
    else expect(theirs).toMatchObject({ message: expect.stringContaining('deadlock') });
    expect(await again(spec)).toMatchObject({ in: 900 });
    expect(await countOf(table)).toBe(1000);
  });

  it('a session that an administrator ends is told as UNREACHABLE, and the run goes on behind its save', async () => {
    const table = await fresh();
    const spec = specOf(table, 'append');
    const connection = await connect(harness.connection());
    const load = await begin(connection, spec);
    const writer = await load.part('0');
    await writer.write(batchOf(schema, rows.slice(0, 300), { form: 'text', part: '0', first: 0 }));
    await writer.flush();
    await writer.save(300 satisfies Json);
    await harness.server.sql(`select count(pg_terminate_backend(pid)) from pg_stat_activity where application_name like 'etl %'`);
    await sleep(200);
    const write = async (): Promise<void> => {
      await writer.write(batchOf(schema, rows.slice(300, 600), { form: 'text', part: '0', first: 300 }));
      await writer.flush();
      await writer.save(600 satisfies Json);
    };
    expect(await outcome(write())).toBe('UNREACHABLE');
    await load.suspend();
    await connection.close();
    const second = await connect(harness.connection());
    const resumed = await begin(second, spec);
    const rest = await resumed.part('0');
    expect(rest.after).toBe(300);
    await rest.close();
    await writeRest(resumed, spec);
    expect(await finish(resumed, spec)).toMatchObject({ in: 900, inserted: 900 });
    await second.close();
  });

  it('a password that was changed is told as AUTH_FAILED by the next session', async () => {
    const table = await fresh();
    await harness.server
      .sql(`create role loader login password 'first'; grant create, usage on schema public to loader; alter table ${table} owner to loader;
      create schema of_loader authorization loader`);
    const as = (password: string): object => harness.connection({ user: 'loader', password: new Secret(password), schema: 'of_loader' });
    const spec = { ...specOf(table, 'append'), options: { table, schema: 'public' } };
    expect(await outcome(runLoad(as('first'), spec))).toMatchObject({ counts: { inserted: 900 } });
    await harness.server.sql(`alter role loader password 'second'`);
    expect(await outcome(runLoad(as('first'), { ...spec, run: 'r2' }))).toBe('AUTH_FAILED');
    expect(await outcome(runLoad(as('second'), { ...spec, run: 'r2' }))).toMatchObject({ counts: { inserted: 900 } });
  });

  it('a load of the same name into another schema is a stranger: neither waits for the other, nor ends it', async () => {
    await harness.server.sql('create schema elsewhere');
    const spec = { ...specOf(await fresh(), 'append'), id: 'job/orders' };
    const here = await connect(harness.connection());
    const load = await begin(here, spec);
    const there = { ...spec, options: { table: 'orders' }, run: 'r2', takeOver: true };
    expect(await outcome(runLoad(harness.connection({ schema: 'elsewhere' }), there))).toMatchObject({ counts: { inserted: 900 } });
    await writeRest(load, spec);
    expect(await finish(load, spec)).toMatchObject({ in: 900, inserted: 900 });
    await here.close();
  });

  it('a run that takes over ends the sessions of the older one, in the middle of a statement too', async () => {
    const table = await fresh();
    const spec = { ...specOf(table, 'append'), options: { table, pre: ['select pg_sleep(30)'] } };
    const older = outcome(runLoad(harness.connection(), spec));
    await sleep(1500);
    const started = Date.now();
    const newer = { ...specOf(table, 'append'), run: 'r2', takeOver: true };
    expect(await outcome(runLoad(harness.connection(), newer))).toMatchObject({ counts: { inserted: 900 } });
    expect(Date.now() - started).toBeLessThan(15_000);
    expect(await older).toBe('FENCED');
    expect(await countOf(table)).toBe(1200);
  });
});

describe('a table that other objects depend on', () => {
  it.each([
    ['a view', 'create view view_of_TABLE as select id from TABLE'],
    ['a foreign key', 'delete from TABLE; alter table TABLE add primary key (id); create table child_of_TABLE (id bigint references TABLE)'],
    ['an index', 'create index on TABLE (name)'],
    ['a grant', 'grant select on TABLE to public'],
    ['a trigger', `create function nothing_TABLE() returns trigger language plpgsql as 'begin return new; end'; create trigger t before insert on TABLE for each row execute function nothing_TABLE()`],
    ['a comment', `comment on column TABLE.name is 'kept'`],
    ['a default', `alter table TABLE alter name set default 'x'`],
    ['a publication', 'create publication publication_of_TABLE for table TABLE; alter table TABLE replica identity full'],
    ['row security', 'alter table TABLE enable row level security'],
  ])('%s keeps it through a replace, which exchanges the rows alone', async (_what, more) => {
    const table = await fresh(more);
    const oid = await harness.server.sql(`select '${table}'::regclass::oid`);
    const spec = { ...specOf(table, 'replace'), rows: rows.slice(0, 700) };
    expect((await runLoad(harness.connection(), spec)).counts).toMatchObject({ in: 700, inserted: 700 });
    expect(await harness.server.sql(`select '${table}'::regclass::oid`)).toBe(oid);
    expect(await countOf(table)).toBe(700);
  }); // prettier-ignore

  it('nothing lets the new table take its place: rows are written once', async () => {
    const table = await fresh();
    const oid = await harness.server.sql(`select '${table}'::regclass::oid`);
    await runLoad(harness.connection(), specOf(table, 'replace'));
    expect(await harness.server.sql(`select '${table}'::regclass::oid`)).not.toBe(oid);
    expect(await countOf(table)).toBe(900);
  });

  it('a computed column and an identity stay what they are', async () => {
    await harness.server.sql(
      'create table computed (n bigint generated always as identity, id bigint, name text, long text generated always as (name || name) stored)',
    );
    const { counts } = await runLoad(harness.connection(), { ...specOf('computed', 'append'), rows: [['1', 'a'], ['2', null]] }); // prettier-ignore
    expect(counts).toMatchObject({ inserted: 2 });
    expect(await harness.server.sql('select n, id, long from computed order by n')).toBe('1\t1\taa\n2\t2\t\\N\n');
  });
});

describe('parts of a table that are read side by side', () => {
  it('see one moment, and together hold every row once, whatever happens meanwhile', async () => {
    const lines = [...manyRows(200_000)].map(([id, , amount]) => `${id}\t${amount}`).join('\n');
    await harness.server.sql(
      `create table wide (id bigint primary key, amount numeric(14,2));\ncopy wide from stdin;\n${lines}\n\\.\nanalyze wide;`,
    );
    const connection = await connect(harness.connection());
    const extractor = await connection.extractor?.({ table: 'wide' });
    const plan = await extractor?.plan({ since: null, hold: null, parts: 4 });
    expect([plan?.parts.length, plan?.snapshot, plan?.resume]).toEqual([4, 'whole', 'position']);
    await harness.server.sql('delete from wide where id % 2 = 0; insert into wide select n, n from generate_series(300000, 300100) n');
    const counts = await Promise.all(
      (plan?.parts ?? []).map(async (part) => {
        let count = 0;
        for await (const { batch } of extractor?.read(part, null) ?? []) count += batch.length;
        return count;
      }),
    );
    expect(counts.reduce((sum, count) => sum + count, 0)).toBe(200_000);
    expect(Math.min(...counts)).toBeGreaterThan(30_000);
    await extractor?.close();
    await connection.close();
  }, 60_000);
});
