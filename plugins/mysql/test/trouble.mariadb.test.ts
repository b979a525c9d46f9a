import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, modes, type Json, type Mode, type Schema } from '@etl/sdk';
import { batchOf, field, schemaOf, text, type TextRow } from '@etl/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { MysqlHarness, password } from './mysql-harness.js';
import { begin, connect, finish, runLoad, writeRest, type LoadSpec } from './run-load.js';

let harness: MysqlHarness;
beforeAll(async () => {
  harness = await MysqlHarness.create({ durable: true });
}, 60_000);
afterAll(() => harness.remove());

const schema: Schema = { ...schemaOf(field('name', text)), key: [] };
const rows = Array.from({ length: 900 }, (_, at): TextRow => [String(at % 800), `new ${at}`]);
let tables = 0;

/** A table with rows that a load meets. */
async function fresh(): Promise<string> {
  const table = `t${++tables}`;
  await harness.sql(
    `create table ${table} (id bigint, name longtext); insert into ${table} select seq, concat('old ', seq) from seq_700_to_999`,
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

const contentOf = (table: string): Promise<string> => harness.sql(`select id, name from ${table} order by id, name`);

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
    const { published = null } = (await loader?.state(spec.id ?? '')) ?? {};
    if (published !== null && published.run === spec.run) return published.counts;
  } finally {
    await connection.close();
  }
  return (await runLoad(harness.connection(), spec)).counts;
}

describe('a server that is killed in the middle of a load and started again', () => {
  const moments = [
    'sql.begun',
    'sql.written',
    'sql.saving',
    'sql.saved',
    'sql.sealed',
    'sql.applied',
    'sql.publishing',
    'sql.committed',
    'sql.renamed',
  ];

  it.each(modes)(
    'holds in mode %s what it would hold without, once the run is started again',
    async (mode) => {
      const quiet = await fresh();
      const counts = (await runLoad(harness.connection(), specOf(quiet, mode))).counts;
      const expected = await contentOf(quiet);
      // What comes before a save is the same in every mode
      const chosen = mode === 'append' ? moments : moments.filter((moment) => /applied|publishing|committed|renamed/.test(moment));
      for (const moment of chosen) {
        const table = await fresh();
        const spec = specOf(table, mode);
        let met = 0;
        const failpoint = async (name: string): Promise<void> => {
          if (name !== moment || ++met !== 1) return;
          await harness.server.kill();
          void harness.server.start();
        };
        const first = await outcome(runLoad(harness.connection(), spec, { failpoint }));
        if (met === 0) continue;
        expect([moment, typeof first === 'object' || first === 'UNREACHABLE']).toEqual([moment, true]);
        await up();
        expect([moment, await again(spec), await contentOf(table)]).toEqual([moment, counts, expected]);
      }
    },
    120_000,
  );
});

async function up(): Promise<void> {
  for (let tries = 0; ; tries++) {
    try {
      await harness.sql('select 1');
      return;
    } catch (error) {
      if (tries > 200) throw error;
      await sleep(50);
    }
  }
}

describe('other sessions in the way', () => {
  it('a row that somebody else holds is waited for, and then told as LOCKED; the run goes on behind its save', async () => {
    const table = await fresh();
    await harness.sql(`alter table ${table} add primary key (id)`);
    const holder = harness.sql(`start transaction; select * from ${table} where id = 750 for update; do sleep(4); rollback`);
    await sleep(500);
    const spec = specOf(table, 'merge');
    expect(await outcome(runLoad(harness.connection({ lock_timeout: 1 }), spec))).toBe('LOCKED');
    await holder;
    expect(await again(spec)).toMatchObject({ in: 900, deduplicated: 100 });
    expect(await harness.sql(`select count(*) from ${table}`)).toBe('1000\n');
  });

  it('a table that somebody else holds against changes is told as LOCKED', async () => {
    const table = await fresh();
    const holder = harness.sql(`start transaction; select count(*) from ${table}; do sleep(4); rollback`);
    await sleep(500);
    expect(await outcome(runLoad(harness.connection({ lock_timeout: 1 }), specOf(table, 'replace')))).toBe('LOCKED');
    await holder;
    expect(await again(specOf(table, 'replace'))).toMatchObject({ in: 900 });
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
    await harness.sql('kill user etl');
    await sleep(200);
    const write = async (): Promise<void> => {
      await writer.write(batchOf(schema, rows.slice(300, 600), { form: 'text', part: '0', first: 300 }));
      await writer.flush();
      await writer.save(600 satisfies Json);
    };
    expect(await outcome(write())).toBe('UNREACHABLE');
    await outcome(load.suspend());
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

  it('a deadlock is told as LOCKED, the transaction is taken back, and the run can be repeated', async () => {
    const table = await fresh();
    await harness.sql(`alter table ${table} add primary key (id); create table other (id int primary key); insert into other values (1)`);
    const pre = [`update other set id = id where id = 1`, `do sleep(1)`, `update ${table} set name = name where id = 999`];
    const against = harness.sql(
      `start transaction; update ${table} set name = name; do sleep(1); update other set id = id where id = 1; do sleep(1); commit`,
    );
    const spec = { ...specOf(table, 'merge'), options: { table, pre } };
    const [ours, theirs] = await Promise.all([outcome(runLoad(harness.connection(), spec)), outcome(against)]);
    // The server chooses which of the two it takes back
    if (ours === 'LOCKED') expect(theirs).toBe('');
    else expect(theirs).toMatchObject({ message: expect.stringContaining('Deadlock') });
    expect(await again(spec)).toMatchObject({ in: 900 });
    expect(await harness.sql(`select count(*) from ${table}`)).toBe('1000\n');
  });

  it('a password that was changed is told as AUTH_FAILED by the next session', async () => {
    const table = await fresh();
    await harness.sql(`set password for etl@'%' = password('changed')`);
    try {
      expect(await outcome(runLoad(harness.connection(), specOf(table, 'append')))).toBe('AUTH_FAILED');
      expect(await outcome(runLoad(harness.connection({ password: 'changed' }), specOf(table, 'append')))).toMatchObject({
        counts: { inserted: 900 },
      });
    } finally {
      await harness.sql(`set password for etl@'%' = password('${password.replaceAll('\\', '\\\\').replaceAll(`'`, `''`)}')`);
    }
  });

  it('a load of the same name into another database of the server is a stranger: neither waits for the other, nor ends it', async () => {
    await harness.server.sql('create database elsewhere character set utf8mb4');
    const spec = { ...specOf(await fresh(), 'append'), id: 'job/orders' };
    const here = await connect(harness.connection());
    const load = await begin(here, spec);
    const there = { ...spec, options: { table: 'orders' }, run: 'r2', takeOver: true };
    expect(await outcome(runLoad(harness.connection({ database: 'elsewhere' }), there))).toMatchObject({ counts: { inserted: 900 } });
    await writeRest(load, spec);
    expect(await finish(load, spec)).toMatchObject({ in: 900, inserted: 900 });
    await here.close();
  });

  it('a run that takes over ends the sessions of the older one, in the middle of a statement too', async () => {
    const table = await fresh();
    const spec = { ...specOf(table, 'append'), options: { table, pre: ['do sleep(30)'] } };
    const older = outcome(runLoad(harness.connection(), spec));
    await sleep(1500);
    const started = Date.now();
    const newer = { ...specOf(table, 'append'), run: 'r2', takeOver: true };
    expect(await outcome(runLoad(harness.connection(), newer))).toMatchObject({ counts: { inserted: 900 } });
    expect(Date.now() - started).toBeLessThan(15_000);
    // Its session ends a moment before the newer run has the load
    expect(['FENCED', 'UNREACHABLE']).toContain(await older);
    expect(await harness.sql(`select count(*) from ${table}`)).toBe('1200\n');
  });
});
