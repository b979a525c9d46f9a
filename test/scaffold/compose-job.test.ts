import { describe, expect, it } from '@jest/globals';
import { parseTypeName, typeNames, type Schema } from '@etl/sdk';
import fc from 'fast-check';
import { parse } from 'yaml';
import { composeJob, composeProject, composeTest, type JobPlan, type PlannedTable } from '../../src/scaffold/compose-job.js';
import { nameFromFile } from '../../src/scaffold/endpoint.js';
import { yamlList, yamlPath, yamlText } from '../../src/scaffold/yaml-text.js';

const name = fc.string({ unit: 'binary', minLength: 1, maxLength: 30 });
const from = { connection: 'files', connector: 'file', options: { path: './in: #1' }, item: 'a' };
const to = { connection: 'warehouse', connector: 'duckdb', options: { path: './out/x.duckdb' }, item: null };
const schema = (names: readonly string[]): Schema => ({
  fields: names.map((column, index) => ({
    name: column,
    type: parseTypeName(typeNames[index % typeNames.length] ?? 'text'),
    nullable: true,
  })),
  key: [],
});
const plan = (...tables: Partial<PlannedTable>[]): JobPlan => ({
  name: 'load',
  from,
  to,
  tables: tables.map((facts) => ({
    dataset: 'orders',
    source: 'orders.csv',
    target: 'orders',
    key: [],
    schema: schema(['id']),
    namesColumns: false,
    ...facts,
  })),
});

describe('the files of a new job', () => {
  it('hold any text exactly as it was', () => {
    fc.assert(
      fc.property(name, (text) => {
        expect(parse(`x: ${yamlText(text)}`)).toEqual({ x: text });
        expect(parse(`x: ${yamlPath(text)}`)).toEqual({ x: text });
        expect(parse(`x: ${yamlList([text, 'b'])}`)).toEqual({ x: [text, 'b'] });
      }),
    );
    for (const word of [
      'true',
      'No',
      'null',
      '~',
      '1',
      '0x10',
      '1e3',
      '.inf',
      'y',
      '',
      ' a',
      'a #b',
      'a: b',
      '- a',
      '*a',
      '1_000',
      '2026-01-01',
      '.5',
      '12:30',
    ])
      for (const write of [yamlText, yamlPath]) expect(parse(`x: ${write(word)}`)).toEqual({ x: word });
  });

  it('say what was asked for, whatever files and columns are called', () => {
    fc.assert(
      fc.property(name, name, fc.uniqueArray(name, { minLength: 1, maxLength: 30 }), (source, target, columns) => {
        const made = plan({ source, target, key: columns.slice(0, 1), schema: schema(columns), namesColumns: true });
        const job: unknown = parse(composeJob(made));
        expect(job).toMatchObject({
          extract: { orders: { from: 'files', file: source, columns } },
          load: [{ table: target, mode: 'merge', key: columns.slice(0, 1) }],
        });
        const test = parse(composeTest(made)) as { tests: { given: { orders: object[] } }[] };
        expect(Object.keys(test.tests[0]?.given.orders[0] ?? {})).toEqual(
          Object.keys(Object.fromEntries(columns.map((column) => [column, 0]))),
        );
      }),
    );
  });

  it('replace the target where no column identifies a row: merging on a guess would lose rows', () => {
    expect(parse(composeJob(plan({})))).toMatchObject({ load: [{ mode: 'replace' }] });
  });

  it('read several tables into as many, each load called as its dataset', () => {
    const made = plan({ dataset: 'a', source: 'A', target: 'a', key: ['id'] }, { dataset: 'b', source: 'B', target: 'b' });
    expect(parse(composeJob(made))).toMatchObject({
      extract: { a: { file: 'A' }, b: { file: 'B' } },
      load: [
        { dataset: 'a', table: 'a', mode: 'merge', key: ['id'] },
        { dataset: 'b', table: 'b', mode: 'replace' },
      ],
    });
    expect(parse(composeTest(made))).toMatchObject({
      tests: [{ given: { a: [{}], b: [{}] }, expect: { a: { rows: 1 }, b: { rows: 1 } } }],
    });
  });

  it('declare the connections of a new project', () => {
    expect(parse(composeProject('x', [from, to]))).toEqual({
      project: 'x',
      connections: { files: { connector: 'file', path: './in: #1' }, warehouse: { connector: 'duckdb', path: './out/x.duckdb' } },
    });
  });

  it.each([
    ['data/Orders 2026.csv.gz', 'orders_2026'],
    ['Größe.parquet', 'gro_e'],
    ['2026-01.json', 'rows'],
    ['注文.csv', 'rows'],
    ['shop.main.orders', 'shop_main_orders'],
  ])('call the dataset of %s %s', (file, dataset) => expect(nameFromFile(file)).toBe(dataset));
});
