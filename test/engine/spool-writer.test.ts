import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { mkdtemp, readdir, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { rowBatch, type Origin, type Schema } from '@etl/sdk';
import { Spool } from '../../src/engine/spool.js';
import { rowNumberColumn, rowsPerPart } from '../../src/transforms/step.js';

const schema: Schema = { fields: [{ name: 'a b', type: { kind: 'text' }, nullable: true }], key: [] };
const table = Spool.table('rows', 0);

let folder: string;
let spool: Spool;

beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'etl-spool-'));
  spool = await openSpool();
  await spool.createTable(table, schema);
});

afterEach(async () => {
  await spool.close();
  await rm(folder, { recursive: true });
});

const openSpool = (): Promise<Spool> =>
  Spool.open({ path: join(folder, 'spool.duckdb'), temporary: join(folder, 'tmp'), failpoint: async () => undefined });

const writer = (number = 0) => spool.writer({ table, schema, dataset: 'rows', id: `part ${number}`, number });

const batch = (texts: readonly string[], origin?: Omit<Origin, 'part'>) =>
  rowBatch(
    texts.map((text) => [text]),
    origin && { part: 'p', ...origin },
  );

const stored = async (): Promise<readonly (readonly [string, number])[]> =>
  (await spool.session.rows(`select "a b" as v, ${rowNumberColumn} as n from ${table} order by n`)).map(({ v, n }) => [
    String(v),
    Number(n),
  ]);

describe('a writer of the spool', () => {
  it('gives rows the numbers that they have in the source, with and without gaps between them', async () => {
    const part = await writer();
    await part.write(batch(['a', 'b'], { first: 3 }));
    await part.write(batch(['c'], { first: 5 }));
    await part.write(batch(['d', 'e'], { first: 9, numbers: Float64Array.of(9, 12) }));
    await part.write(batch(['f'], { first: 20 }));
    await part.save('mark');
    await part.close();
    expect(await stored()).toEqual([['a', 3], ['b', 4], ['c', 5], ['d', 9], ['e', 12], ['f', 20]]); // prettier-ignore
  });

  it('goes on counting where the source tells no number, or one that was there before', async () => {
    const part = await writer(2);
    const base = 2 * rowsPerPart;
    await part.write(batch(['a', 'b']));
    await part.write(batch(['c'], { first: 1 }));
    await part.write(batch(['d', 'e'], { first: 8, numbers: Float64Array.of(8, 7) }));
    await part.save(null);
    await part.close();
    expect(await stored()).toEqual([['a', base], ['b', base + 1], ['c', base + 2], ['d', base + 3], ['e', base + 4]]); // prettier-ignore
  });

  it('keeps what was saved and nothing else when it is closed, and continues behind it', async () => {
    const first = await writer();
    await first.write(batch(['kept'], { first: 1 }));
    await first.save({ at: 1 });
    await first.write(batch(['lost'], { first: 2 }));
    await first.close();
    await spool.close();
    spool = await openSpool();
    const second = await writer();
    expect(second.after).toEqual({ at: 1 });
    await second.write(batch(['again'], { first: 2 }));
    await second.save({ at: 2 });
    await second.close();
    expect(await stored()).toEqual([['kept', 1], ['again', 2]]); // prettier-ignore
    expect((await readdir(join(folder, 'tmp'))).filter((name) => name.endsWith('.csv'))).toEqual([]);
  });

  it('tells whether rows lie in order', async () => {
    const [late, early] = [await writer(1), await writer(0)];
    await early.write(batch(['a', 'b']));
    await early.save(null);
    expect(await spool.isInOrder(table)).toBe(true);
    await late.write(batch(['d']));
    await late.save(null);
    await early.write(batch(['c']));
    await early.save(null);
    expect(await spool.isInOrder(table)).toBe(false);
    await late.close();
    await early.close();
  });
});
