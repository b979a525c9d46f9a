import { describe, expect, it } from '@jest/globals';
import { isEtlError, type Batch, type Connection, type Json, type Load, type Reject } from '@etl/sdk';
import { batchOf, beginLoad, field, finishLoad, schemaOf, text, type LoadSpec, type OpenOptions, type TextRow } from '@etl/testkit';

/** What tests of a database whose parts are written by two sessions need of it. */
export interface TwoSessionsWorld {
  connect(more?: object, options?: OpenOptions): Promise<Connection>;
  /** Makes a table with the columns `id` and `name` that refuses names which begin with `bad`. */
  makeTable(table: string): Promise<unknown>;
  /** Number of rows, of different ids, the least and the greatest id of a table, with tabs between them. */
  countOf(table: string): Promise<string>;
  /** Rows of the only staging table. */
  staged(): Promise<number>;
  /** How many sessions of loads have written something that they have not committed. */
  writing(): Promise<number>;
  /** Ends one of them. */
  endOne(): Promise<unknown>;
  /** Ends the one that has just saved the mark, and not committed it. */
  endSaving(): Promise<unknown>;
  /** A login that the server lets in with one writing session only, as options of the connection. */
  few(): Promise<object>;
}

const schema = schemaOf(field('name', text));
const [batches, batchRows] = [24, 1000];
/** 1 MB in each batch, so that several bulk statements are full. */
const rowsOf = (batch: number): TextRow[] =>
  Array.from({ length: batchRows }, (_, at) => {
    const id = batch * batchRows + at;
    return [String(id), at === 500 ? `bad ${id}` : `${id} `.padEnd(1000, 'x')];
  });
const allRows = batches * batchRows;
const goodRows = allRows - batches;
const badRows = Array.from({ length: batches }, (_, batch) => batch * batchRows + 500);

const specOf = (table: string): LoadSpec => ({ id: `job/${table}`, options: { table }, schema, mode: 'append', rows: [] });

/** Made before the first of them is written, so that the server has work for two. */
const batchesOf = (from: number, to: number): Batch[] =>
  Array.from({ length: to - from }, (_, at) =>
    batchOf(schema, rowsOf(from + at), { form: 'text', part: '0', first: (from + at) * batchRows }),
  );

const bad = (rejects: readonly Reject[]): number[] => rejects.map(({ values }) => Number(values[0]));

async function codeOf(work: Promise<unknown>): Promise<unknown> {
  try {
    return await work;
  } catch (error) {
    return isEtlError(error) ? error.code : error;
  }
}

/** Holds a part that two sessions write to what one session gives: every row once, none lost where a session ends. `world` is asked when a test begins. */
export function describeTwoSessions(world: () => TwoSessionsWorld): void {
  /** A table that refuses one row of each batch. */
  async function fresh(table: string): Promise<LoadSpec> {
    await world().makeTable(table);
    return specOf(table);
  }

  /** Writes the batches from one to the other and saves behind the last; answers how many sessions wrote. */
  async function write(load: Load, from: number, to: number): Promise<{ readonly rejects: readonly Reject[]; readonly writing: number }> {
    const writer = await load.part('0');
    for (const batch of batchesOf(from, to)) await writer.write(batch);
    const rejects = await writer.flush();
    const writing = await world().writing();
    await writer.save(to satisfies Json);
    await writer.close();
    return { rejects, writing };
  }

  const isWhole = async (table: string): Promise<void> =>
    expect(await world().countOf(table)).toBe(`${goodRows}\t${goodRows}\t0\t${allRows - 1}`);

  describe('a part that two sessions write', () => {
    it('holds every row once, and tells refused rows in the order of the source', async () => {
      const spec = await fresh('shared');
      const connection = await world().connect();
      const load = await beginLoad(connection, spec);
      const { rejects, writing } = await write(load, 0, batches);
      expect(writing).toBe(2);
      expect(bad(rejects)).toEqual(badRows);
      expect(await finishLoad(load, spec)).toMatchObject({ in: goodRows, inserted: goodRows });
      await isWhole('shared');
      await connection.close();
    }, 60_000);

    it('is written by one where the server lets no second session in', async () => {
      const connection = await world().connect(await world().few());
      const spec = specOf('few_sessions');
      const load = await beginLoad(connection, spec);
      const { writing } = await write(load, 0, batches);
      expect(writing).toBe(1);
      expect(await finishLoad(load, spec)).toMatchObject({ inserted: allRows });
      await connection.close();
    }, 60_000);

    it('goes on behind its save where a session ends before anything more is saved', async () => {
      const spec = await fresh('ended');
      const connection = await world().connect();
      const load = await beginLoad(connection, spec);
      await write(load, 0, 12);
      const writer = await load.part('0');
      for (const batch of batchesOf(12, 20)) await writer.write(batch);
      await world().endOne();
      expect(await codeOf(writer.flush())).toBe('UNREACHABLE');
      await load.suspend();
      await connection.close();
      const again = await world().connect();
      const resumed = await beginLoad(again, spec);
      expect((await resumed.part('0')).after).toBe(12);
      await write(resumed, 12, batches);
      expect(await finishLoad(resumed, spec)).toMatchObject({ inserted: goodRows });
      await isWhole('ended');
      await again.close();
    }, 60_000);

    it('is begun again where one session has stored its rows and the other ended before it saved the mark', async () => {
      const spec = await fresh('torn');
      let saves = 0;
      const failpoint = async (name: string): Promise<void> => {
        if (name === 'sql.saving' && ++saves === 2) await world().endSaving();
      };
      const connection = await world().connect({}, { failpoint });
      const load = await beginLoad(connection, spec);
      await write(load, 0, 12);
      expect(await codeOf(write(load, 12, batches))).toBe('UNREACHABLE');
      // What the second session stored is there without a mark
      expect(await world().staged()).toBeGreaterThan(12 * (batchRows - 1));
      await load.suspend();
      await connection.close();
      const again = await world().connect();
      expect(await codeOf(beginLoad(again, spec))).toBe('STAGING_LOST');
      const anew = await beginLoad(again, { ...spec, run: 'r2' });
      expect((await anew.part('0')).after).toBeNull();
      await write(anew, 0, batches);
      expect(await finishLoad(anew, { ...spec, run: 'r2' })).toMatchObject({ inserted: goodRows });
      await isWhole('torn');
      await again.close();
    }, 60_000);
  });
}
