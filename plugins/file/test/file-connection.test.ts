import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Connection, LayerResult } from '@etl/sdk';
import { memoryStateStore, testContext } from '@etl/testkit';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import file from '../src/index.js';

let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etl-file-'));
});
afterEach(() => rm(folder, { recursive: true, force: true }));

const open = (config: unknown): Promise<Connection> =>
  file.open(config, testContext({ directory: folder, temporary: folder, state: memoryStateStore(), signal: new AbortController().signal }));

async function layers(connection: Connection): Promise<LayerResult[]> {
  const results: LayerResult[] = [];
  for await (const layer of connection.check()) results.push(layer);
  return results;
}

describe('A connection to files', () => {
  it('tests the folder layer by layer, and stops behind the first that fails', async () => {
    expect((await layers(await open({}))).map(({ layer, ok }) => `${layer} ${ok}`)).toEqual(['folder true', 'read true', 'write true']);
    expect(await layers(await open({ path: 'nowhere' }))).toMatchObject([
      { layer: 'folder', ok: false, hint: expect.stringContaining('mkdir') },
    ]);
    await writeFile(join(folder, 'a.csv'), 'id\n1\n');
    expect(await layers(await open({ path: 'a.csv' }))).toMatchObject([
      { layer: 'folder', ok: false, detail: expect.stringContaining('is a file') },
    ]);
  });

  it('lists the files whose names tell their format, and describes one', async () => {
    await mkdir(join(folder, 'in', '.hidden'), { recursive: true });
    for (const name of ['b.csv', 'in/a.ndjson.gz', 'in/.hidden/c.csv', 'notes.md', '.d.csv', 'e.PARQUET'])
      await writeFile(join(folder, name), 'id,code\n1,007\n');
    const { catalog } = await open({});
    expect(await catalog?.tables()).toEqual(['b.csv', 'e.PARQUET', 'in/a.ndjson.gz']);
    expect((await catalog?.describe('b.csv'))?.fields.map(({ name, type }) => `${name} ${type.kind}`)).toEqual(['id integer', 'code text']);
  });

  it('refuses options that it does not know, naming them', async () => {
    await expect(open({ pth: '.' })).rejects.toMatchObject({ code: 'CONFIG_INVALID', message: expect.stringContaining('pth') });
  });
});
