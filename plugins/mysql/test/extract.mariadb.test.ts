import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection, ReadPlan, ReadRequest, Row } from '@etl/sdk';
import { oddNames, textRowsOf, type TextRow } from '@etl/testkit';
import { MysqlHarness } from './mysql-harness.js';
import { connect, runLoad } from './run-load.js';

let harness: MysqlHarness;
let connection: Connection;
beforeAll(async () => {
  harness = await MysqlHarness.create();
  connection = await connect(harness.connection());
}, 60_000);
afterAll(async () => {
  await connection.close();
  await harness.remove();
});

interface Reading {
  readonly plan: ReadPlan;
  readonly rows: readonly TextRow[];
  /** Rows of each part. */
  readonly sizes: readonly number[];
}

async function read(options: object, request: Partial<ReadRequest> = {}): Promise<Reading> {
  const extractor = await connection.extractor?.(options);
  if (extractor === undefined) throw new Error('no extractor');
  const plan = await extractor.plan({ since: null, hold: null, parts: 1, ...request });
  const rows: TextRow[] = [];
  const sizes: number[] = [];
  for (const part of plan.parts) {
    const before = rows.length;
    for await (const { batch } of extractor.read(part, null)) rows.push(...textRowsOf(plan.schema, batch));
    sizes.push(rows.length - before);
  }
  return { plan, rows, sizes };
}

const ids = ({ rows }: Reading): number[] => rows.map(([id]) => Number(id));

/** Names that MySQL keeps: none with an emoji, none with a space at the end. */
const names = oddNames.filter((name) => !/[\u{10000}-\u{10ffff}]/u.test(name));

describe('odd names', () => {
  it('of tables and columns are only names', async () => {
    for (const name of names) {
      const columns = names.map((column) => ({ name: column, type: { kind: 'text' as const }, nullable: true }));
      const schema = {
        fields: [{ name: 'id', type: { kind: 'integer' as const, bits: 32 as const, signed: true }, nullable: false }, ...columns],
        key: [],
      };
      const rows = [1, 2, 2].map((id): TextRow => [String(id), ...names.map((column) => `${column} ${id}`)]);
      const spec = { id: `job/${name}`, options: { table: name }, schema, mode: 'merge' as const, key: ['id', 'select'], rows };
      expect((await runLoad(harness.connection(), spec)).counts).toMatchObject({ inserted: 2, deduplicated: 1 });
      const back = await read({ table: name });
      expect(back.rows).toEqual(rows.slice(0, 2));
      expect(back.plan.schema.fields.map((field) => field.name)).toEqual(['id', ...names]);
      expect(
        (await read({ table: name, columns: [names.at(-1) ?? '', 'id'], where: '`quo"te` like :like', params: { like: '%2' } })).rows,
      ).toHaveLength(1);
    }
  });

  it('that MySQL does not keep are refused, and never written otherwise', async () => {
    const schema = { fields: [{ name: '😀', type: { kind: 'text' as const }, nullable: true }], key: [] };
    await expect(
      runLoad(harness.connection(), { options: { table: 'emoji' }, schema, mode: 'append', rows: [['a']] }),
    ).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      hint: expect.stringContaining('Rename'),
    });
    expect(await harness.sql(`select count(*) from information_schema.tables where table_name in ('emoji', '?')`)).toBe('0\n');
  });
});

describe('parameters', () => {
  const hostile = [`'; drop table p; --`, `\\'`, '\\', `"`, '?', ':name', '`', '', ' ', '\0', 'ü😀', 'a\nb', `' or ''='`, '%', '_'];

  it('are bound by the server, whatever is in them, in tables and in queries', async () => {
    await harness.sql(`create table p (id int primary key, v varchar(40) collate utf8mb4_nopad_bin);
      insert into p values ${hostile
        .map((value, at) => `(${at}, _utf8mb4 x'${Buffer.from(value).toString('hex')}')`)
        .join(', ')
        .replaceAll(`x''`, `''`)}`);
    for (const [at, value] of hostile.entries()) {
      expect(ids(await read({ table: 'p', where: 'v = :v', params: { v: value } }))).toEqual([at]);
      const query = `select id, '?' q, ':v' n /* :v ? */ from p -- :v\n where v = :v and ':v' <> '?' and 'it\\'s :v' <> ''`;
      expect((await read({ query, params: { v: value } })).rows).toEqual([[String(at), '?', ':v']]);
    }
    expect(ids(await read({ table: 'p', where: 'v <=> :v', params: { v: null } }))).toEqual([]);
  });
});

describe('an incremental read', () => {
  it.each([
    ['datetime(6)', `'2026-01-01' + interval seq div 3 second`, '2026-01-01 00:00:03.000000'],
    ['timestamp(3)', `'2026-01-01' + interval seq div 3 second`, '2026-01-01 00:00:03.000+00:00'],
    ['bigint unsigned', `18446744073709551605 + seq div 3`, '18446744073709551608'],
    ['decimal(20,2)', `9007199254740993.25 + seq div 3`, '9007199254740996.25'],
    ['varchar(20) collate utf8mb4_bin', `concat('Ü', seq div 3)`, 'Ü3'],
  ])('over %s continues behind the newest value, with no row lost or twice when many share it', async (type, value, newest) => {
    const table = `cur_${type.replaceAll(/\W+/g, '_')}`;
    await harness.sql(
      `create table ${table} (id int primary key, c ${type} not null); insert into ${table} select seq, ${value} from seq_0_to_10`,
    );
    const options = { table, cursor: { field: 'c', settled: true } };
    const first = await read(options);
    expect([ids(first), first.plan.until]).toEqual([[0, 1, 2, 3, 4, 5, 6, 7, 8, 9, 10], newest]);
    await harness.sql(`insert into ${table} select seq, ${value} from seq_12_to_14`);
    const second = await read(options, { since: first.plan.until });
    expect(ids(second)).toEqual([12, 13, 14]);
    const third = await read(options, { since: second.plan.until });
    expect([ids(third), third.plan.until]).toEqual([[], second.plan.until]);
  });

  it('reads again what a lag may have hidden, and holds back what is too new to be appended', async () => {
    await harness.sql(`create table late (id int primary key, at datetime(6) not null);
      insert into late select seq, utc_timestamp(6) - interval seq * 10 minute from seq_0_to_12`);
    const options = { table: 'late', cursor: { field: 'at', lag: 3_600_000 } };
    const all = await read(options);
    expect(ids(all)).toHaveLength(13);
    expect(ids(await read(options, { since: all.plan.until })).sort((a, b) => a - b)).toEqual([0, 1, 2, 3, 4, 5]);
    expect(ids(await read(options, { hold: 3_600_000 })).sort((a, b) => a - b)[0]).toBe(6);
  });
});

describe('parts of a table', () => {
  it('hold every row once, each at one moment of its own', async () => {
    await harness.sql(
      `create table big (id int unsigned primary key, v varchar(20)); insert into big select seq * 3, concat('v', seq) from seq_0_to_299999; analyze table big`,
    );
    const { plan, rows, sizes } = await read({ table: 'big' }, { parts: 4 });
    expect([plan.parts.length, plan.snapshot, plan.resume]).toEqual([4, 'part', 'position']);
    expect([rows.length, new Set(rows.map(([id]) => id)).size]).toEqual([300_000, 300_000]);
    expect(Math.min(...sizes)).toBeGreaterThan(50_000);
  });
});

describe('a read that follows another dataset', () => {
  it('asks for all parents of a batch in one statement, with values of every kind', async () => {
    await harness.sql(
      `create table children (parent varchar(20) collate utf8mb4_nopad_bin, n int); insert into children values ('a', 1), ('A', 2), ('a', 3), ('', 4), ('\\\\', 5), (' ', 6)`,
    );
    const fields = [
      { name: 'code', type: { kind: 'text' as const }, nullable: false },
      { name: 'n', type: { kind: 'integer' as const, bits: 64 as const, signed: true }, nullable: false },
    ];
    const columns = { fields, include: ['code'] };
    const values: Row[] = [['a', 0n], ['', 0n], ['\\', 4n], ['nobody', 0n]]; // prettier-ignore
    const extractor = await connection.extractor?.({ query: 'select n as child from children where parent = :code and n > :n' });
    if (extractor === undefined) throw new Error('no extractor');
    const { schema, parts } = await extractor.plan({ since: null, hold: null, parts: 1, parents: columns });
    const rows: TextRow[] = [];
    for (const part of parts)
      for await (const { batch } of extractor.read(part, null, { ...columns, rows: values })) rows.push(...textRowsOf(schema, batch));
    expect(rows.map((row) => JSON.stringify(row)).sort()).toEqual(['["","4"]', '["\\\\","5"]', '["a","1"]', '["a","3"]']);
  });
});
