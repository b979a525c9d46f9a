import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, typeName, type Connection, type Json, type Reject, type Schema } from '@etl/sdk';
import { batchOf, textRowsOf, type TextRow } from '@etl/testkit';
import { MysqlHarness } from './mysql-harness.js';
import { begin, connect, finish } from './run-load.js';
import { typeMatrix } from './type-matrix.js';

let harness: MysqlHarness;

beforeAll(async () => {
  harness = await MysqlHarness.create();
}, 60_000);
afterAll(() => harness.remove());

interface Answer {
  readonly schema: Schema;
  readonly rows: readonly TextRow[];
  readonly rejects: readonly Reject[];
}

async function read(options: object, more: object = {}): Promise<Answer> {
  const connection = await connect(harness.connection(more));
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
  const rows: TextRow[] = [];
  const rejects: Reject[] = [];
  for (const part of parts)
    for await (const chunk of extractor.read(part, null)) {
      rows.push(...textRowsOf(schema, chunk.batch));
      rejects.push(...chunk.rejects);
    }
  return { schema, rows, rejects };
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

describe('each type of MySQL', () => {
  it.each(typeMatrix)(
    '$native is read as $type, from a table and from a query, and comes back unchanged',
    async ({ native, type, values }) => {
      const table = `t_${native.replaceAll(/\W+/g, '_')}`;
      await harness.sql(
        `create table ${table} (id int primary key, c ${native} null);
       insert into ${table} values (0, null), ${values.map(([sql], at) => `(${at + 1}, ${sql})`).join(', ')}`,
      );
      const expected = [['0', null], ...values.map(([, cell], at) => [String(at + 1), cell])];
      const fromTable = await read({ table });
      expect(fromTable.schema.fields.map((field) => typeName(field.type))).toEqual(['int32', type]);
      expect(fromTable.rows).toEqual(expected);
      // The comment that says UTC, and the type behind a JSON, are known of tables alone
      if (!native.includes('comment')) expect((await read({ query: `select id, c from ${table} order by id` })).rows).toEqual(expected);
      const copy = `${table}_copy`;
      const connection = await connect(harness.connection());
      const spec = { id: copy, options: { table: copy }, schema: fromTable.schema, mode: 'append' as const, rows: [] };
      const load = await begin(connection, spec);
      const writer = await load.part('0');
      await writer.write(batchOf(fromTable.schema, fromTable.rows, { form: 'text', part: '0', first: 0 }));
      expect(await writer.flush()).toEqual([]);
      await writer.save(1 satisfies Json);
      await writer.close();
      await finish(load, spec);
      await connection.close();
      const back = await read({ table: copy });
      expect(back.rows).toEqual(expected);
      expect(back.schema.fields[1]?.native).toEqual(fromTable.schema.fields[1]?.native);
      const [same] = (
        await harness.sql(`select count(*) from ${table} a join ${copy} b on a.id = b.id where binary a.c <=> binary b.c`)
      ).split('\n');
      expect(same).toBe(String(expected.length));
    },
  );
});

describe('a value that no other database has', () => {
  it.each([
    ['date', `'0000-00-00'`, '0000-00-00', 'zero_dates: null', { zero_dates: 'null' }, null],
    ['datetime', `'2020-00-10 00:00:00'`, '2020-00-10 00:00:00', 'zero_dates: null', { zero_dates: 'null' }, null],
    ['timestamp null', `'0000-00-00 00:00:00'`, '0000-00-00 00:00:00+00:00', 'zero_dates: null', { zero_dates: 'null' }, null],
    ['date', `'2020-02-31'`, '2020-02-31', 'no calendar has', {}, undefined],
    ['date', `'0000-05-05'`, '0000-05-05', 'no calendar has', {}, undefined],
    ['time', `'-01:00:00'`, '-01:00:00', 'time: text', { time: 'text' }, '-01:00:00'],
    ['time', `'838:59:59'`, '838:59:59', 'time: text', { time: 'text' }, '838:59:59'],
    ['tinyint(1)', '2', '2', 'tinyint1: integer', { tinyint1: 'integer' }, '2'],
  ])('%s %s rejects its row with what to do, and hides no other', async (type, value, printed, what, option, cell) => {
    const table = `odd_${type}_${value}`.replaceAll(/\W+/g, '_');
    await harness.sql(
      `set sql_mode = 'allow_invalid_dates'; create table ${table} (id int primary key, c ${type}, t varchar(10));
       insert into ${table} values (1, null, 'a'), (2, ${value}, 'bäd'), (3, null, 'c')`,
    );
    const { rows, rejects } = await read({ table });
    expect(rows).toEqual([['1', null, 'a'], ['3', null, 'c']]); // prettier-ignore
    expect(rejects).toEqual([
      { reason: expect.stringContaining(what), code: 'DATA_INVALID', field: 'c', values: ['2', printed, 'bäd'], origin: { part: '0', first: 1 } },
    ]); // prettier-ignore
    expect(rejects[0]?.reason).not.toContain(value);
    if (cell !== undefined) expect((await read({ table, columns: ['c'] }, option)).rows[1]).toEqual([cell]);
    // A column that nobody asked for rejects nothing
    expect((await read({ table, columns: ['id'] })).rows).toHaveLength(3);
  });

  it('a geometry is refused by its column, and all others can be read', async () => {
    await harness.sql(`create table g (id int, place point); insert into g values (1, point(1, 2))`);
    expect(await failure(read({ table: 'g' }))).toMatchObject({ code: 'CAPABILITY_MISSING', message: expect.stringContaining('place') });
    expect((await read({ table: 'g', columns: ['id'] })).rows).toEqual([['1']]);
    expect((await read({ query: 'select st_astext(place) p from g' })).rows).toEqual([['POINT(1 2)']]);
  });
});
