import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, parseTypeName, typeName, type Batch, type Connection, type Json, type Reject, type Schema } from '@etl/sdk';
import { batchOf, field, schemaOf, text, textRowsOf, type TextRow } from '@etl/testkit';
import { PostgresHarness } from './postgres-harness.js';
import { begin, connect, finish, runLoad } from './run-load.js';
import { postgresTypes } from '../src/postgres-types.js';
import { typeMatrix, typesMade, typesToMake } from './type-matrix.js';

let harness: PostgresHarness;

beforeAll(async () => {
  harness = await PostgresHarness.create();
  await harness.server.sql(typesToMake);
}, 60_000);
afterAll(() => harness.remove());

interface Answer {
  readonly schema: Schema;
  readonly rows: readonly TextRow[];
  readonly batches: readonly Batch[];
  readonly rejects: readonly Reject[];
}

async function read(options: object): Promise<Answer> {
  const connection = await connect(harness.connection());
  try {
    return await readWith(connection, options);
  } finally {
    await connection.close();
  }
}

async function readWith(connection: Connection, options: object): Promise<Answer> {
  const extractor = await connection.extractor?.(options);
  if (extractor === undefined) throw new Error('no extractor');
  const { schema, parts } = await extractor.plan({ since: null, hold: null, parts: 1 });
  const batches: Batch[] = [];
  const rejects: Reject[] = [];
  for (const part of parts)
    for await (const chunk of extractor.read(part, null)) {
      batches.push(chunk.batch);
      rejects.push(...chunk.rejects);
    }
  await extractor.close();
  return { schema, batches, rejects, rows: batches.flatMap((batch) => textRowsOf(schema, batch)) };
}

/** A load of batches as they were read. */
async function copyInto(table: string, { schema, batches }: Answer): Promise<void> {
  const connection = await connect(harness.connection());
  const spec = { id: table, options: { table }, schema, mode: 'append' as const, rows: [] };
  const load = await begin(connection, spec);
  const writer = await load.part('0');
  for (const batch of batches) await writer.write(batch);
  expect(await writer.flush()).toEqual([]);
  await writer.save(1 satisfies Json);
  await writer.close();
  await finish(load, spec);
  await connection.close();
}

const failure = async (work: Promise<unknown>): Promise<{ code: string; message: string; hint: string | undefined }> => {
  try {
    await work;
  } catch (error) {
    if (isEtlError(error)) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('it worked');
};

let tables = 0;

describe('each type of PostgreSQL', () => {
  it.each(typeMatrix)(
    '$native is read as $type, from a table and from a query, and comes back unchanged',
    async ({ native, type, values }) => {
      const table = `t${++tables}`;
      await harness.server.sql(
        `create table ${table} (id integer primary key, c ${native}); insert into ${table} values (0, null), ${values.map(([sql], at) => `(${at + 1}, ${sql})`).join(', ')};`,
      );
      const expected = [['0', null], ...values.map(([, cell], at) => [String(at + 1), cell])];
      const fromTable = await read({ table });
      expect(fromTable.schema.fields.map((one) => typeName(one.type))).toEqual(['int32', type]);
      expect(fromTable.rows).toEqual(expected);
      const fromQuery = await read({ query: `select id, c from ${table} order by id` });
      expect(fromQuery.rows).toEqual(expected);
      expect(fromQuery.schema.fields[1]?.type).toEqual(fromTable.schema.fields[1]?.type);
      const copy = `${table}_copy`;
      await copyInto(copy, fromTable);
      const back = await read({ table: copy });
      expect(back.rows).toEqual(expected);
      expect(back.schema.fields[1]?.native).toEqual(fromTable.schema.fields[1]?.native);
      const same = await harness.server.sql(
        `select count(*) from ${table} a join ${copy} b on a.id = b.id where a.c::text is not distinct from b.c::text`,
      );
      expect(same.trim()).toBe(String(expected.length));
      const declared = await harness.server.sql(
        `select count(distinct format_type(atttypid, atttypmod)) from pg_attribute where attname = 'c' and attrelid in ('${table}'::regclass, '${copy}'::regclass)`,
      );
      // time(6) and time are one type in two spellings, as are text and character varying without a length
      if (!/^(time|timestamp) with|^character varying$/.test(native)) expect(declared.trim()).toBe('1');
    },
  );

  it('all of them side by side, so that none is written binary, come back unchanged too', async () => {
    const columns = typeMatrix.map(({ native }, at) => `c${at} ${native}`).join(', ');
    await harness.server.sql(
      `create table every (id integer, ${columns}); insert into every values (1, ${typeMatrix.map(({ values: [first] }) => first?.[0] ?? 'null').join(', ')});`,
    );
    const all = await read({ table: 'every' });
    expect(all.rows[0]?.slice(1)).toEqual(typeMatrix.map(({ values: [first] }) => first?.[1]));
    await copyInto('every_copy', all);
    expect((await read({ table: 'every_copy' })).rows).toEqual(all.rows);
  });
});

describe('a table that a load makes', () => {
  it.each(typesMade)('has $native for $type', ({ type, native }) => {
    const column = (): string => postgresTypes.column({ name: 'c', type: parseTypeName(type), nullable: true });
    if (native === null) expect(column).toThrow('PostgreSQL has no type for c');
    else expect(column()).toBe(native);
  });
});

describe('a value that no other database has', () => {
  it.each([
    ['date', `'infinity'`],
    ['date', `'-infinity'`],
    ['date', `'0044-03-15 BC'`],
    ['date', `'10000-01-01'`],
    ['timestamp', `'infinity'`],
    ['timestamp', `'0044-03-15 12:00:00 BC'`],
    ['timestamp', `'0044-03-15 12:00:00.123 BC'`],
    ['timestamp', `'20000-03-15 12:00:00'`],
    ['timestamptz', `'-infinity'`],
    ['timestamptz', `'0044-03-15 12:00:00+00 BC'`],
    ['timestamptz', `'294276-01-01 00:00:00+00'`],
    ['time', `'24:00:00'`],
    ['numeric', `'NaN'`],
    ['numeric(10,2)', `'NaN'`],
    ['numeric', `'-Infinity'`],
  ])('%s %s rejects its row with what to do, hides no other, and as text it can be read', async (type, value) => {
    const table = `t${++tables}`;
    await harness.server.sql(
      `create table ${table} (id integer primary key, moment ${type}, name text); insert into ${table} values (1, null, 'a'), (2, ${value}, 'bäd'), (3, null, 'c');`,
    );
    const { rows, rejects } = await read({ table });
    expect(rows).toEqual([['1', null, 'a'], ['3', null, 'c']]); // prettier-ignore
    const asText = (await read({ query: `select id, moment::text as moment from ${table} where id = 2` })).rows[0]?.[1];
    expect(rejects).toEqual([
      { reason: expect.stringMatching(/^Column moment .*"moment"::text/), code: 'DATA_INVALID', field: 'moment', values: ['2', asText, 'bäd'], origin: { part: '0', first: 1 } },
    ]); // prettier-ignore
    expect(rejects[0]?.reason).not.toContain(asText);
    // A column that nobody asked for rejects nothing
    expect((await read({ table, columns: ['id'] })).rows).toHaveLength(3);
  });
});

describe('rows that the server refuses', () => {
  const load = async (
    declared: string,
    rows: readonly (string | null)[],
    more: object = {},
  ): Promise<{ kept: string; rejects: unknown }> => {
    const table = `t${++tables}`;
    await harness.server.sql(`create table ${table} (id bigint, value ${declared})`);
    const schema = schemaOf(field('value', text));
    const { rejects } = await runLoad(harness.connection(), {
      id: table, options: { table }, schema, mode: 'append', policy: 'freeze', rows: rows.map((value, at): TextRow => [String(at), value]), ...more,
    }); // prettier-ignore
    const kept = await harness.server.sql(`select id from ${table} order by id`);
    return {
      kept: kept.trim().split('\n').join(' '),
      rejects: rejects.map(({ reason, values, origin }) => [values[0], origin?.first, reason]),
    };
  };

  it.each([
    ['character varying(3)', ['abc', 'abcd', '😀😀😀', null, ''], '0 2 3 4', [['1', 1, 'Column value is longer than character varying(3)']]],
    ['uuid', ['123e4567-e89b-12d3-a456-426655440000', 'no', null, '{123e4567e89b12d3a456426655440000}'], '0 2', [['1', 1, 'Column value holds a value that its type cannot hold'], ['3', 3, 'Column value holds a value that its type cannot hold']]],
    ['mood', ['sad', 'glad', null], '0 2', [['1', 1, 'Column value holds a value that is no mood (SQLSTATE 22P02)']]],
    ['inet', ['10.0.0.1', '300.1.1.1', '::1'], '0 2', [['1', 1, 'Column value holds a value that is no inet (SQLSTATE 22P02)']]],
    ['jsonb', ['{"a":1}', '{', '"\\u0000"', '[]'], '0 3', [['1', 1, 'Column value holds a value that is no jsonb (SQLSTATE 22P02)'], ['2', 2, 'Column value holds a character that PostgreSQL cannot keep']]],
    ['text', ['a', 'b\0c', 'd'], '0 2', [['1', 1, 'Column value holds a NUL character, which PostgreSQL cannot keep']]],
    ['integer[]', ['{1}', '{x}', '{2}'], '0 2', [['1', 1, 'Column value holds a value that is no integer[] (SQLSTATE 22P02)']]],
    ['text check (value <> \'no\') not null', ['yes', 'no', null, 'maybe'], '0 3', [['1', 1, 'The row breaks a CHECK of the table on value'], ['2', 2, 'Column value may not be empty']]],
  ] as const)('into %s are rejected by number, column and reason, and never hide the others', async (declared, rows, kept, rejects) => {
    expect(await load(declared, rows)).toEqual({ kept, rejects });
  }); // prettier-ignore

  it('are found among many, first, last and in between, over several bulk statements', async () => {
    const rows = Array.from({ length: 5000 }, (_, at) => (at === 0 || at === 2500 || at === 4999 ? 'long' : `v${at % 10}`));
    const { kept, rejects } = await load('character varying(3)', rows, { every: 1000 });
    expect(kept.split(' ')).toHaveLength(4997);
    expect((rejects as unknown[][]).map(([id]) => id)).toEqual(['0', '2500', '4999']);
  });

  it('of every row leave an empty table and all reasons', async () => {
    const { kept, rejects } = await load(
      'character varying(1)',
      Array.from({ length: 300 }, () => 'xx'),
    );
    expect(kept).toBe('');
    expect(rejects).toHaveLength(300);
  });
});

describe('what a column cannot hold exactly', () => {
  it.each([
    [{ kind: 'timestamp', zoned: false, digits: 9 }, 'timestamp(6)'],
    [{ kind: 'time', digits: 9 }, 'time(6)'],
    [{ kind: 'decimal', precision: 2000, scale: 0 }, 'decimal(1000,0)'],
  ] as const)('%j is refused before a row is read, with the cast that helps', async (type, cast) => {
    const schema = schemaOf(field('moment', type));
    const table = `t${++tables}`;
    const told = await failure(runLoad(harness.connection(), { id: table, options: { table }, schema, mode: 'append', rows: [] }));
    expect(told).toMatchObject({ code: 'CAPABILITY_MISSING', hint: expect.stringContaining(cast) });
  });

  it.each([
    ['numeric(10,2)', { kind: 'decimal', precision: 10, scale: 4 }],
    ['timestamp(0)', { kind: 'timestamp', zoned: false, digits: 6 }],
    ['real', { kind: 'float', bits: 64 }],
    ['date', { kind: 'timestamp', zoned: false, digits: 0 }],
  ] as const)('%s is not given %j where it may not be widened: nothing is rounded', async (declared, type) => {
    const table = `t${++tables}`;
    await harness.server.sql(`create table ${table} (id bigint, value ${declared})`);
    const spec = { id: table, options: { table }, schema: schemaOf(field('value', type)), mode: 'append' as const, policy: 'freeze' as const, rows: [] };
    expect(await failure(runLoad(harness.connection(), spec))).toMatchObject({ code: 'SCHEMA_MISMATCH' });
  }); // prettier-ignore

  it('takes values and cells of every kind by binary COPY as by text', async () => {
    const schema = schemaOf(
      field('n', { kind: 'integer', bits: 64, signed: true }),
      field('d', { kind: 'decimal', precision: 30, scale: 10 }),
    );
    const rows: TextRow[] = ['0', '-1', '999999999999999', '1000000000000000', '-999999999999999', '4294967296', '-4294967297', '9223372036854775807'].map((n, at) => [
      String(at), n, `${at % 2 === 0 ? '-' : ''}${'12345678901234567890'.slice(0, at + 1)}.0123456789`,
    ]); // prettier-ignore
    await copyInto('forms', { schema, rows, rejects: [], batches: [batchOf(schema, rows, { form: 'text', part: '0', first: 0 })] });
    const out = await harness.server.sql(`select id, n, d from forms order by id`);
    expect(out.trim().split('\n').map((line) => line.split('\t'))).toEqual(rows); // prettier-ignore
  });
});
