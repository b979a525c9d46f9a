import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { modes, type LoadPlan, type Mode, type PlanTarget, type Schema } from '@etl/sdk';
import { compareLoad, field, int64, schemaOf, text, type LoadSpec, type TextRow } from '@etl/testkit';
import { setTimeout as sleep } from 'node:timers/promises';
import { PostgresHarness } from './postgres-harness.js';
import { connect, runLoad } from './run-load.js';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await PostgresHarness.create();
}, 60_000);
afterAll(() => harness.remove());

const schema = schemaOf(field('name', text), field('amount', { kind: 'decimal', precision: 14, scale: 2 }));
const target = (mode: Mode, more: Partial<PlanTarget> = {}): PlanTarget => ({
  id: 'job/load', schema, mode, policy: 'evolve', key: mode === 'append' || mode === 'replace' ? [] : ['id'], ...more,
}); // prettier-ignore

async function plan(options: object, planned: PlanTarget): Promise<LoadPlan> {
  const connection = await connect(harness.connection());
  try {
    const loader = await connection.loader?.(options);
    const found = await loader?.plan?.(planned);
    if (found === undefined) throw new Error('no plan');
    return found;
  } finally {
    await connection.close();
  }
}

const objects = async (): Promise<string> =>
  harness.server.sql(`select relname from pg_class where relnamespace = 'public'::regnamespace order by 1`);

describe('a plan of a load', () => {
  it('of a table that is not there makes nothing', async () => {
    const before = await objects();
    const found = await plan({ table: 'new' }, target('merge'));
    expect(found).toMatchObject({ target: 'public.new', rows: null, problems: [] });
    expect(found.columns).toEqual([
      { name: 'id', type: 'bigint', change: 'create' },
      { name: 'name', type: 'text', change: 'create' },
      { name: 'amount', type: 'numeric(14,2)', change: 'create' },
    ]);
    expect(found.statements[0]).toBe('create table "public"."new" ("id" bigint not null, "name" text, "amount" numeric(14,2), primary key ("id"))');
    expect(await objects()).toBe(before);
  }); // prettier-ignore

  it.each(modes)('in mode %s lists what the publish then runs', async (mode) => {
    await harness.server.sql(`drop table if exists t; create table t (id bigint, name varchar(3)); insert into t values (1, 'a')`);
    const options = { table: 't', pre: ['select 1'], post: ['select 2'] };
    const found = await plan(options, target(mode));
    expect([found.rows, found.problems]).toEqual([1, []]);
    expect([found.statements[0], found.statements.at(-1)]).toEqual(['select 1', 'select 2']);
    const rows: TextRow[] = [['1', 'b', '1.00'], ['2', 'c', '2.00']]; // prettier-ignore
    const { counts } = await runLoad(harness.connection(), { id: mode, options, schema, mode, rows, run: mode, key: target(mode).key });
    expect(counts.in).toBe(2);
    // Each statement that was planned is one that the server takes, and leaves nothing to change
    const after = await plan(options, target(mode));
    expect(after.columns.every(({ change }) => change === 'keep')).toBe(true);
  });

  it('tells every column that is added, widened, kept and left out', async () => {
    await harness.server.sql(`drop table if exists t; create table t (id integer, name varchar(3), other text)`);
    const found = await plan({ table: 't' }, target('append'));
    expect(found.columns).toEqual([
      { name: 'id', type: 'bigint', change: 'widen', before: 'integer' },
      { name: 'name', type: 'text', change: 'widen', before: 'character varying(3)' },
      { name: 'amount', type: 'numeric(14,2)', change: 'add' },
      { name: 'other', type: 'text', change: 'keep' },
    ]);
    const ignoring = await plan({ table: 't' }, target('append', { policy: 'ignore-new' }));
    expect(ignoring.columns.find(({ name }) => name === 'amount')).toMatchObject({ change: 'ignore' });
  });

  it('tells all that is wrong at once', async () => {
    await harness.server.sql(`drop table if exists t; create table t (id date, name integer, needed text not null)`);
    const wrong: Schema = { fields: [...schema.fields, field('fine', { kind: 'timestamp', zoned: false, digits: 9 }), field('x'.repeat(64), int64)], key: [] };
    const { problems } = await plan({ table: 't' }, target('merge', { schema: wrong, key: ['nowhere'] }));
    expect(problems.map(({ code, message }) => `${code} ${message}`)).toEqual(
      ['is longer', 'id is integer', 'name is text', 'nowhere', 'needed', 'no type for fine'].map((part) => expect.stringContaining(part)),
    );
  }); // prettier-ignore
});

describe('a comparison of a load', () => {
  const names = schemaOf(field('name', text));
  const spec: LoadSpec = {
    options: { table: 'c', missing: 'delete' },
    schema: names,
    mode: 'merge',
    key: ['id'],
    rows: [['1', 'b'], ['2', null], ['3', 'long'], [null, 'x'], ['4', 'n'], ['1', 'c'], ['5', 'e']], // prettier-ignore
  };

  it('counts what the table would refuse, keeps missing rows behind a refused one, and leaves nothing', async () => {
    await harness.server.sql(
      `create table c (id bigint primary key, name text not null check (length(name) < 3)); insert into c values (1, 'a'), (5, 'e'), (9, 'z')`,
    );
    const [before, rows] = [await objects(), await harness.server.sql('select * from c order by 1')];
    const connection = await connect(harness.connection());
    try {
      expect(await compareLoad(connection, spec)).toMatchObject({ in: 7, updated: 1, inserted: 1, unchanged: 1, deduplicated: 1, rejected: 3, deleted: 0 });
      expect(await compareLoad(connection, { ...spec, rows: [['1', 'b']] })).toMatchObject({ in: 1, updated: 1, deleted: 2 });
      expect(await compareLoad(connection, { ...spec, rows: [['1', 'b']] }, { partial: true })).toMatchObject({ updated: 1, deleted: 0 });
      await expect(compareLoad(connection, { ...spec, rows: [] })).rejects.toMatchObject({ code: 'CONFLICT' });
    } finally {
      await connection.close();
    }
    expect([await objects(), await harness.server.sql('select * from c order by 1')]).toEqual([before, rows]);
    // The server drops temporary tables a moment behind the end of their session
    const left = (): Promise<string> => harness.server.sql(`select relname from pg_class where relname like '\\_etl\\_plan%'`);
    for (let tries = 0; tries < 50 && (await left()) !== ''; tries++) await sleep(100);
    expect(await left()).toBe('');
  }); // prettier-ignore

  it('says so where the login may make no temporary table', async () => {
    await harness.server.sql(
      `create role plain login password 'plain'; revoke temporary on database postgres from public; grant select on c to plain; grant create on schema public to plain`,
    );
    const connection = await connect(harness.connection({ user: 'plain', password: 'plain' }));
    try {
      await expect(compareLoad(connection, { ...spec, rows: [] })).rejects.toMatchObject({
        code: 'PERMISSION_DENIED',
        hint: expect.stringContaining('--no-rows'),
      });
    } finally {
      await connection.close();
      await harness.server.sql('grant temporary on database postgres to public');
    }
  });
});
