import { afterAll, afterEach, beforeAll, describe, expect, it } from '@jest/globals';
import oracledb, { type Connection } from 'oracledb';
import { startDoubleForTest, type DoubleForTest } from './start-for-test.js';

let double: DoubleForTest;
let connection: Connection;
const connect = (over: object = {}): Promise<Connection> =>
  oracledb.getConnection({ user: double.user, password: double.password, connectString: double.connectString, ...over });
const run = (sql: string, binds: oracledb.BindParameters = [], options: oracledb.ExecuteOptions = {}) =>
  connection.execute<unknown[]>(sql, binds, options);
const rows = async (sql: string, binds: oracledb.BindParameters = []): Promise<unknown[][]> => (await run(sql, binds)).rows ?? [];
const texts: oracledb.ExecuteOptions = { fetchTypeHandler: () => ({ type: oracledb.STRING }) };

beforeAll(async () => {
  double = await startDoubleForTest({
    users: { LOCKED: { password: 'x', state: 'locked' }, READER: { password: 'x', privileges: ['CREATE SESSION'] } },
  });
  connection = await connect();
}, 60_000);
afterEach(async () => {
  await connection.rollback();
  expect(double.problems).toEqual([]);
});
afterAll(async () => {
  await connection.close();
  await double.close();
});

describe('The Oracle double signs in as Oracle does', () => {
  it('takes the right password, in thin mode, as 19c', () => {
    expect([connection.thin, connection.oracleServerVersionString]).toEqual([true, '19.0.0.0.0']);
  });
  it.each([
    [{ password: 'wrong' }, /ORA-01017/],
    [{ user: 'nobody' }, /ORA-01017/],
    [{ user: 'locked', password: 'x' }, /ORA-28000/],
  ])('refuses %j', async (over, error) => {
    await expect(connect(over)).rejects.toThrow(error);
  });
  it('knows its service and its SID, and refuses others', async () => {
    const sid = `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${double.port}))(CONNECT_DATA=(SID=FREEPDB1)))`;
    await (await connect({ connectString: sid })).close();
    await expect(connect({ connectString: sid.replace('FREEPDB1', 'OTHER') })).rejects.toThrow(/NJS-519/);
    await expect(connect({ connectString: `127.0.0.1:${double.port}/OTHER` })).rejects.toThrow(/NJS-518/);
  });
  it('takes connect data that is longer than one packet', async () => {
    const long = `(DESCRIPTION=(ADDRESS=(PROTOCOL=TCP)(HOST=127.0.0.1)(PORT=${double.port}))(CONNECT_DATA=(SERVICE_NAME=FREEPDB1)(CID=(PROGRAM=${'p'.repeat(250)}))))`;
    await (await connect({ connectString: long })).close();
  });
  it('serves a pool', async () => {
    const pool = await oracledb.createPool({
      user: double.user,
      password: double.password,
      connectString: double.connectString,
      poolMax: 3,
    });
    const answers = await Promise.all(
      [1, 2, 3].map(async (value) => {
        const session = await pool.getConnection();
        const answer = await session.execute<number[]>('select :1 + 0 from dual', [value]);
        await session.close();
        return answer.rows?.[0]?.[0];
      }),
    );
    await pool.close(0);
    expect(answers).toEqual([1, 2, 3]);
  });
});

describe('The Oracle double keeps values', () => {
  it('of every type that it has, exactly', async () => {
    await run(
      'create table kept (n NUMBER, d NUMBER(38,10), v VARCHAR2(40 CHAR), c CHAR(5), nv NVARCHAR2(20), t DATE, ts TIMESTAMP(6), tz TIMESTAMP(6) WITH TIME ZONE, bd BINARY_DOUBLE, bf BINARY_FLOAT, r RAW(16))',
    );
    await run(
      `insert into kept values (:1, :2, :3, :4, :5, to_date(:6, 'YYYY-MM-DD HH24:MI:SS'), to_timestamp(:7, 'YYYY-MM-DD HH24:MI:SS.FF9'), to_timestamp_tz(:8, 'YYYY-MM-DD HH24:MI:SS.FF9TZH:TZM'), :9, :10, :11)`,
      [
        '-0.000000000000000000000000000000000001',
        '1234567890123456789012345678.0123456789',
        'žluť 😀\0x',
        'ab',
        '日本',
        '0099-12-31 23:59:59',
        '2024-02-29 10:00:00.123456',
        '2024-02-29 10:00:00.123456+02:00',
        { val: 1.5e-7, type: oracledb.DB_TYPE_BINARY_DOUBLE },
        { val: Infinity, type: oracledb.DB_TYPE_BINARY_FLOAT },
        Buffer.from('00ff', 'hex'),
      ] as oracledb.BindParameters,
    );
    const select = `select n, d, v, c, nv, to_char(t, 'YYYY-MM-DD HH24:MI:SS'), to_char(ts, 'YYYY-MM-DD HH24:MI:SS.FF6'), to_char(sys_extract_utc(tz), 'YYYY-MM-DD HH24:MI:SS.FF6'), bd, bf from kept`;
    expect((await run(select, [], texts)).rows).toEqual([
      [
        '-.000000000000000000000000000000000001',
        '1234567890123456789012345678.0123456789',
        'žluť 😀\0x',
        'ab   ',
        '日本',
        '0099-12-31 23:59:59',
        '2024-02-29 10:00:00.123456',
        '2024-02-29 08:00:00.123456',
        '1.5e-7',
        'Infinity',
      ],
    ]);
    expect(await rows('select r from kept')).toEqual([[Buffer.from('00ff', 'hex')]]);
  });
  it('and describes them in the types of Oracle', async () => {
    const { metaData } = await connection.getStatementInfo('select kept.*, sysdate now, 1.5 x from kept where n = :1');
    expect(metaData?.map(({ name, dbTypeName }) => `${name} ${dbTypeName ?? ''}`)).toEqual([
      'N NUMBER', 'D NUMBER', 'V VARCHAR2', 'C CHAR', 'NV NVARCHAR2', 'T DATE', 'TS TIMESTAMP', 'TZ TIMESTAMP WITH TIME ZONE', 'BD BINARY_DOUBLE', 'BF BINARY_FLOAT',
      'R RAW', 'NOW DATE', 'X NUMBER',
    ]); // prettier-ignore
    const listed = await rows(
      "select column_name, data_type, data_precision, data_scale, char_length, char_used from all_tab_columns where table_name = 'KEPT' order by column_id",
    );
    expect(listed.slice(0, 7)).toEqual([
      ['N', 'NUMBER', null, null, 0, null],
      ['D', 'NUMBER', 38, 10, 0, null],
      ['V', 'VARCHAR2', null, null, 40, 'C'],
      ['C', 'CHAR', null, null, 5, 'B'],
      ['NV', 'NVARCHAR2', null, null, 20, 'C'],
      ['T', 'DATE', null, null, 0, null],
      ['TS', 'TIMESTAMP(6)', null, 6, 0, null],
    ]);
  });
  it('the empty text as null', async () => {
    await run('create table empties (a VARCHAR2(5), b VARCHAR2(5) not null)');
    await run("insert into empties values (:1, 'x')", ['']);
    expect(await rows("select a, 'a' || a from empties")).toEqual([[null, 'a']]);
    await expect(run("insert into empties values ('x', '')")).rejects.toThrow('ORA-01400: cannot insert NULL into ("ETL"."EMPTIES"."B")');
  });
  it('LOBs: as texts and bytes, by locator, in pieces, and temporary ones that are bound', async () => {
    const text = '😀x'.repeat(20_000);
    const bytes = Buffer.alloc(50_000, 7);
    await run('create table lobs (id NUMBER(5), t CLOB, b BLOB)');
    await run('insert into lobs values (1, :1, :2)', [text, bytes]);
    const whole = await run('select t, b from lobs', [], {
      fetchInfo: { T: { type: oracledb.STRING }, B: { type: oracledb.BUFFER } },
    });
    expect(whole.rows?.[0]).toEqual([text, bytes]);
    const [lob] = (await rows('select t from lobs'))[0] as [oracledb.Lob];
    lob.setEncoding('utf8');
    let streamed = '';
    for await (const piece of lob) streamed += String(piece);
    expect(streamed).toBe(text);
    const temporary = await connection.createLob(oracledb.CLOB);
    await new Promise((resolve, reject) => {
      temporary.on('finish', resolve).on('error', reject);
      temporary.write('ž abc');
      temporary.end('😀 end');
    });
    await run('insert into lobs values (2, :1, null)', [temporary]);
    temporary.destroy();
    expect(await rows('select to_char(t) from lobs where id = 2')).toEqual([['ž abc😀 end']]);
  });
});

describe('The Oracle double runs statements', () => {
  beforeAll(async () => {
    await run(
      'create table orders (id NUMBER(10) constraint orders_pk primary key, name VARCHAR2(50 CHAR) not null, amount NUMBER(12,2), created DATE)',
    );
  });
  it('in arrays of 50 000 rows, and gives them back', async () => {
    const given = Array.from({ length: 50_000 }, (_, id) => [id, `name ${id}`, id / 4, new Date(1.7e12 + id * 1000)]);
    const bindDefs = [
      { type: oracledb.NUMBER },
      { type: oracledb.STRING, maxSize: 50 },
      { type: oracledb.NUMBER },
      { type: oracledb.DATE },
    ];
    const sql = 'insert into orders (id, name, amount, created) values (:1, :2, :3, :4)';
    expect((await connection.executeMany(sql, given as oracledb.BindParameters[], { bindDefs })).rowsAffected).toBe(50_000);
    const { resultSet } = await run('select id, name, amount, created from orders order by id', [], {
      resultSet: true,
      fetchArraySize: 1000,
    });
    let count = 0;
    for (let part = await resultSet!.getRows(1000); part.length > 0; part = await resultSet!.getRows(1000)) {
      expect(part).toEqual(given.slice(count, count + part.length));
      count += part.length;
    }
    await resultSet!.close();
    expect(count).toBe(50_000);
  });
  it('again with other values, from the cache of the driver', async () => {
    await run("insert into orders (id, name) select 1, 'one' from dual union all select 2, 'two' from dual");
    for (const [id, name] of [[1, 'one'], [2, 'two'], [1, 'one']]) expect(await rows('select name from orders where id = :id', { id } as oracledb.BindParameters)).toEqual([[name]]); // prettier-ignore
  });
  it('with the refused rows of an array told apart', async () => {
    const given = [[1, 'a'], [1, 'twice'], [2, 'b'], [3, null], [4, 'y'.repeat(60)]]; // prettier-ignore
    const result = await connection.executeMany('insert into orders (id, name) values (:1, :2)', given as oracledb.BindParameters[], {
      batchErrors: true,
      dmlRowCounts: true,
      bindDefs: [{ type: oracledb.NUMBER }, { type: oracledb.STRING, maxSize: 90 }],
    });
    expect(result.batchErrors?.map(({ offset, message }) => [offset, message])).toEqual([
      [1, 'ORA-00001: unique constraint (ETL.ORDERS_PK) violated'],
      [3, 'ORA-01400: cannot insert NULL into ("ETL"."ORDERS"."NAME")'],
      [4, 'ORA-12899: value too large for column "ETL"."ORDERS"."NAME" (actual: 60, maximum: 50)'],
    ]);
    expect([result.rowsAffected, result.dmlRowCounts]).toEqual([2, [1, 0, 1, 0, 0]]);
  });
  it('MERGE with conditions, and refuses one that meets a row twice', async () => {
    await run("insert into orders (id, name) values (1, 'one')");
    const merge = `merge into orders t using (select :1 as id, :2 as name from dual) s on (t.id = s.id)
      when matched then update set t.name = s.name where t.name <> s.name when not matched then insert (t.id, t.name) values (s.id, s.name)`;
    const affected = [];
    for (const binds of [[1, 'one'], [1, 'uno'], [9, 'nine']]) affected.push((await run(merge, binds)).rowsAffected); // prettier-ignore
    expect(affected).toEqual([0, 1, 1]);
    const twice =
      'merge into orders t using (select 1 as id from dual union all select 1 from dual) s on (t.id = s.id) when matched then update set t.amount = 5';
    await expect(run(twice)).rejects.toThrow(/ORA-30926/);
  });
  it('RETURNING what changed', async () => {
    await run("insert into orders (id, name) select 1, 'one' from dual union all select 2, 'two' from dual");
    const out = { a: { dir: oracledb.BIND_OUT, type: oracledb.NUMBER }, b: { dir: oracledb.BIND_OUT, type: oracledb.STRING } };
    expect((await run('update orders set amount = 9 where id < 3 returning id, name into :a, :b', out)).outBinds).toEqual({
      a: [1, 2],
      b: ['one', 'two'],
    });
  });
  it('with the errors of Oracle', async () => {
    await expect(run('select * from nope')).rejects.toThrow('ORA-00942');
    await expect(run('select nope from orders')).rejects.toThrow('ORA-00904: "NOPE": invalid identifier');
    await expect(run("insert into orders (id, name, amount) values (1, 'x', 12345678901)")).rejects.toThrow('ORA-01438');
    await expect(run("insert into orders (id, name) values ('x', 'x')")).rejects.toThrow('ORA-01722');
    await expect(run('create table orders (id NUMBER)')).rejects.toThrow('ORA-00955');
    await expect(run('create table t (v VARCHAR2(4001))')).rejects.toThrow('ORA-00910');
    await expect(run('begin null; end;')).rejects.toThrow('ORA-06550');
  });
});

describe('The Oracle double keeps transactions', () => {
  it('which a failed statement leaves as they are, and a definition commits', async () => {
    await run('create table kept_rows (id NUMBER(5) primary key)');
    await run('insert into kept_rows values (1)');
    await expect(run('insert into kept_rows values (1)')).rejects.toThrow('ORA-00001');
    await run('insert into kept_rows values (2)');
    await run('create table another (id NUMBER(5))');
    await run('insert into kept_rows values (3)');
    await connection.rollback();
    expect(await rows('select id from kept_rows order by id')).toEqual([[1], [2]]);
  });
  it('and locks, for which nobody waits who said NOWAIT, and no definition', async () => {
    const other = await connect();
    await run('select id from kept_rows for update');
    await expect(other.execute('select id from kept_rows for update nowait')).rejects.toThrow('ORA-00054');
    await expect(other.execute('drop table kept_rows')).rejects.toThrow('ORA-00054');
    await other.close();
  });
  it('and of several sessions that make one table at one moment, one makes it and the others are told that its name is used', async () => {
    const sessions = await Promise.all(Array.from({ length: 6 }, () => connect()));
    for (let round = 0; round < 40; round++) {
      const made = await Promise.allSettled(
        sessions.map((session) => session.execute(`create table at_once_${round} (n NUMBER primary key)`)),
      );
      const refused = made.filter((one) => one.status === 'rejected').map(({ reason }) => String(reason));
      expect(refused).toHaveLength(sessions.length - 1);
      for (const reason of refused) expect(reason).toMatch(/ORA-00955/);
    }
    for (const session of sessions) await session.close();
  });
  it('and a call that was broken off leaves the session usable', async () => {
    connection.callTimeout = 300;
    await expect(run('select dbms_session.sleep(20) from dual')).rejects.toThrow('NJS-123');
    connection.callTimeout = 0;
    setTimeout(() => void connection.break(), 200);
    await expect(run('select dbms_session.sleep(20) from dual')).rejects.toThrow('ORA-01013');
    expect(await rows('select 3 from dual')).toEqual([[3]]);
  });
  it('and a user who may not create tables is told so', async () => {
    const reader = await connect({ user: 'reader', password: 'x' });
    await expect(reader.execute('create table mine (id NUMBER)')).rejects.toThrow('ORA-01031');
    await reader.close();
  });
});

describe('The Oracle double changes tables', () => {
  it('in the words of Oracle', async () => {
    await run('create table changed (a NUMBER(5) default 7 not null, b VARCHAR2(10))');
    await run('alter table changed add (c NUMBER(5), "d é" DATE)');
    await run('alter table changed modify (c NUMBER(9) not null)');
    await run('alter table changed modify (c null)');
    await run('alter table changed drop column b');
    await run('alter table changed rename column c to "c"');
    await run('alter table changed add constraint changed_pk primary key (a)');
    await run('rename changed to altered');
    const described = await rows(
      "select column_name, data_type, data_precision, nullable from all_tab_columns where table_name = 'ALTERED' order by column_id",
    );
    expect(described).toEqual([['A', 'NUMBER', 5, 'N'], ['c', 'NUMBER', 9, 'Y'], ['d é', 'DATE', null, 'Y']]); // prettier-ignore
    const keys = await rows(
      "select c.constraint_type, k.column_name from all_constraints c join all_cons_columns k on k.owner = c.owner and k.constraint_name = c.constraint_name where c.table_name = 'ALTERED' and c.constraint_type = 'P'",
    );
    expect(keys).toEqual([['P', 'A']]);
    await run('truncate table altered drop storage');
    await run('drop table altered cascade constraints purge');
  });
});
