import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { noCounts, type Connection, type Load, type Loader } from '@etl/sdk';
import { field, schemaOf, text } from '@etl/testkit';
import { DuckDbHarness } from './duckdb-harness.js';
import { begin, connect, writeRest, type LoadSpec } from './run-load.js';

let harness: DuckDbHarness;
beforeEach(async () => {
  harness = await DuckDbHarness.create();
});
afterEach(() => harness.remove());

const schema = schemaOf(field('name', text));
const landing: LoadSpec = {
  options: { table: 'landing' },
  schema,
  mode: 'append',
  rows: [
    ['1', 'a'],
    ['2', 'b'],
  ],
};
const mart = {
  statements: ['create table if not exists mart (n bigint, who varchar)', 'insert into mart select count(*), :who from landing'],
  params: { who: "o'clock" },
};

async function opened(connection: Connection, options: unknown): Promise<Loader> {
  const loader = await connection.statements?.(options);
  if (loader === undefined) throw new Error('no statements');
  return loader;
}

const beginStatements = async (loader: Loader, run: string): Promise<Load> => {
  const { epoch } = await loader.state('job/mart');
  return loader.begin({
    id: 'job/mart',
    epoch,
    run,
    fingerprint: 'f',
    plan: null,
    parts: [],
    schema: { fields: [], key: [] },
    mode: 'append',
    key: [],
    policy: 'evolve',
    takeOver: false,
  });
};

const commit = (run: string, rows: number) => ({ run, rows, cursors: {}, summary: null });
const martRows = () => harness.sql((session) => session.rows('select * from mart'));

describe('a load that is only statements', () => {
  it('sees the loads before it in the transaction that publishes all of them, once', async () => {
    const connection = await connect(harness);
    const load = await begin(connection, landing);
    await writeRest(load, landing);
    const { rows } = await load.seal();
    const loader = await opened(connection, mart);
    const statements = await beginStatements(loader, 'r1');
    expect(await statements.seal()).toEqual({ rows: 0 });
    const group = [{ load, commit: commit('r1', rows) }, { load: statements, commit: commit('r1', 0) }]; // prettier-ignore
    expect(await connection.publish?.(group)).toMatchObject([{ inserted: 2 }, noCounts]);
    expect(await statements.publish(commit('r1', 0))).toEqual(noCounts);
    expect(await loader.state('job/mart')).toMatchObject({ published: { run: 'r1' }, unfinished: null });
    await connection.close();
    expect(await martRows()).toEqual([{ n: 2n, who: "o'clock" }]);
  });

  it('publishes nothing, also of the others, where one fails', async () => {
    const connection = await connect(harness);
    const load = await begin(connection, landing);
    await writeRest(load, landing);
    const { rows } = await load.seal();
    const statements = await beginStatements(
      await opened(connection, { statements: [mart.statements[0], 'insert into nowhere values (1)'] }),
      'r1',
    );
    const group = [{ load, commit: commit('r1', rows) }, { load: statements, commit: commit('r1', 0) }]; // prettier-ignore
    await expect(connection.publish?.(group)).rejects.toMatchObject({
      message: expect.stringContaining('Statement 2 of statements fails'),
    });
    await connection.close();
    expect(
      await harness.sql((session) => session.rows(`select table_name from duckdb_tables() where table_name in ('mart', 'landing')`)),
    ).toEqual([]);
  });

  it('is fenced by a later run, and runs nothing then', async () => {
    const [older, newer] = [await connect(harness), await connect(harness)];
    const loader = await opened(older, mart);
    await harness.run('create table landing (id bigint, name varchar)').catch(() => undefined);
    const first = await beginStatements(loader, 'r1');
    await older.close();
    const second = await beginStatements(await opened(newer, mart), 'r2');
    await newer.close();
    expect(first).not.toBe(second);
    const again = await connect(harness);
    const stale = await opened(again, mart);
    await expect(
      stale.begin({
        id: 'job/mart',
        epoch: 1,
        run: 'r3',
        fingerprint: 'f',
        plan: null,
        parts: [],
        schema: { fields: [], key: [] },
        mode: 'append',
        key: [],
        policy: 'evolve',
        takeOver: false,
      }),
    ).rejects.toMatchObject({ code: 'FENCED' });
    const third = await beginStatements(stale, 'r3');
    const fourth = await beginStatements(stale, 'r4');
    await expect(third.publish(commit('r3', 0))).rejects.toMatchObject({ code: 'FENCED' });
    await fourth.discard();
    await expect(fourth.publish(commit('r4', 0))).rejects.toMatchObject({ code: 'FENCED' });
    await again.close();
    expect(await harness.sql((session) => session.rows(`select 1 from duckdb_tables() where table_name = 'mart'`))).toEqual([]);
  });
});
