import { mkdir, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from '@jest/globals';
import { openDatabase } from '@etl/columnar';
import ConnectionsShow from '../../src/commands/connections/show.js';
import { connectionShape, errorShape } from './json-shapes.js';
import { temporaryFolders } from './temporary-folder.js';
import { tryCommand } from './try-command.js';

const folder = temporaryFolders();

const etlYaml = `project: shop
connections:
  shop: { connector: duckdb, path: ./shop.duckdb }
  files: { connector: file, path: ./data }
  empty: { connector: duckdb, path: ./not-there.duckdb }
`;

async function project(): Promise<string> {
  const directory = await folder();
  await writeFile(join(directory, 'etl.yaml'), etlYaml);
  await mkdir(join(directory, 'data'));
  await writeFile(join(directory, 'data/orders.csv'), 'id,total\n1,12.50\n');
  const database = await openDatabase(join(directory, 'shop.duckdb'), { temporary: join(directory, 'temporary') });
  const session = await database.connect();
  await session.run(
    `create table orders (line integer, id bigint, total decimal(12,2) not null, kind enum ('a', 'b'), primary key (id, line));
     create table "odd ""na\nme" ("sel\u0007ect" varchar); create schema "other one"; create table "other one".t (a uuid); create table _etl_state (x int)`,
  );
  await session.close();
  await database.close();
  return directory;
}

const show = (directory: string, ...words: string[]) => tryCommand(ConnectionsShow, words, { directory });

describe('etl connections show', () => {
  it('lists the tables that are there now, one a line and nothing else', async () => {
    const directory = await project();
    const { exitCode, stdout } = await show(directory, 'shop', '--tables');
    expect([exitCode, stdout]).toEqual([0, 'odd "na↵me\norders\nother one.t\n']);
    expect((await show(directory, 'files', '--tables')).stdout).toBe('orders.csv\n');
    const { tables } = connectionShape.parse((await show(directory, 'shop', '--tables', '--json')).json);
    expect(tables).toEqual(['odd "na\nme', 'orders', 'other one.t']);
  });

  it('shows the columns of each of them with types, native types and the place in the key', async () => {
    const directory = await project();
    const { stdout } = await show(directory, 'shop', '--columns', 'orders');
    expect(stdout.split('\n')[0]).toBe('column\ttype\tnative\tnull\tkey');
    const { table } = connectionShape.parse((await show(directory, 'shop', '--columns', 'orders', '--json')).json);
    expect(table).toEqual({
      name: 'orders',
      columns: [
        { name: 'line', type: 'int32', nullable: false, native: null, key: 2 },
        { name: 'id', type: 'integer', nullable: false, native: null, key: 1 },
        { name: 'total', type: 'decimal(12,2)', nullable: false, native: null, key: null },
        { name: 'kind', type: 'text', nullable: true, native: "ENUM('a', 'b')", key: null },
      ],
    });
    const { tables = [] } = connectionShape.parse((await show(directory, 'shop', '--tables', '--json')).json);
    for (const name of tables) expect((await show(directory, 'shop', '--columns', name)).exitCode).toBe(0);
    const odd = await tryCommand(ConnectionsShow, ['shop', '--columns', 'odd "na\nme'], { directory, tty: true });
    expect(odd.stdout).toContain('sel\\u0007ect');
  });

  it('names the nearest table, and makes no database by looking into one', async () => {
    const directory = await project();
    const missing = await show(directory, 'shop', '--columns', 'ordrs', '--json');
    expect(errorShape.parse(missing.json)).toMatchObject({
      exitCode: 1,
      error: { code: 'NOT_FOUND', hint: expect.stringContaining('orders'), place: { connection: 'shop' } },
    });
    const empty = await show(directory, 'empty', '--tables');
    expect([empty.exitCode, empty.stdout]).toEqual([0, '']);
    expect(empty.stderr).toContain('empty has nothing to read yet');
    expect((await show(directory, 'empty', '--columns', 'orders')).exitCode).toBe(1);
    expect(await readdir(directory)).not.toContain('not-there.duckdb');
    expect((await show(directory, 'shop', '--tables', '--columns', 'orders')).exitCode).toBe(2);
  });
});
