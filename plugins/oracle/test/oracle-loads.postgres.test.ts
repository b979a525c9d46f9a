import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { isEtlError, Secret, type FieldType, type LayerResult, type Reject, type Schema } from '@etl/sdk';
import { compareLoad, field, schemaOf, text, textRowsOf, type LoadSpec } from '@etl/testkit';
import { createHash } from 'node:crypto';
import { readFile } from 'node:fs/promises';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import oracledb from 'oracledb';
import { throwawayCertificates } from '../../../packages/testkit/src/servers/throwaway-certificates.js';
import { startDoubleForTest } from '../../../test/doubles/oracle/start-for-test.js';
import { OracleHarness } from './oracle-harness.js';
import { connect, load, read } from './run-load.js';

let harness: OracleHarness;

beforeAll(async () => {
  harness = await OracleHarness.create();
}, 60_000);
afterAll(() => harness.close());

const short: FieldType = { kind: 'text', length: 20 };
const amount: FieldType = { kind: 'decimal', precision: 12, scale: 2 };
const schema = schemaOf(field('name', short), field('amount', amount));
const rowsOf = (table: string): Promise<unknown[][]> => harness.select(`select * from "${table}" order by 1, 2`);
const columnsOf = async (table: string): Promise<string[]> =>
  (await harness.select(`select column_name || ' ' || data_type || ' ' || nvl(to_char(char_length), '-') || ' ' || nullable from user_tab_columns where table_name = '${table}' order by column_id`)).map(([one]) => String(one)); // prettier-ignore

async function failure(
  work: Promise<unknown>,
): Promise<{ readonly code: string; readonly message: string; readonly hint: string | undefined }> {
  try {
    await work;
  } catch (error) {
    if (isEtlError(error)) return { code: error.code, message: error.message, hint: error.hint };
    throw error;
  }
  throw new Error('It worked');
}

describe('a load into Oracle', () => {
  it('makes a table that everybody can write without quotes, with a key and sensible types', async () => {
    const wide: Schema = {
      fields: [
        { name: 'code', type: text, nullable: false },
        field('Mixed Case', short),
        field('flag', { kind: 'boolean' }),
        field('born', { kind: 'date' }),
        field('doc', { kind: 'json' }),
        field('at', { kind: 'time', digits: 3 }),
        field('big', { kind: 'integer', bits: 64, signed: false }),
      ],
      key: ['code'],
    };
    const rows = [['a', 'x', 'true', '2024-02-29', '{"a": 1.10}', '23:59:59.999', '18446744073709551615']];
    await load(harness.connection(), { table: 'made', schema: wide, mode: 'merge', key: ['code'], rows });
    expect(await columnsOf('MADE')).toEqual([
      'CODE VARCHAR2 4000 N', 'Mixed Case VARCHAR2 20 Y', 'FLAG NUMBER 0 Y', 'BORN DATE 0 Y', 'DOC CLOB 0 Y', 'AT VARCHAR2 12 Y', 'BIG NUMBER 0 Y',
    ]); // prettier-ignore
    expect(await harness.select('select code, "Mixed Case", flag, to_char(born, \'YYYY-MM-DD\'), doc, at, big from made')).toEqual([
      ['a', 'x', '1', '2024-02-29', '{"a": 1.10}', '23:59:59.999', '18446744073709551615'],
    ]);
    const [[key]] = (await harness.select("select count(*) from user_tab_columns where table_name = 'MADE'")) as [[string]];
    expect(key).toBe('7');
  });

  it('merges: inserts, updates, leaves alone, deletes what left the source', async () => {
    const spec = { table: 'merged', schema, mode: 'merge' as const, key: ['id'] };
    await load(harness.connection(), { ...spec, rows: [['1', 'a', '1.00'], ['2', null, '2.00'], ['3', 'c', null], ['4', 'd', '4.00']] }); // prettier-ignore
    const rows = [['1', 'a', '1.00'], ['2', 'b', '2.00'], ['3', null, null], ['9', 'new', '-0.01']]; // prettier-ignore
    const { counts } = await load(harness.connection(), { ...spec, options: { missing: 'delete' }, rows });
    expect(counts).toMatchObject({ in: 4, inserted: 1, updated: 2, unchanged: 1, deleted: 1 });
    expect(await rowsOf('MERGED')).toEqual([['1', 'a', '1'], ['2', 'b', '2'], ['3', null, null], ['9', 'new', '-.01']]); // prettier-ignore
  });

  it('knows rows by several columns of text, spaces and case apart', async () => {
    const keyed: Schema = {
      fields: [{ ...field('a', text), nullable: false }, { ...field('b', text), nullable: false }, field('n', short)],
      key: ['a', 'b'],
    };
    for (const mode of ['merge', 'insert-new', 'history', 'replace'] as const) {
      const spec = { table: `keyed_${mode}`, schema: keyed, mode, key: ['a', 'b'] };
      await load(harness.connection(), { ...spec, rows: [['x', ' ', '1'], ['x', 'y', '2'], ['X', 'y', '3'], ['x', 'y', '4']] }); // prettier-ignore
      const { counts } = await load(harness.connection(), { ...spec, rows: [['x', ' ', '1'], ['X', 'y', '5']] }); // prettier-ignore
      expect([mode, counts.inserted, counts.updated, counts.unchanged, counts.skipped]).toEqual(
        {
          merge: ['merge', 0, 1, 1, 0],
          'insert-new': ['insert-new', 0, 0, 0, 2],
          history: ['history', 0, 1, 1, 0],
          replace: ['replace', 2, 0, 0, 0],
        }[mode],
      );
    }
  });

  it('begins no new version of a row whose CLOB stays null or as it is', async () => {
    const noted = schemaOf(field('note', text), field('raw', { kind: 'bytes' }));
    const rows = [['1', '', '\\x'], ['2', null, null], ['3', 'x'.repeat(5000), '\\x00']]; // prettier-ignore
    for (const mode of ['history', 'merge'] as const) {
      const spec = { table: `noted_${mode}`, schema: noted, mode, key: ['id'], rows };
      await load(harness.connection(), spec);
      expect((await load(harness.connection(), spec)).counts).toMatchObject({ unchanged: 3, updated: 0 });
    }
  });

  it('tells before a load what it would change, what is refused included, and leaves nothing of that', async () => {
    await harness.run('create table COMPARED (ID NUMBER(18) primary key, NAME VARCHAR2(3 CHAR) not null)');
    for (const row of ["1, 'a'", "5, 'e'", "9, 'z'"]) await harness.run(`insert into COMPARED values (${row})`);
    const spec: LoadSpec = {
      options: { table: 'compared', missing: 'delete' },
      schema: schemaOf(field('name', short)),
      mode: 'merge',
      key: ['id'],
      policy: 'freeze',
      rows: [['1', 'b'], ['2', null], ['3', 'long'], [null, 'x'], ['4', 'n'], ['1', 'c'], ['5', 'e']], // prettier-ignore
    };
    const tables = (): Promise<unknown[][]> => harness.select('select table_name from user_tables order by 1');
    const before = [await tables(), await rowsOf('COMPARED')];
    // What a plan leaves that was killed
    const digest = createHash('sha256').update('job/load').digest('hex').slice(0, 16);
    await harness.run(`create table "_etl_plan_${digest}_all" (X NUMBER)`);
    const connection = await connect(harness.connection());
    try {
      const told = await compareLoad(connection, spec);
      expect(told).toMatchObject({ in: 7, updated: 1, inserted: 1, unchanged: 1, deduplicated: 1, rejected: 3, deleted: 0 });
      expect(await compareLoad(connection, { ...spec, rows: [['1', 'b']] })).toMatchObject({ in: 1, updated: 1, deleted: 2 });
      await expect(compareLoad(connection, { ...spec, rows: [] })).rejects.toMatchObject({ code: 'CONFLICT' });
    } finally {
      await connection.close();
    }
    expect([await tables(), await rowsOf('COMPARED')]).toEqual(before);
  });

  it('exchanges the children of the parents seen', async () => {
    const children: Schema = { ...schemaOf(field('parent', text)), key: [] };
    const spec = { table: 'children', schema: children, mode: 'replace-by' as const, key: ['parent'] };
    await load(harness.connection(), { ...spec, rows: [['1', 'x'], ['2', 'x'], ['3', 'y']] }); // prettier-ignore
    const { counts } = await load(harness.connection(), { ...spec, rows: [['4', 'x'], ['5', 'z']] }); // prettier-ignore
    expect(counts).toMatchObject({ inserted: 2, deleted: 2 });
    expect(await rowsOf('CHILDREN')).toEqual([['3', 'y'], ['4', 'x'], ['5', 'z']]); // prettier-ignore
  });

  it('widens numbers and texts where the server can, and refuses rows where it cannot', async () => {
    const narrow = schemaOf(field('name', { kind: 'text', length: 3 }), field('amount', { kind: 'decimal', precision: 5, scale: 2 }));
    await load(harness.connection(), { table: 'widened', schema: narrow, mode: 'append', rows: [['1', 'abc', '-999.99']] });
    await load(harness.connection(), { table: 'widened', schema, mode: 'append', rows: [['2', 'longer', '1234567890.12']] });
    const { rejects } = await load(harness.connection(), {
      table: 'widened',
      schema: schemaOf(field('name', text), field('amount', amount)),
      mode: 'append',
      rows: [['3', 'x'.repeat(20), '0.00'], ['4', 'x'.repeat(21), '0.00'], ['5', 'x'.repeat(5000), '0.00']], // prettier-ignore
    });
    expect(rejects.map(({ field: one, values }) => [one, values[0]])).toEqual([['name', '4'], ['name', '5']]); // prettier-ignore
    expect((await rowsOf('WIDENED')).map(([id]) => id)).toEqual(['1', '2', '3']);
  });

  it('tells each refused row by column, with the reason and without its values', async () => {
    await harness.run(
      'create table RULES (ID NUMBER(5) not null, NAME VARCHAR2(10 CHAR) not null, AMOUNT NUMBER(5,2), BORN DATE, check (AMOUNT > 0))',
    );
    const given = schemaOf(
      field('name', text),
      field('amount', { kind: 'decimal', precision: 7, scale: 2 }),
      field('born', { kind: 'date' }),
    );
    const { counts, rejects } = await load(harness.connection(), {
      table: 'rules',
      schema: given,
      mode: 'append',
      policy: 'freeze',
      rows: [
        ['1', 'good', '1.00', '2024-02-29'],
        ['2', '', '1.00', null],
        ['3', 'secret value that is long', '1.00', null],
        ['4', 'a', '12345.00', null],
        ['5', 'a', '-1.00', null],
        ['6', 'a', '1.00', '1582-10-10'],
        ['123456', 'a', '1.00', null],
        ['8', 'good', null, '1582-10-15'],
      ],
    });
    expect(rejects.map(({ field: one, values }) => [values[0], one])).toEqual([
      ['2', 'name'], ['3', 'name'], ['4', 'amount'], ['5', 'amount'], ['6', 'born'], ['123456', 'id'],
    ]); // prettier-ignore
    expect(rejects.map(({ reason }) => reason).join('\n')).not.toContain('secret');
    expect(counts).toMatchObject({ in: 2, inserted: 2 });
  });

  it("keeps '' and empty bytes as null, as Oracle does, and refuses '' where null may not be", async () => {
    const given = schemaOf(field('note', text), field('raw', { kind: 'bytes' }));
    await load(harness.connection(), { table: 'empties', schema: given, mode: 'append', rows: [['1', '', '\\x'], ['2', ' ', '\\x00']] }); // prettier-ignore
    expect(await harness.select('select id, note from empties order by id')).toEqual([['1', null], ['2', ' ']]); // prettier-ignore
  });

  it('holds what a NUMBER holds and refuses more digits', async () => {
    const given = schemaOf(field('n', { kind: 'decimal' }), field('huge', { kind: 'integer', bits: 128, signed: true }));
    const huge = '-170141183460469231731687303715884105728';
    const { rejects } = await load(harness.connection(), {
      table: 'numbers',
      schema: given,
      mode: 'append',
      rows: [['1', '9'.repeat(40), huge], ['2', `1${'0'.repeat(39)}1`, '0'], ['3', '0.000000001', '0'], ['4', `0.0${'1'.repeat(41)}`, '0']], // prettier-ignore
    });
    expect(rejects.map(({ values, field: one }) => [values[0], one])).toEqual([['2', 'n'], ['4', 'n']]); // prettier-ignore
    expect(await rowsOf('NUMBERS')).toEqual([['1', '9'.repeat(40), huge], ['3', '.000000001', '0']]); // prettier-ignore
  });
});

describe('an extract from Oracle', () => {
  it('reads only what is new behind a cursor with a time zone, and in order of a key', async () => {
    await harness.run('create table EVENTS (ID NUMBER(9) primary key, AT TIMESTAMP(6) WITH TIME ZONE)');
    for (const [id, at] of [
      [1, '2026-01-01 00:00:00.000001+02:00'],
      [2, '2026-01-01 00:00:00.000002+02:00'],
      [3, '2026-01-02 00:00:00.000000+00:00'],
    ] as const)
      // prettier-ignore
      await harness.run(`insert into EVENTS values (${id}, to_timestamp_tz('${at}', 'YYYY-MM-DD HH24:MI:SS.FF6TZH:TZM'))`);
    const connection = await connect(harness.connection());
    const extractor = await connection.extractor?.({ table: 'events', cursor: { field: 'AT', settled: true } });
    const plan = await extractor?.plan({ since: '2025-12-31 22:00:00.000001+00:00', hold: null, parts: 1 });
    const ids: unknown[] = [];
    for (const part of plan?.parts ?? [])
      for await (const { batch } of extractor!.read(part, null)) ids.push(...batch.rows().map(([id]) => id));
    expect([ids, plan?.until]).toEqual([[2n, 3n], '2026-01-02 00:00:00.000000+00:00']);
    await connection.close();
  });

  it('asks for all rows of another dataset at once, with values of every kind', async () => {
    await harness.run('create table VISITS (ID NUMBER(9), WHO VARCHAR2(20 CHAR), ON_DAY DATE)');
    for (const [id, who, day] of [
      [1, 'Ada', '2024-02-29'],
      [2, "O'Hara", '2024-02-29'],
      [3, 'Ada', '2024-03-01'],
    ] as const)
      await harness.run(`insert into VISITS values (${id}, '${who.replace("'", "''")}', to_date('${day}', 'YYYY-MM-DD'))`);
    const connection = await connect(harness.connection());
    const extractor = await connection.extractor?.({
      query: 'select ID from VISITS where WHO = :name and ON_DAY = :day and ID < :most',
      params: { most: '9' },
    });
    const fields = [field('name', short), field('day', { kind: 'timestamp', zoned: false, digits: 0 })];
    const columns = { fields, include: ['name'] };
    const plan = await extractor!.plan({ since: null, hold: null, parts: 1, parents: columns });
    const found: unknown[] = [];
    const rows = [['Ada', '2024-02-29 00:00:00'], ["O'Hara", '2024-02-29 00:00:00'], ['nobody', null]]; // prettier-ignore
    for (const part of plan.parts)
      for await (const { batch } of extractor!.read(part, null, { ...columns, rows })) found.push(...textRowsOf(plan.schema, batch));
    await connection.close();
    expect(found.sort()).toEqual([['Ada', '1'], ["O'Hara", '2']]); // prettier-ignore
  });

  it('rejects rows with dates before the year 1, which no canonical cell can be, and reads the others', async () => {
    await harness.run('create table ANCIENT (ID NUMBER(9), D DATE)');
    await harness
      .run(`insert into ANCIENT values (1, date '-0044-03-15')`)
      .catch(() => harness.run(`insert into ANCIENT values (1, date '0044-03-15 BC')`));
    await harness.run(`insert into ANCIENT values (2, date '2024-02-29')`);
    const connection = await connect(harness.connection());
    const extractor = await connection.extractor?.({ table: 'ancient' });
    const plan = await extractor!.plan({ since: null, hold: null, parts: 1 });
    const [rows, rejects]: [unknown[], Reject[]] = [[], []];
    for (const part of plan.parts)
      for await (const chunk of extractor!.read(part, null)) {
        rows.push(...textRowsOf(plan.schema, chunk.batch));
        rejects.push(...chunk.rejects);
      }
    await connection.close();
    expect(rows).toEqual([['2', '2024-02-29 00:00:00']]);
    expect(rejects).toMatchObject([{ field: 'D', values: ['1', expect.stringContaining('0044-03-15')], reason: expect.any(String) }]);
  });

  it('tells the line of a query that fails', async () => {
    const failed = await failure(read(harness.connection(), { query: 'select id,\n nope from events' }));
    expect(failed).toMatchObject({ code: 'SQL_FAILED', message: expect.stringContaining('ORA-00904') });
    expect(await failure(read(harness.connection(), { table: 'EVENT' }))).toMatchObject({
      code: 'NOT_FOUND',
      hint: expect.stringContaining('EVENTS'),
    });
  });
});

async function layers(options: object): Promise<readonly LayerResult[]> {
  const connection = await connect(options);
  const found: LayerResult[] = [];
  for await (const layer of connection.check()) found.push(layer);
  await connection.close();
  return found;
}

describe('the test of a connection', () => {
  const failed = (found: readonly LayerResult[]): unknown => found.filter(({ ok }) => !ok).map(({ layer, code }) => [layer, code]);

  it('passes layer by layer', async () => {
    expect((await layers(harness.connection())).map(({ layer, ok }) => [layer, ok])).toEqual([
      ['name', true], ['port', true], ['database', true], ['login', true], ['permission', true],
    ]); // prettier-ignore
  });

  it('says which layer failed, and what to do', async () => {
    const { connectString } = harness.server;
    expect(failed(await layers(harness.connection({ connect_string: 'no.such.host.invalid:1521/X' })))).toEqual([['name', 'UNREACHABLE']]);
    expect(failed(await layers(harness.connection({ connect_string: '127.0.0.1:1/X' })))).toEqual([['port', 'UNREACHABLE']]);
    expect(failed(await layers(harness.connection({ connect_string: connectString.replace(/\/.*/, '/NOWHERE') })))).toEqual([
      ['database', 'NOT_FOUND'],
    ]);
    const wrong = await layers(harness.connection({ password: new Secret('wrong') }));
    expect(failed(wrong)).toEqual([['login', 'AUTH_FAILED']]);
    expect(wrong.at(-1)?.hint).toContain('etl credentials set');
  });
});

/** On the protocol double alone: it is told to serve TLS, and to have such users. */
describe('a connection to the protocol double', () => {
  it('is encrypted and verified by TCPS, and refused where nobody trusts the certificate', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'etl-oracle-tls-'));
    const files = await throwawayCertificates(folder);
    const [key, cert] = await Promise.all([files.key, files.certificate].map((path) => readFile(path, 'utf8')));
    const double = await startDoubleForTest({ tls: { key: key ?? '', cert: cert ?? '' } });
    const options = {
      host: '127.0.0.1',
      port: double.port,
      service: double.service,
      user: double.user,
      password: new Secret(double.password),
      tls: { ca: files.ca },
    };
    try {
      expect((await layers(options)).filter(({ ok }) => ok).map(({ layer }) => layer)).toEqual([
        'name',
        'port',
        'TLS',
        'database',
        'login',
        'permission',
      ]);
      // What the driver makes of authorities alone: if it ever takes them, no throwaway certificate is needed any more
      const { user, password } = double;
      const connectString = `tcps://127.0.0.1:${double.port}/${double.service}`;
      const authorities = { walletContent: await readFile(files.ca, 'utf8') };
      await expect(oracledb.getConnection({ user, password, connectString, ...authorities })).rejects.toMatchObject({ code: 'NJS-505' });
      expect((await layers({ ...options, tls: true })).filter(({ ok }) => !ok).map(({ layer, code }) => [layer, code])).toEqual([
        ['TLS', 'UNREACHABLE'],
      ]);
    } finally {
      await double.close();
      await rm(folder, { recursive: true, force: true });
    }
  });

  it('tells locked accounts and missing rights apart', async () => {
    const double = await startDoubleForTest({
      users: {
        LOCKED: { password: 'x', state: 'locked' },
        NOBODY: { password: 'x', privileges: [] },
        READER: { password: 'x', privileges: ['CREATE SESSION'] },
      },
    });
    const as = (user: string): object => ({ host: '127.0.0.1', port: double.port, sid: double.service, user, password: new Secret('x') });
    const last = async (user: string): Promise<unknown> => {
      const { layer, ok, code, detail } = (await layers(as(user))).at(-1)!;
      return ok ? [layer, detail] : [layer, code];
    };
    try {
      expect([await last('LOCKED'), await last('NOBODY'), await last('READER')]).toEqual([
        ['login', 'AUTH_FAILED'], ['login', 'PERMISSION_DENIED'], ['permission', expect.stringContaining('CREATE TABLE')],
      ]); // prettier-ignore
      expect(await failure(load(as('READER'), { table: 'mine', schema, mode: 'append', rows: [] }))).toMatchObject({
        code: 'PERMISSION_DENIED',
      });
    } finally {
      await double.close();
    }
  });
});
