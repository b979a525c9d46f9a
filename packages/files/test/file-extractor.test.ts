import { appendFile, rename, rm, utimes } from 'node:fs/promises';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { parseTypeName, type Chunk, type Schema } from '@etl/sdk';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { localWorld, readAll, request, type LocalWorld } from './local-world.js';

let world: LocalWorld;
beforeEach(async () => {
  world = await localWorld();
});
afterEach(() => world.close());

const schemaOf = (columns: Readonly<Record<string, string>>): Schema => ({
  fields: Object.entries(columns).map(([name, type]) => ({ name, type: parseTypeName(type), nullable: true })),
  key: [],
});

describe('An extract of files', () => {
  it('reads the files of a pattern in the order of their paths, a part each', async () => {
    await world.put('in/b.csv', 'id,x\n3,\n');
    await world.put('in/a.csv', 'id,x\n1,\n2,\n');
    await world.put('in/deep/c.csv.gz', gzipSync('id,x\n4,y\n'));
    await world.put('in/.hidden.csv', 'nothing\n');
    await world.put('in/readme.md', 'nothing');
    expect((await readAll(world.extractor({ file: 'in/*.csv' }))).rows).toEqual([
      ['1', null],
      ['2', null],
      ['3', null],
    ]);
    const { plan, rows } = await readAll(world.extractor({ file: './in/**/*.{csv,csv.gz}' }));
    expect(plan.parts.map(({ id }) => id)).toEqual(['in/a.csv', 'in/b.csv', 'in/deep/c.csv.gz']);
    expect(rows).toEqual([
      ['1', null],
      ['2', null],
      ['3', null],
      ['4', 'y'],
    ]);
    expect(plan.expect?.bytes).toBeGreaterThan(20);
  });

  it('reads the same rows from a plan that went through JSON, in a process that never planned', async () => {
    await world.put('a.csv', 'id;total\n1;1.50\n2;x\n');
    const plan = await world.extractor({ file: 'a.csv', columns: { total: 'decimal(9,3)' } }).plan(request);
    const [part] = JSON.parse(JSON.stringify(plan.parts)) as typeof plan.parts;
    if (part === undefined) throw new Error('no part');
    const chunks: Chunk[] = [];
    for await (const chunk of world.extractor({ file: 'a.csv' }).read(part, null)) chunks.push(chunk);
    expect(chunks.flatMap(({ batch }) => batch.rows())).toEqual([[1n, '1.500']]);
    expect(chunks.flatMap(({ rejects }) => rejects)).toMatchObject([{ place: 'a.csv:3', field: 'total' }]);
    expect(chunks.reduce((sum, { bytes = 0 }) => sum + bytes, 0)).toBe('1;1.50\n2;x\n'.length);
  });

  it('says NOT_FOUND with pattern, folder and what lies near', async () => {
    await world.put('in/orders.csv', 'id\n1\n');
    await expect(world.extractor({ file: 'in/order.csv' }).plan(request)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining(world.folder),
      hint: 'Near it: in/orders.csv',
    });
    await expect(world.extractor({ file: 'none/*.csv' }).plan(request)).rejects.toMatchObject({
      code: 'NOT_FOUND',
      message: expect.stringContaining('none/*.csv'),
    });
  });

  it('never leaves its folder', async () => {
    for (const file of ['../x.csv', '/etc/passwd', 'a/../../x.csv', '../*.csv'])
      await expect(world.extractor({ file, format: 'csv' }).plan(request)).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
  });

  it('refuses files of different columns, and names what differs', async () => {
    await world.put('a.csv', 'id,x\n1,2\n');
    await world.put('b.csv', 'id,y\n1,2\n');
    await expect(world.extractor({ file: '*.csv' }).plan(request)).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: 'b.csv: columns are missing: x; columns are new: y',
    });
  });

  it('takes committed types instead of finding its own, whatever the order of the columns', async () => {
    await world.put('a.csv', 'x,id\n5,007\n');
    const { rows, plan } = await readAll(world.extractor({ file: 'a.csv' }), { schema: schemaOf({ id: 'text', x: 'decimal(5,1)' }) });
    expect(rows).toEqual([['007', '5.0']]);
    expect(plan.schema.fields.map(({ name }) => name)).toEqual(['id', 'x']);
    expect((await readAll(world.extractor({ file: 'a.csv' }), { columns: ['id'] })).rows).toEqual([['007']]);
    await expect(world.extractor({ file: 'a.csv', columns: { z: 'text' } }).plan(request)).rejects.toMatchObject({
      code: 'SCHEMA_MISMATCH',
      message: expect.stringContaining('no column z'),
    });
  });

  it('refuses a type that is none, with the types that there are', () => {
    expect(() => world.extractor({ file: 'a.csv', columns: { a: 'varchar' } })).toThrow(/'varchar' is not a type/);
  });

  it('reads on only where the file is still what it was', async () => {
    const lines = Array.from({ length: 50 }, (_, id) => `${id},n${id}\n`).join('');
    await world.put('a.csv', `id,n\n${lines}`);
    const extractor = world.extractor({ file: 'a.csv' }, 64);
    const plan = await extractor.plan(request);
    const [part] = plan.parts;
    if (part === undefined) throw new Error('no part');
    let after: Chunk['position'] = null;
    for await (const { position } of extractor.read(part, null)) {
      after = position;
      break;
    }
    const rest = async (): Promise<number> => {
      let count = 0;
      for await (const { batch } of extractor.read(part, after)) count += batch.length;
      return count;
    };
    const before = await rest();
    await utimes(join(world.folder, 'a.csv'), 1, 1);
    expect(await rest()).toBe(before);
    await world.put('a.csv', `id,n\n${lines.replace('7,n7', '7,m7')}`);
    await expect(rest()).rejects.toMatchObject({ code: 'STALE_POSITION' });
    await rm(join(world.folder, 'a.csv'));
    await expect(rest()).rejects.toMatchObject({ code: 'STALE_POSITION' });
  });

  it('notices a file that grows while it is read', async () => {
    await world.put('a.csv', `id,n\n${'1,x\n'.repeat(2000)}`);
    const extractor = world.extractor({ file: 'a.csv' }, 256);
    const [part] = (await extractor.plan(request)).parts;
    if (part === undefined) throw new Error('no part');
    const reading = async (): Promise<void> => {
      let first = true;
      for await (const chunk of extractor.read(part, null))
        if (first && chunk.batch.length > 0) {
          first = false;
          await appendFile(join(world.folder, 'a.csv'), '2,y\n');
        }
    };
    await expect(reading()).rejects.toMatchObject({ code: 'STALE_POSITION', message: expect.stringContaining('while it was read') });
  });

  it('says what is wrong with a gzip file that is cut short or none', async () => {
    const packed = gzipSync(`id,n\n${'1,x\n'.repeat(50_000)}`);
    await world.put('cut.csv.gz', packed.subarray(0, packed.length - 20));
    await expect(readAll(world.extractor({ file: 'cut.csv.gz' }))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      message: expect.stringContaining('cut short'),
    });
    await world.put('no.csv.gz', 'id\n1\n');
    await expect(readAll(world.extractor({ file: 'no.csv.gz' }))).rejects.toMatchObject({
      code: 'DATA_INVALID',
      hint: expect.stringContaining('compression: none'),
    });
  });
});

describe('An extract that appends', () => {
  const all = { file: 'in/*.csv' };
  const run = async (since: Parameters<typeof readAll>[1] = {}, options = {}) => {
    const { plan, rows } = await readAll(world.extractor({ ...all, ...options }), { hold: 0, ...since });
    return { rows: rows.map(([id]) => id), since: { since: JSON.parse(JSON.stringify(plan.until)) as typeof plan.until } };
  };

  it('loads each file once, also when it is touched, copied back, moved or comes back', async () => {
    await world.put('in/a.csv', 'id,x\n1,\n');
    const first = await run();
    expect(first.rows).toEqual(['1']);
    expect((await run(first.since)).rows).toEqual([]);
    await world.put('in/a.csv', 'id,x\n1,\n');
    expect((await run(first.since)).rows).toEqual([]);
    await rename(join(world.folder, 'in/a.csv'), join(world.folder, 'in/moved.csv'));
    await world.put('in/b.csv', 'id,x\n2,\n');
    const second = await run(first.since);
    expect(second.rows).toEqual(['2']);
    await world.put('in/a.csv', 'id,x\n1,\n');
    expect((await run(second.since)).rows).toEqual([]);
    expect((await run(second.since, { only: 'all' })).rows).toEqual(['1', '2', '1']);
  });

  it('reads every file where nothing appends, and remembers none', async () => {
    await world.put('in/a.csv', 'id,x\n1,\n');
    const { since } = await run();
    const { plan, rows } = await readAll(world.extractor(all), { hold: null, ...since });
    expect(rows).toHaveLength(1);
    expect(plan.until).toBe(null);
    expect((await readAll(world.extractor({ ...all, only: 'new' }), { hold: null, ...since })).rows).toEqual([]);
  });

  it('refuses a file that holds something else than what was loaded, or does with it as it is told', async () => {
    await world.put('in/a.csv', 'id,x\n1,\n');
    const { since } = await run();
    await world.put('in/a.csv', 'id,x\n1,\n2,\n');
    await expect(run(since)).rejects.toMatchObject({
      code: 'CONFLICT',
      message: expect.stringContaining('grew'),
      hint: expect.stringContaining('changed: reload'),
    });
    expect((await run(since, { changed: 'ignore' })).rows).toEqual([]);
    const reloaded = await run(since, { changed: 'reload' });
    expect(reloaded.rows).toEqual(['1', '2']);
    expect((await run(reloaded.since)).rows).toEqual([]);
  });
});
