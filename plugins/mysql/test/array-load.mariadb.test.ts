import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { field, schemaOf, text, type TextRow } from '@etl/testkit';
import type { Connection } from 'mysql2';
import { createHash } from 'node:crypto';
import { arrayHead, sendArrays, takesArrays } from '../src/array-protocol.js';
import { loadDriver, signIn } from '../src/driver.js';
import { prepareStatement } from '../src/prepare-statement.js';
import { MysqlHarness, password } from './mysql-harness.js';
import { runLoad } from './run-load.js';

let harness: MysqlHarness;
let connection: Connection;
beforeAll(async () => {
  harness = await MysqlHarness.create();
  const { host, port } = harness.server;
  const database = (await harness.sql('select database()')).trim();
  connection = await signIn(await loadDriver(), { host, port, user: 'etl', password, database, charset: 'UTF8MB4_GENERAL_CI' });
}, 60_000);
afterAll(async () => {
  connection.destroy();
  await harness.remove();
});

const status = async (name: string): Promise<number> =>
  Number((await harness.sql(`show global status like '${name}'`)).trim().split('\t')[1]);

/** A packet of one column of text. */
function packetOf(statement: number, cells: readonly string[]): Buffer {
  const rows = cells.map((cell) => Buffer.concat([Buffer.from([0, Buffer.byteLength(cell)]), Buffer.from(cell)]));
  return Buffer.concat([Buffer.alloc(4), arrayHead(statement, ['text']), ...rows]);
}

async function send(table: string, packets: readonly (readonly string[])[]): Promise<{ rows: number; warnings: number }> {
  const { id } = await prepareStatement(connection, `insert into ${table} values (?)`);
  const left = [...packets];
  return sendArrays(connection, () => {
    const next = left.shift();
    return next === undefined ? null : packetOf(id, next);
  });
}

const rowsOf = async (table: string): Promise<string[]> => (await harness.sql(`select * from ${table}`)).trim().split('\n');

describe('arrays through mysql2', () => {
  it('are known to the driver and to MariaDB, and to nobody where the driver has moved', () => {
    expect(takesArrays(connection)).toBe(true);
    const moved = Object.create(connection, { addCommand: { value: undefined } }) as Connection;
    expect(takesArrays(moved)).toBe(false);
    const plain = Object.create(connection, { _mariadbExtendedMetadata: { value: false } }) as Connection;
    expect(takesArrays(plain)).toBe(false);
  });

  it('are stored in order, however many packets are under way, and counted', async () => {
    const table = 'many';
    await harness.sql(`create table ${table} (c int)`);
    const packets = Array.from({ length: 100 }, (_, at) => Array.from({ length: 30 }, (_row, row) => String(at * 30 + row)));
    expect(await send(table, packets)).toEqual({ rows: 3000, warnings: 0 });
    expect(await rowsOf(table)).toEqual(packets.flat());
  });

  it('tell a warning of any row, not only of the last', async () => {
    const table = 'bent';
    await harness.sql(`create table ${table} (c decimal(4,2))`);
    expect(await send(table, [['1.00', '2.345', '3.00', '4.00'], ['5.00']])).toMatchObject({ warnings: 1 });
  });

  it('fail with the error of the server behind the answers to all that was sent, and the connection goes on', async () => {
    const table = 'failing';
    await harness.sql(`create table ${table} (c int not null primary key)`);
    await expect(send(table, [['1', '2'], ['2', '3'], ['4'], ['5']])).rejects.toMatchObject({ errno: 1062 });
    expect(await send(table, [['10']])).toEqual({ rows: 1, warnings: 0 });
    expect(await rowsOf(table)).toContain('10');
  });

  it('fail with what the maker of packets throws, and the connection goes on', async () => {
    const table = 'throwing';
    await harness.sql(`create table ${table} (c int)`);
    const { id } = await prepareStatement(connection, `insert into ${table} values (?)`);
    let made = 0;
    const next = (): Buffer => {
      if (made++ === 3) throw new Error('no more');
      return packetOf(id, ['1']);
    };
    await expect(sendArrays(connection, next)).rejects.toThrow('no more');
    expect(await send(table, [['7']])).toEqual({ rows: 1, warnings: 0 });
  });

  it('fail when the connection is lost', async () => {
    const { host, port } = harness.server;
    const database = (await harness.sql('select database()')).trim();
    const lost = await signIn(await loadDriver(), { host, port, user: 'etl', password, database });
    lost.on('error', () => undefined);
    const table = 'losing';
    await harness.sql(`create table ${table} (c int)`);
    const { id } = await prepareStatement(lost, `insert into ${table} values (?)`);
    let made = 0;
    const sending = sendArrays(lost, () => {
      if (made++ === 20) void harness.sql(`kill ${lost.threadId}`);
      return packetOf(id, ['1']);
    });
    await expect(sending).rejects.toMatchObject({ code: expect.stringMatching(/PROTOCOL_CONNECTION_LOST|ECONNRESET|EPIPE|ER_/) });
  });
});

describe('a load into MariaDB', () => {
  const schema = schemaOf(field('c', text));

  it('goes by arrays where every row is good, and not by LOAD DATA', async () => {
    const before = [await status('Com_load'), await status('Com_stmt_execute')];
    const rows = Array.from({ length: 5000 }, (_, at): TextRow => [String(at), at % 5 === 0 ? null : `\\ ' \t\n 😀 ${at}`]);
    await runLoad(harness.connection(), { id: 'good', options: { table: 'good' }, schema, mode: 'append', rows, every: 1000 });
    expect((await harness.stored('good', schema))?.rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(rows);
    expect(await status('Com_load')).toBe(before[0]);
    expect(await status('Com_stmt_execute')).toBeGreaterThan(before[1] ?? 0);
  });

  it('keeps rows that are longer than a packet may be, which go by LOAD DATA', async () => {
    const before = await status('Com_load');
    const rows = [
      ['1', 'a'.repeat(9_000_000)],
      ['2', 'b'],
      ['3', 'c'.repeat(70_000)],
    ] as const satisfies readonly TextRow[];
    await runLoad(harness.connection(), { id: 'long', options: { table: 'long' }, schema, mode: 'append', rows });
    const stored = await harness.sql('select length(c), md5(c) from `long` order by id');
    const expected = rows.map(
      ([, cell]) => `${cell.length}	${createHash('md5').update(cell).digest('hex')}
`,
    );
    expect(stored).toBe(expected.join(''));
    expect(await status('Com_load')).toBeGreaterThan(before);
  });

  it('keeps a row that no packet of the protocol holds, where the server takes it in several', async () => {
    const before = (await harness.sql('select @@global.max_allowed_packet')).trim();
    await harness.server.sql(`set global max_allowed_packet = ${64 * 1024 * 1024}`);
    try {
      const rows: readonly TextRow[] = [['1', 'a'.repeat(17_000_000)]];
      await runLoad(harness.connection(), { id: 'longest', options: { table: 'longest' }, schema, mode: 'append', rows });
      expect((await harness.sql('select length(c) from longest')).trim()).toBe('17000000');
    } finally {
      await harness.server.sql(`set global max_allowed_packet = ${before}`);
    }
  });

  it('stops trying arrays for a table in which row after row is refused', async () => {
    await harness.sql('create table mostly_bad (id bigint, c tinyint)');
    const rows = Array.from({ length: 40 }, (_, at): TextRow => [String(at), at % 2 === 0 ? '1' : '1000']);
    const spec = { id: 'bad', options: { table: 'mostly_bad' }, schema: schemaOf(field('c', { kind: 'integer', bits: 64, signed: true })) };
    const before = await status('Com_rollback_to_savepoint');
    const { counts, rejects } = await runLoad(harness.connection(), { ...spec, mode: 'append', policy: 'freeze', rows, every: 2 });
    expect([counts.inserted, rejects.length]).toEqual([20, 20]);
    // Each of 20 statements is taken back once by LOAD DATA, three of them by arrays before
    expect((await status('Com_rollback_to_savepoint')) - before).toBe(23);
  });
});
