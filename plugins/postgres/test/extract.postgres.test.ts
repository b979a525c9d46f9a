import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, type ParentColumns, type Parents, type Position, type ReadPlan, type ReadRequest } from '@etl/sdk';
import { oddNames, textRowsOf, type TextRow } from '@etl/testkit';
import { PostgresHarness } from './postgres-harness.js';
import { connect } from './run-load.js';

let harness: PostgresHarness;
beforeAll(async () => {
  harness = await PostgresHarness.create();
  await harness.server.sql(`
    create table events (id bigint primary key, at timestamptz, day date, label text, country text);
    insert into events select n, timestamptz '2026-01-01 00:00:00+00' + (n / 10) * interval '1 minute', date '2026-01-01' + (n / 100)::int, 'label ' || n, (array['DE','FR','IT'])[1 + n % 3] from generate_series(0, 999) n;
    create table pairs (a text, b integer, note text, primary key (a, b)) with (autovacuum_enabled = false); -- statistics would tell that its rows lie in another order
    insert into pairs select chr(65 + n % 5), n, 'n' || n from generate_series(1, 3000) n;
    create table rates (country text, amount numeric(12,2), valid date); insert into rates values ('DE', 1.10, '2026-01-01'), ('DE', 1.20, '2026-02-01'), ('FR', 2.00, '2026-01-01'), ('007', 3, '2026-01-01');`);
}, 60_000);
afterAll(() => harness.remove());

interface Read {
  readonly plan: ReadPlan;
  readonly rows: readonly TextRow[];
}

async function read(options: object, request: Partial<ReadRequest> = {}, parents?: Parents): Promise<Read> {
  const connection = await connect(harness.connection());
  try {
    const extractor = await connection.extractor?.(options);
    if (extractor === undefined) throw new Error('no extractor');
    const plan = await extractor.plan({ since: null, hold: null, parts: 1, ...request });
    const rows: TextRow[] = [];
    for (const part of plan.parts)
      for await (const { batch } of extractor.read(part, null, parents)) rows.push(...textRowsOf(plan.schema, batch));
    await extractor.close();
    return { plan, rows };
  } finally {
    await connection.close();
  }
}

const code = async (work: Promise<unknown>): Promise<readonly [string, string]> => {
  try {
    await work;
  } catch (error) {
    if (isEtlError(error)) return [error.code, error.message];
    throw error;
  }
  return ['none', ''];
};

const ids = ({ rows }: Read): number[] => rows.map(([id]) => Number(id));

describe('a cursor', () => {
  it('reads what is behind the last value up to the newest one, ties whole', async () => {
    const first = await read({ table: 'events', cursor: { field: 'at' } });
    expect([first.rows.length, first.plan.until]).toEqual([1000, '2026-01-01 01:39:00+00:00']);
    const none = await read({ table: 'events', cursor: { field: 'at' } }, { since: first.plan.until });
    expect([none.rows.length, none.plan.until]).toEqual([0, first.plan.until]);
    const some = await read({ table: 'events', cursor: { field: 'at' } }, { since: '2026-01-01 01:36:00+00:00' });
    expect(ids(some)).toEqual(Array.from({ length: 30 }, (_, at) => 970 + at));
  });

  it('goes back by the lag where rows may be read again', async () => {
    const some = await read({ table: 'events', cursor: { field: 'at', lag: 120_000 } }, { since: '2026-01-01 01:38:00+00:00' });
    expect(ids(some)[0]).toBe(970);
    const day = await read({ table: 'events', cursor: { field: 'day', lag: 86_400_000 } }, { since: '2026-01-10' });
    expect([ids(day)[0], day.plan.until]).toEqual([900, '2026-01-10']);
  });

  it('holds back what is younger than the lag where a load appends', async () => {
    await harness.server.sql(`create table fresh (id integer, at timestamptz, local timestamp, day date);
      insert into fresh select n, now() - n * interval '1 hour', (now() at time zone 'UTC') - n * interval '1 hour', (now() at time zone 'UTC')::date - n from generate_series(0, 9) n`);
    for (const field of ['at', 'local']) {
      const held = await read({ table: 'fresh', cursor: { field } }, { hold: 3 * 3_600_000 - 1000 });
      expect(ids(held).sort((a, b) => a - b)).toEqual([3, 4, 5, 6, 7, 8, 9]);
    }
    const days = await read({ table: 'fresh', cursor: { field: 'day' } }, { hold: 2 * 86_400_000 });
    expect(ids(days).sort((a, b) => a - b)).toEqual([2, 3, 4, 5, 6, 7, 8, 9]);
  });

  it('by a number is exact beyond what a double holds', async () => {
    await harness.server.sql(
      'create table large (id bigint); insert into large values (9007199254740992), (9007199254740993), (9007199254740994)',
    );
    const some = await read({ table: 'large', cursor: { field: 'id' } }, { since: '9007199254740992' });
    expect([some.rows, some.plan.until]).toEqual([[['9007199254740993'], ['9007199254740994']], '9007199254740994']);
  });

  it('never goes back where the newest rows are gone', async () => {
    const later = await read({ table: 'events', cursor: { field: 'id' } }, { since: '5000' });
    expect([later.rows.length, later.plan.until]).toEqual([0, '5000']);
  });

  it('refuses rows that it would never see, a lag of what is no time, and a column that is not there', async () => {
    await harness.server.sql('create table holes (id integer, at timestamptz); insert into holes values (1, now()), (2, null)');
    expect((await code(read({ table: 'holes', cursor: { field: 'at' } })))[0]).toBe('DATA_INVALID');
    expect((await code(read({ table: 'events', cursor: { field: 'id', lag: 5 } }, { since: '1' })))[0]).toBe('CONFIG_INVALID');
    expect((await code(read({ table: 'events', cursor: { field: 'id' } }, { hold: 5 })))[0]).toBe('CONFIG_INVALID');
    expect(await code(read({ table: 'events', cursor: { field: 'nowhere' } }))).toEqual([
      'SCHEMA_MISMATCH',
      expect.stringContaining('nowhere'),
    ]);
  });
});

describe('a query', () => {
  it('has its parameters bound, never written into it', async () => {
    const options = { query: `select id, label from events where label = :label -- :comment\n and id::text <> ':label' order by id`, params: { label: 'label 7', comment: 'x' } };
    expect((await read(options)).rows).toEqual([['7', 'label 7']]);
    const hostile = `x' or true; drop table events; --`;
    expect((await read({ ...options, params: { label: hostile } })).rows).toEqual([]);
    expect((await read({ query: 'select :value::text as v', params: { value: hostile } })).rows).toEqual([[hostile]]);
    expect((await read({ query: 'select :value::integer as v', params: { value: null } })).rows).toEqual([[null]]);
    expect((await read({ table: 'events', columns: ['id'], where: 'label = :label', params: { label: 'label 9' } })).rows).toEqual([['9']]);
  }); // prettier-ignore

  it('goes on behind the last row where its order is total, and says where it is not', async () => {
    const plan = (await read({ query: 'select * from pairs', order_key: ['b'] })).plan;
    expect(plan.resume).toBe('position');
    expect((await read({ query: 'select * from pairs' })).plan.resume).toBe('part');
    expect(await code(read({ query: 'select * from pairs', order_key: ['a'] }))).toEqual([
      'DATA_INVALID',
      expect.stringContaining('order_key'),
    ]);
  });

  it('tells the line of a mistake, and two columns of one name', async () => {
    const failed = await read({ query: 'select id,\n  lable\nfrom events' }).catch((error: unknown) => error);
    expect(failed).toMatchObject({ code: 'SQL_FAILED', details: { line: 2 }, message: expect.stringContaining('lable') });
    expect((await code(read({ query: 'select id, id from events' })))[0]).toBe('SCHEMA_MISMATCH');
    expect((await code(read({ query: `delete from events` })))[0]).toBe('CONFIG_INVALID');
    expect((await harness.server.sql('select count(*) from events')).trim()).toBe('1000');
  });
});

describe('a read that goes on', () => {
  it.each<{ table: string; columns?: string[] }>([
    { table: 'pairs' },
    { table: 'pairs', columns: ['note'] },
    { table: 'events', columns: ['label', 'id'] },
  ])('behind any row of %j neither loses nor repeats one', async (options) => {
    const whole = await read(options);
    const connection = await connect(harness.connection());
    const extractor = await connection.extractor?.(options);
    const [part] = whole.plan.parts;
    if (extractor === undefined || part === undefined) throw new Error('no part');
    const key = await read({ ...options, columns: undefined });
    const names = key.plan.schema.key;
    const places = names.map((name) => key.plan.schema.fields.findIndex((field) => field.name === name));
    for (const at of [0, 1, 17, whole.rows.length - 2]) {
      const position: Position = { key: places.map((place) => key.rows[at]?.[place] ?? ''), rows: at + 1 };
      const rest: TextRow[] = [];
      for await (const { batch, position: next } of extractor.read(part, position)) {
        rest.push(...textRowsOf(whole.plan.schema, batch));
        expect(next).toMatchObject({ rows: at + 1 + rest.length });
      }
      expect(rest).toEqual(whole.rows.slice(at + 1));
    }
    await connection.close();
  });
});

describe('a read for each row of another dataset', () => {
  const columns: ParentColumns = {
    fields: [
      { name: 'country', type: { kind: 'text' }, nullable: false },
      { name: 'since', type: { kind: 'date' }, nullable: false },
    ],
    include: ['country'],
  };
  const query = 'select amount, valid from rates where country = :country and valid >= :since and amount > :least::numeric';
  const options = { query, params: { least: '1.10' } };

  it('is one statement that gives the rows of every parent, with what it includes in front', async () => {
    const parents: Parents = { ...columns, rows: [['DE', '2026-01-01'], ['007', '2026-01-01'], [`it's; --`, '2026-01-01'], ['FR', '2027-01-01']] }; // prettier-ignore
    const { plan, rows } = await read(options, { parents: columns }, parents);
    expect(plan.schema.fields.map(({ name, type }) => [name, type.kind])).toEqual([['country', 'text'], ['amount', 'decimal'], ['valid', 'date']]); // prettier-ignore
    expect([...rows].sort()).toEqual([['007', '3.00', '2026-01-01'], ['DE', '1.20', '2026-02-01']]); // prettier-ignore
  });

  it('takes a table with a condition as well, and hundreds of parents at once', async () => {
    const one: ParentColumns = { fields: [{ name: 'n', type: { kind: 'integer', bits: 64, signed: true }, nullable: false }], include: [] };
    const parents: Parents = { ...one, rows: Array.from({ length: 500 }, (_, at) => [BigInt(at)]) };
    const { rows } = await read({ table: 'events', where: 'id = :n', columns: ['label'] }, { parents: one }, parents);
    expect(rows).toHaveLength(500);
  });

  it('refuses a column that would be there twice', async () => {
    const twice = { query: 'select country, amount from rates where country = :country' };
    expect(await code(read(twice, { parents: columns }))).toEqual(['SCHEMA_MISMATCH', expect.stringContaining('country')]);
  });
});

describe('names', () => {
  it('of tables, schemas and columns may be anything', async () => {
    const quoted = (name: string): string => `"${name.replaceAll('"', '""')}"`;
    for (const name of oddNames) {
      await harness.server.sql(`create schema ${quoted(name)}; create table ${quoted(name)}.${quoted(name)} (${quoted(name)} integer primary key); insert into ${quoted(name)}.${quoted(name)} values (1), (2)`); // prettier-ignore
      const options = { schema: name, table: name, cursor: { field: name } };
      expect(await read(options)).toMatchObject({ rows: [['1'], ['2']], plan: { until: '2' } });
    }
  });

  it('are shown by the catalog, and described with key and native types', async () => {
    const connection = await connect(harness.connection());
    const tables = (await connection.catalog?.tables()) ?? [];
    expect(tables).toEqual(expect.arrayContaining(['events', 'pairs', 'rates', 'two words.two words']));
    expect(await connection.catalog?.describe('pairs')).toMatchObject({ key: ['a', 'b'] });
    await harness.server.sql('create table typed (id uuid primary key, doc jsonb)');
    expect((await connection.catalog?.describe('typed'))?.fields.map(({ native }) => native?.type)).toEqual(['uuid', 'jsonb']);
    expect(await code(connection.catalog?.describe('evnts') ?? Promise.resolve())).toEqual(['NOT_FOUND', expect.stringContaining('evnts')]);
    await connection.close();
  });
});
