import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { Connection } from 'mysql2';
import { createRequire } from 'node:module';
import { BufferPool } from '@etl/sdk';
import { CellCollector } from '../src/cell-collector.js';
import { collectRows } from '../src/collect-rows.js';
import { loadDriver, signIn } from '../src/driver.js';
import { readRowPackets } from '../src/row-packets.js';
import { MysqlHarness, password } from './mysql-harness.js';

let harness: MysqlHarness;
let connection: Connection;
beforeAll(async () => {
  harness = await MysqlHarness.create({ arguments: ['--max-allowed-packet=64M'] });
  const { host, port } = harness.server;
  connection = await signIn(await loadDriver(), { host, port, user: 'etl', password, database: 'mysql', charset: 'UTF8MB4_GENERAL_CI' });
}, 60_000);
afterAll(async () => {
  connection.destroy();
  await harness.remove();
});

/** Lengths around each of those at which the protocol writes a length otherwise, and a packet that is cut in two. */
const lengths = [0, 1, 250, 251, 252, 255, 65_535, 65_536, 70_000, 16_777_214, 16_777_215, 16_777_216, 17_000_000];

describe('row packets of mysql2', () => {
  it('are handed out by the version that is pinned: a newer one must be looked at before it is taken', async () => {
    const { version } = createRequire(import.meta.url)('mysql2/package.json') as { version: string };
    expect(version).toBe('3.24.5');
    expect((await loadDriver()).raw).toBe(true);
  });

  it.each([true, false])('give cells of every length, between nulls and empty texts (packets themselves: %s)', async (raw) => {
    for (const length of lengths) {
      const sql = `select null, repeat('a', ${length}), '', 12, null, repeat('z', ${length % 1000})`;
      const [row] = await collectRows(connection, { sql, raw });
      expect([length, row?.[1]?.length, row?.[5]?.length]).toEqual([length, length, length % 1000]);
      expect([row?.[0], row?.[2], row?.[3], row?.[4]]).toEqual([null, '', '12', null]);
      expect(row?.[1]).toBe('a'.repeat(length));
    }
  });

  it('leave nothing but zeros between cells, so that a search for a special character finds none there', async () => {
    const collector = new CellCollector(3, new BufferPool());
    const sql = `select repeat('x', 9), repeat('y', 10), repeat('z', 92) from seq_1_to_5000`;
    const sink = {
      columns: () => undefined,
      row: (buffer: Buffer, head: number, from: number, to: number) => collector.row(buffer, head, from, to),
    };
    await readRowPackets(connection, { sql, raw: true, sink }).done;
    const { bytes, index } = collector.take();
    expect(index.length).toBe(5000 * 3 * 2);
    const rest = Buffer.from(bytes);
    for (let at = 0; at < index.length; at += 2) rest.fill(0, index[at], index[at + 1]);
    expect(rest.every((byte) => byte === 0)).toBe(true);
  });

  it.each([true, false])('fail with the error of the server, also behind the first rows, and the connection goes on (%s)', async (raw) => {
    await expect(collectRows(connection, { sql: 'select nothing', raw })).rejects.toMatchObject({ errno: 1054 });
    const late = `select if(seq < 90000, seq, (select 1 union select 2)) from seq_1_to_100000`;
    await expect(collectRows(connection, { sql: late, raw })).rejects.toMatchObject({ errno: 1242 });
    expect(await collectRows(connection, { sql: 'select 1', raw })).toEqual([['1']]);
  });

  it.each([true, false])('never send a file that the server asks for (%s)', async (raw) => {
    const sql = `load data local infile '/etc/passwd' into table mysql.general_log`;
    await expect(collectRows(connection, { sql, raw })).rejects.toThrow();
    expect(await collectRows(connection, { sql: 'select 1', raw })).toEqual([['1']]);
  });
});
