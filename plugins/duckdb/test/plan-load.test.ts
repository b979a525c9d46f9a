import { readdir } from 'node:fs/promises';
import { afterEach, beforeEach, describe, expect, it } from '@jest/globals';
import { isEtlError, modes, type Field, type LoadCounts, type Loader, type Mode, type PlanTarget, type Schema } from '@etl/sdk';
import { compareLoad, field, schemaOf, text, type TextRow } from '@etl/testkit';
import fc from 'fast-check';
import { DuckDbHarness } from './duckdb-harness.js';
import { connect, runLoad, type LoadSpec } from './run-load.js';

let harness: DuckDbHarness;
beforeEach(async () => {
  harness = await DuckDbHarness.create();
});
afterEach(() => harness.remove());

const schema: Schema = schemaOf(field('name', text));
const decimal = (precision: number, scale: number): Field => ({
  name: 'total',
  type: { kind: 'decimal', precision, scale },
  nullable: true,
});
const wide = { fields: [...schema.fields, decimal(12, 4)], key: [] };

async function withLoader<T>(spec: Pick<LoadSpec, 'options'>, work: (loader: Required<Loader>) => Promise<T>): Promise<T> {
  const connection = await connect(harness);
  try {
    const loader = await connection.loader?.(spec.options);
    if (loader?.plan === undefined || loader.compare === undefined) throw new Error('no plan');
    return await work(loader as Required<Loader>);
  } finally {
    await connection.close();
  }
}

const targetOf = ({ mode, key = [], policy = 'evolve', schema: given }: LoadSpec): PlanTarget => ({
  id: 'job/load',
  mode,
  key,
  policy,
  schema: given,
});

async function compare(spec: LoadSpec, commit: { readonly partial?: boolean } = {}): Promise<LoadCounts> {
  const connection = await connect(harness);
  try {
    return await compareLoad(connection, spec, commit);
  } finally {
    await connection.close();
  }
}

const plan = (spec: LoadSpec) => withLoader(spec, (loader) => loader.plan(targetOf(spec)));

const content = (): Promise<unknown> =>
  harness.sql(async (session) => {
    const tables = await session.rows(
      `select database_name, schema_name, table_name, sql from duckdb_tables() where not internal order by all`,
    );
    const exists = tables.some(({ table_name }) => table_name === 't');
    return [tables, exists ? await session.rows('select * from t order by all') : null];
  });

/** What publish answers, or the code of what it throws. */
const outcome = async (work: () => Promise<LoadCounts>): Promise<unknown> =>
  work().catch((error: unknown) => (isEtlError(error) ? error.code : error));

describe('the comparison of a load with its table', () => {
  const row = fc.tuple(fc.integer({ min: 1, max: 6 }).map(String), fc.constantFrom('a', 'b', "it's", null));
  const wideRow = fc.tuple(
    fc.integer({ min: 1, max: 6 }).map(String),
    fc.constantFrom('a', 'b', null),
    fc.constantFrom('1.0000', '2.5000', null),
  );

  it('tells what the publish then answers, in every mode, and changes nothing', async () => {
    let number = 0;
    await fc.assert(
      fc.asyncProperty(
        fc.constantFrom<Mode>(...modes),
        fc.constantFrom('keep', 'delete', 'mark'),
        fc.array(row, { maxLength: 6 }),
        fc.option(fc.array(wideRow, { maxLength: 6 }), { nil: null }),
        fc.array(row, { maxLength: 6 }),
        fc.boolean(),
        async (mode, missing, before, changed, given, isThere) => {
          await harness.sql((session) =>
            session.run('drop table if exists t; drop table if exists _etl_state; drop table if exists _etl_part'),
          );
          const key = ['id'];
          const options = { table: 't', missing };
          const run = (): string => `r${++number}`;
          if (isThere)
            await runLoad(harness, {
              options,
              schema,
              mode: ['append', 'replace', 'history'].includes(mode) ? mode : 'merge',
              key,
              rows: before,
              run: run(),
            }).catch(() => undefined);
          const rows: readonly TextRow[] = changed ?? given;
          const spec: LoadSpec = { options, schema: changed === null ? schema : wide, mode, key: mode === 'append' ? [] : key, rows };
          const { problems } = await plan(spec);
          if (problems.length > 0) {
            expect(await outcome(async () => (await runLoad(harness, { ...spec, run: run() })).counts)).toBe(problems[0]?.code);
            return;
          }
          const unchanged = await content();
          const told = await outcome(() => compare(spec));
          expect(await content()).toEqual(unchanged);
          const done = await outcome(async () => (await runLoad(harness, { ...spec, run: run() })).counts);
          expect({ mode, missing, told }).toEqual({ mode, missing, told: done });
        },
      ),
      { numRuns: 30 },
    );
  }, 120_000);

  it('counts rows that the table would refuse, and keeps missing rows of a load that is not whole', async () => {
    await harness.run(
      "create table t (id bigint primary key, name varchar not null check (length(name) < 3)); insert into t values (1, 'a'), (9, 'z')",
    );
    const spec: LoadSpec = {
      options: { table: 't', missing: 'delete' },
      schema,
      mode: 'merge',
      key: ['id'],
      rows: [
        ['1', 'b'],
        ['2', null],
        ['3', 'long'],
        [null, 'x'],
        ['4', 'n'],
      ],
    };
    expect(await compare(spec)).toMatchObject({ in: 5, updated: 1, inserted: 1, rejected: 3, deleted: 0 });
    const partial = await compare({ ...spec, rows: [['1', 'b']] }, { partial: true });
    expect(partial).toMatchObject({ updated: 1, deleted: 0 });
  });

  it('refuses single rows that are too much for a narrower column which may not be widened, as the load does', async () => {
    await harness.run('create table t (id integer, name varchar, total decimal(4,2))');
    const narrow: LoadSpec = {
      options: { table: 't' },
      schema: schemaOf(field('name', text), { ...decimal(12, 2), name: 'total' }),
      mode: 'append',
      policy: 'freeze',
      rows: [
        ['1', 'a', '99.99'],
        ['2147483648', 'b', '1.00'],
        ['3', 'c', '100.00'],
        ['-2147483648', 'd', '-99.99'],
      ],
    };
    expect(await compare(narrow)).toMatchObject({ in: 4, inserted: 2, rejected: 2 });
    const { counts, rejects } = await runLoad(harness, narrow);
    expect(counts).toMatchObject({ in: 2, inserted: 2 });
    expect(rejects.map(({ field: column, values }) => [column, values[0]])).toEqual([
      ['id', '2147483648'],
      ['total', '3'],
    ]);
  });

  it('makes no database where there is none', async () => {
    const spec: LoadSpec = {
      options: { table: 't' },
      schema,
      mode: 'merge',
      key: ['id'],
      rows: [
        ['1', 'a'],
        ['1', 'b'],
        ['2', 'c'],
      ],
    };
    expect(await compare(spec)).toMatchObject({ in: 3, inserted: 2, deduplicated: 1 });
    expect(await plan(spec)).toMatchObject({ rows: null, columns: [{ name: 'id', change: 'create' }, { change: 'create' }] });
    expect((await readdir(harness.folder)).filter((name) => name.endsWith('.duckdb'))).toEqual([]);
  });
});

describe('the plan of a load', () => {
  it('shows every column that is added, widened, left out or left alone, and the statements of the publish', async () => {
    await harness.run('create schema "a b"; create table "a b"."t ""x" (id bigint primary key, total decimal(10,2), other date)');
    const spec: LoadSpec = {
      options: { schema: 'a b', table: 't "x', pre: ['set x = 1'], post: ['analyze'] },
      schema: { fields: [...schema.fields, decimal(12, 2)], key: [] },
      mode: 'merge',
      key: ['id'],
      rows: [],
    };
    const planned = await plan(spec);
    expect(planned).toMatchObject({
      target: 'a b.t "x',
      rows: 0,
      columns: [
        { name: 'id', type: 'BIGINT', change: 'keep' },
        { name: 'name', type: 'VARCHAR', change: 'add' },
        { name: 'total', type: 'DECIMAL(12,2)', change: 'widen', before: 'DECIMAL(10,2)' },
        { name: 'other', type: 'DATE', change: 'keep' },
      ],
      problems: [],
    });
    expect(planned.statements.map((statement) => statement.split(' ').slice(0, 3).join(' '))).toEqual([
      'set x =', 'alter table "a', 'alter table "a', 'update "a b"."t', 'insert into "a', 'analyze',
    ]); // prettier-ignore
    const ignoring = await plan({ ...spec, policy: 'ignore-new', schema: wide, options: { schema: 'a b', table: 't "x' } });
    expect(ignoring.columns).toContainEqual({ name: 'name', type: 'VARCHAR', change: 'ignore' });
    expect(ignoring.problems).toMatchObject([{ code: 'SCHEMA_MISMATCH', message: expect.stringContaining('total') }]);
  });

  it('tells every mistake at once', async () => {
    await harness.run('create table t (id date, total date, must varchar not null)');
    const { problems } = await plan({
      options: { table: 't' },
      schema: wide,
      mode: 'merge',
      key: ['nr', 'id'],
      policy: 'freeze',
      rows: [],
    });
    expect(problems.map(({ message }) => message)).toEqual([
      expect.stringContaining('id is integer'),
      expect.stringContaining('no column name'),
      expect.stringContaining('total is decimal(12,4)'),
      expect.stringContaining('The key column nr'),
      expect.stringContaining('needs a value in must'),
    ]);
    await harness.run('create table k (id bigint primary key, name varchar)');
    expect((await plan({ options: { table: 'k' }, schema, mode: 'history', key: ['id'], rows: [] })).problems).toMatchObject([
      { message: expect.stringContaining('several versions') },
    ]);
    await harness.run('create view v as select 1 as id');
    expect((await plan({ options: { table: 'v' }, schema, mode: 'history', rows: [] })).problems.map(({ code }) => code)).toEqual(
      expect.arrayContaining(['CONFIG_INVALID', 'CONFIG_INVALID']),
    );
  });

  it('says for each mode what would run', async () => {
    await harness.run('create table t (id bigint primary key, name varchar)');
    const verbs = async (mode: Mode, options = {}): Promise<string[]> =>
      (await plan({ options: { table: 't', ...options }, schema, mode, key: mode === 'append' ? [] : ['id'], rows: [] })).statements.map(
        (statement) => statement.split(' ')[0] ?? '',
      );
    expect(await verbs('append')).toEqual(['insert']);
    expect(await verbs('replace')).toEqual(['delete', 'insert']);
    expect(await verbs('merge', { missing: 'delete' })).toEqual(['update', 'insert', 'delete']);
    expect(await verbs('merge', { missing: 'mark' })).toEqual(['alter', 'update', 'insert', 'update']);
    expect(await verbs('insert-new')).toEqual(['insert']);
    expect(await verbs('replace-by')).toEqual(['delete', 'insert']);
    await harness.run('create or replace table t (id bigint, name varchar)');
    expect(await verbs('history')).toEqual(['alter', 'alter', 'alter', 'create', 'update', 'insert', 'insert']);
    expect(await verbs('replace')).toEqual(['drop', 'alter']);
  });
});

describe('statements of a load', () => {
  it('run once with the rows, before and behind them, with their parameters bound', async () => {
    await harness.run(`create table log (what varchar, name varchar)`);
    const note = (what: string): string => `insert into log select :what || '${what}' || count(*), ':what' from t;`;
    const options = {
      table: 't',
      pre: ['create table if not exists t (id bigint, name varchar)', note('before')],
      post: [note('after')],
      params: { what: "o'clock " },
    };
    await runLoad(harness, { options, schema, mode: 'append', rows: [['1', 'a']] });
    const rows = await harness.sql((session) => session.rows('select * from log'));
    expect(rows).toEqual([
      { what: "o'clock before0", name: ':what' },
      { what: "o'clock after1", name: ':what' },
    ]);
  });

  it('undo all where one fails, and never end the transaction', async () => {
    const load = (post: string[]) =>
      runLoad(harness, { options: { table: 't', post }, schema, mode: 'append', rows: [['1', 'a']], run: String(post) });
    await expect(load(['select 1', 'insert into nowhere values (1)'])).rejects.toMatchObject({
      message: expect.stringContaining('Statement 2 of post fails'),
    });
    for (const bad of ['commit', "select ';'; -- x\n rollback", '/* a */ BEGIN', "attach 'x'"])
      await expect(load([bad])).rejects.toMatchObject({ code: 'CONFIG_INVALID' });
    expect(await harness.sql((session) => session.rows(`select 1 from duckdb_tables() where table_name = 't'`))).toEqual([]);
    await load(["select 'commit; rollback'"]);
    expect(await harness.sql((session) => session.rows('select * from t'))).toHaveLength(1);
  });
});
