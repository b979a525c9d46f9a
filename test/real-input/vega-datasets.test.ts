import { existsSync } from 'node:fs';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase, type Session } from '@etl/columnar';
import { fileExtractOptions, fileExtractor, localStore } from '@etl/files';
import { cellsOf, cellTexts, type Reject, type Schema } from '@etl/sdk';
import { memoryStateStore, testContext } from '@etl/testkit';
import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { duckDbTexts } from './duckdb-texts.js';

const folder = fileURLToPath(new URL('../../node_modules/vega-datasets/data', import.meta.url));
const names = (await readdir(folder)).filter((name) => /\.(csv|tsv|json)$/.test(name));

/** Documents that are no array of records: maps, grids and graphs. */
const noRecords = [
  'annual-precip',
  'earthquakes',
  'londonBoroughs',
  'londonTubeLines',
  'miserables',
  'us-10m',
  'volcano',
  'world-110m',
].map((name) => `${name}.json`);

let temporary: string;
let session: Session;
let close: () => Promise<void>;
beforeAll(async () => {
  temporary = await mkdtemp(join(tmpdir(), 'etl-real-'));
  const database = await openDatabase(':memory:', { temporary, allowed: [folder, resolve('..')] });
  session = await database.connect();
  close = () => database.close();
});
afterAll(async () => {
  await close();
  await rm(temporary, { recursive: true, force: true });
});

async function readFile(
  root: string,
  options: Readonly<Record<string, unknown>>,
): Promise<{ schema: Schema; rows: (string | null)[][]; rejects: Reject[] }> {
  const { signal } = new AbortController();
  const context = testContext({ directory: root, temporary, state: memoryStateStore(), signal });
  const extractor = fileExtractor({ store: localStore(root), options: fileExtractOptions.parse(options), context });
  const { schema, parts } = await extractor.plan({ since: null, hold: null, parts: 1 });
  const rows: (string | null)[][] = [];
  const rejects: Reject[] = [];
  for (const part of parts) {
    for await (const chunk of extractor.read(part, null)) {
      const cells = cellsOf(schema, chunk.batch);
      for (let row = 0; row < chunk.batch.length; row++) rows.push(cellTexts(schema, cells, row));
      rejects.push(...chunk.rejects);
    }
  }
  await extractor.close();
  return { schema, rows, rejects };
}

describe('The files of vega-datasets', () => {
  it('are many, of three formats', () => {
    expect(names.length).toBeGreaterThan(55);
  });

  it.each(names.filter((name) => !noRecords.includes(name)))('%s reads cell by cell as DuckDB reads it', async (name) => {
    const { schema, rows, rejects } = await readFile(folder, { file: name });
    expect(rejects).toEqual([]);
    const wanted = await duckDbTexts(session, join(folder, name), schema);
    expect(rows).toHaveLength(wanted.length);
    const differing = rows.findIndex((row, at) => row.some((cell, column) => cell !== wanted[at]?.[column]));
    expect({ row: differing, cells: rows[differing] }).toEqual({ row: differing, cells: wanted[differing] });
    expect(differing).toBe(-1);
  });

  it.each(noRecords)('%s, which is no array of records, is refused with a way out', async (name) => {
    await expect(readFile(folder, { file: name })).rejects.toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('records:'),
    });
  });

  it('has records within documents, which a path finds', async () => {
    const quakes = await readFile(folder, { file: 'earthquakes.json', records: 'features' });
    expect(quakes.rejects).toEqual([]);
    expect(quakes.schema.fields.map(({ name, type }) => `${name} ${type.kind}`)).toEqual([
      'type text',
      'properties json',
      'geometry json',
      'id text',
    ]);
    const [count] = await session.rows(`select len(features) as n from read_json('${join(folder, 'earthquakes.json')}', format = 'auto')`);
    expect(BigInt(quakes.rows.length)).toBe(BigInt(String(count?.['n'])));
  });
});

const chinook = resolve('..', 'shared', 'data', 'chinook', 'ChinookData.json');
const hasChinook = existsSync(chinook);
if (!hasChinook) process.stderr.write('Left out: Chinook as real input, since ../shared/data/chinook is not there\n');

(hasChinook ? describe : describe.skip)('The Chinook database as one JSON document', () => {
  it('gives every table record by record as DuckDB does', async () => {
    for (const table of ['Genre', 'Artist', 'Album', 'Track', 'Customer', 'Employee', 'Invoice', 'InvoiceLine']) {
      const { rows, rejects, schema } = await readFile(dirname(chinook), { file: 'ChinookData.json', records: table });
      expect(rejects).toEqual([]);
      const members = schema.fields.map(({ name }, at) => `(record ->> '$.${name}') as c${at}`).join(', ');
      const wanted = await session.rows(
        `select ${members} from (select unnest(${table}) as record from read_json('${chinook}', format = 'auto', columns = {${table}: 'JSON[]'}, maximum_object_size = 67108864))`,
      );
      expect(rows).toHaveLength(wanted.length);
      for (const [at, row] of rows.entries()) {
        for (const [column, { type }] of schema.fields.entries()) {
          const cell = wanted[at]?.[`c${column}`] ?? null;
          if (type.kind === 'decimal') expect(Number(row[column])).toBe(Number(cell));
          else if (type.kind === 'timestamp') expect(row[column]).toBe(typeof cell === 'string' ? cell.replace('T', ' ') : cell);
          else expect(row[column]).toBe(cell);
        }
      }
    }
  });
});
