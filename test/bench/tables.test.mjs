import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { narrowColumns, narrowRows, wideColumns, wideRows, writeCsv } from '../../bench/tables.mjs';

describe('the tables of the benchmark', () => {
  let folder;
  beforeAll(() => {
    folder = mkdtempSync(join(tmpdir(), 'etl-tables-'));
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('are the same rows each time', () => {
    expect([...narrowRows(50)]).toEqual([...narrowRows(50)]);
    expect([...wideRows(50)]).toEqual([...wideRows(50)]);
    expect([...narrowRows(50, { seed: 3 })]).not.toEqual([...narrowRows(50)]);
  });

  it('have as many cells as columns, and keys that do not repeat', () => {
    for (const row of narrowRows(500)) expect(row).toHaveLength(narrowColumns.length);
    for (const row of wideRows(500)) expect(row).toHaveLength(wideColumns.length);
    expect(new Set([...narrowRows(500, { first: 200 })].map(([id]) => id)).size).toBe(500);
  });

  it('are CSV that another reader understands cell by cell, with quotes, line breaks and nulls', async () => {
    const path = join(folder, 'wide.csv');
    await writeCsv(path, wideColumns, wideRows(2000));
    const instance = await DuckDBInstance.create(':memory:');
    const connection = await instance.connect();
    const reader = await connection.runAndReadAll(
      `SELECT * FROM read_csv('${path}', all_varchar = true, header = true, delim = ',', quote = '"', escape = '"', strict_mode = true)`,
    );
    const expected = [...wideRows(2000)].map((row) => row.map((cell) => (cell === null ? null : String(cell))));
    expect(reader.getRows()).toEqual(expected);
    expect(expected.flat().filter((cell) => cell?.includes('\n')).length).toBeGreaterThan(0);
    connection.closeSync();
    instance.closeSync();
  });

  it('are written whole where they are longer than a buffer', async () => {
    const path = join(folder, 'narrow.csv');
    await writeCsv(path, narrowColumns, narrowRows(20_000));
    const lines = readFileSync(path, 'utf8').split('\n');
    expect(lines).toHaveLength(20_002);
    expect(lines.at(-2)).toMatch(/^20000,/);
  });
});
