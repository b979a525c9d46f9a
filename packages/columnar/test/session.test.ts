import { describe, expect, it } from '@jest/globals';
import { duckDbError } from '../src/index.js';
import { inMemory } from './temporary-folder.js';

const million = 'select range as n from range(1000000)';

describe('a session', () => {
  it('refuses a second statement while it streams, which would end the stream as if it were complete', () =>
    inMemory(async (session) => {
      const schema = await session.describe(million);
      let rows = 0;
      for await (const batch of session.stream(million, schema)) {
        rows += batch.length;
        await expect(session.run('select 1')).rejects.toMatchObject({ code: 'INTERNAL' });
      }
      expect(rows).toBe(1_000_000);
      expect(await session.run('create table t (n int)')).toBe(0);
    }));

  it('works on after a stream was broken off, at once and as often as one likes', () =>
    inMemory(async (session) => {
      const schema = await session.describe(million);
      for (let round = 0; round < 5; round++) {
        for await (const batch of session.stream(million, schema)) if (batch.length > 0) break;
        expect(await session.rows('select 42 as n')).toEqual([{ n: 42 }]);
      }
    }));

  it('throws CANCELLED from a statement that is interrupted', () =>
    inMemory(async (session) => {
      const running = session.run('select sum(a.range * b.range) from range(1000000) a, range(1000000) b');
      setTimeout(() => session.interrupt(), 100);
      await expect(running).rejects.toMatchObject({ code: 'CANCELLED' });
      expect(await session.rows('select 1 as n')).toEqual([{ n: 1 }]);
    }));

  it('takes back a transaction that throws, and tells the first error', () =>
    inMemory(async (session) => {
      await session.run('create table t (n int)');
      const failing = session.transaction(async () => {
        await session.run('insert into t values (1)');
        await session.run('insert into nowhere values (1)');
      });
      await expect(failing).rejects.toMatchObject({ code: 'NOT_FOUND' });
      expect(await session.rows('select count(*) as n from t')).toEqual([{ n: 0n }]);
    }));

  it('binds values by place and by name', () =>
    inMemory(async (session) => {
      expect(await session.rows('select $1::int as a, $2 as b', [7, `it's`])).toEqual([{ a: 7, b: `it's` }]);
      expect(await session.rows('select $x::bigint as a, $y as b', { x: '9007199254740993', y: null })).toEqual([
        { a: 9007199254740993n, b: null },
      ]);
    }));

  it.each([
    ['select * from t1', 'NOT_FOUND', undefined],
    ['selec 1', 'SQL_FAILED', { line: 1, column: 1 }],
    ['select 1,\n  nothing', 'SQL_FAILED', { line: 2, column: 3 }],
    [`select 'secret-value'::integer`, 'DATA_INVALID', undefined],
    [`select cast(300 as utinyint)`, 'DATA_INVALID', undefined],
    ['select 9223372036854775807 + 1', 'DATA_INVALID', undefined],
    [`select error('secret-value')`, 'DATA_INVALID', undefined],
    ['insert into one values (1)', 'CONFLICT', undefined],
    ['insert into one values (null)', 'CONFLICT', undefined],
    ['insert into one values (-1)', 'CONFLICT', undefined],
    ['create table one (a int)', 'CONFLICT', undefined],
    [`select * from read_csv('/etc/passwd')`, 'PERMISSION_DENIED', undefined],
    [`set threads = 1`, 'PERMISSION_DENIED', undefined],
    ['select foo(1)', 'SQL_FAILED', { line: 1, column: 8 }],
    [`load httpfs`, 'PERMISSION_DENIED', undefined],
  ])('tells %s as %s', (statement, code, details) =>
    inMemory(async (session) => {
      await session.run('create table one (a int primary key check (a > 0)); insert into one values (1)');
      const error: unknown = await session.run(statement).catch((thrown: unknown) => thrown);
      expect(error).toMatchObject({ code, ...(details === undefined ? {} : { details }) });
      if (!statement.includes('error(')) expect(String(error)).not.toContain('secret-value');
    }),
  );

  it('says which name was meant', () =>
    inMemory(async (session) => {
      await session.run('create table customers (a int)');
      await expect(session.run('select * from custmers')).rejects.toMatchObject({ code: 'NOT_FOUND', hint: 'Did you mean customers?' });
    }));
});

describe('errors that a test cannot bring about', () => {
  it.each([
    ['IO Error: Could not write file "/x/y.duckdb": No space left on device', 'DISK_FULL'],
    [
      "Out of Memory Error: failed to offload data block of size 256.0 KiB (1.0 GiB/1.0 GiB used).\nThis limit was set by the 'max_temp_directory_size' setting.",
      'DISK_FULL',
    ],
    ['Out of Memory Error: could not allocate block of size 256.0 KiB (476.8 MiB/476.8 MiB used)', 'LIMIT_EXCEEDED'],
    [
      'IO Error: Trying to read a database file with version number 99, but we can only read versions between 64 and 67.\nThe database file was created with an newer version of DuckDB.',
      'DATA_INVALID',
    ],
    ['TransactionContext Error: Conflict on update!', 'CONFLICT'],
    ['INTERRUPT Error: Interrupted!', 'CANCELLED'],
    ['INTERNAL Error: Attempted to access index 0', 'INTERNAL'],
  ])('%s', (message, code) => {
    expect(duckDbError(new Error(message))).toMatchObject({ code, cause: { message } });
  });
});
