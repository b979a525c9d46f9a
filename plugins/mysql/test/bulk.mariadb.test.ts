import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import type { FieldType, Schema } from '@etl/sdk';
import { field, int64, schemaOf, text, type TextRow } from '@etl/testkit';
import { MysqlHarness } from './mysql-harness.js';
import { runLoad } from './run-load.js';

let quick: MysqlHarness;
/** A server that forbids LOAD DATA LOCAL. */
let closed: MysqlHarness;

beforeAll(async () => {
  quick = await MysqlHarness.create();
  closed = await MysqlHarness.create({ arguments: ['--local-infile=0'] });
}, 60_000);
afterAll(async () => {
  await quick.remove();
  await closed.remove();
});

const paths = [
  ['arrays', () => quick, {}],
  ['LOAD DATA LOCAL', () => quick, { bulk: 'load' }],
  ['INSERT, as the job says', () => quick, { bulk: 'insert' }],
  ['arrays, as the server forbids LOAD DATA', () => closed, {}],
  ['INSERT, as the server forbids LOAD DATA', () => closed, { bulk: 'load' }],
] as const;

interface Refusing {
  /** Type of the column `c` in the table. */
  readonly native: string;
  readonly type: FieldType;
  readonly good: readonly (string | null)[];
  readonly bad: readonly (string | null)[];
  readonly reason: RegExp;
  /** The column cannot be told. */
  readonly unnamed?: true;
}

const float: FieldType = { kind: 'float', bits: 64 };
const cases: readonly Refusing[] = [
  { native: 'varchar(3)', type: text, good: ['abc', '', 'ü😀€', null], bad: ['abcd', 'abc '], reason: /so long|cut or round/ },
  { native: 'tinyint', type: int64, good: ['-128', '127'], bad: ['128', '-129', '9223372036854775807'], reason: /so large or small/ },
  { native: 'int unsigned', type: int64, good: ['0', '4294967295'], bad: ['-1', '4294967296'], reason: /so large or small/ },
  { native: 'decimal(5,2)', type: { kind: 'decimal', precision: 7, scale: 2 }, good: ['999.99'], bad: ['1000.00', '-12345.00'], reason: /so large or small/ },
  { native: 'varchar(5) character set latin1', type: text, good: ['äö€'], bad: ['日本', '😀'], reason: /character|none of its type/ },
  { native: `enum('a','B')`, type: text, good: ['a', 'B', null], bad: ['A', '1', '2', 'a ', 'c', ''], reason: /values of its ENUM/ },
  { native: `set('x','y')`, type: text, good: ['x', 'x,y', ''], bad: ['X', '3', 'z'], reason: /values of its SET/ },
  { native: 'char(4)', type: text, good: ['ab', ' ab'], bad: ['ab ', ' '], reason: /drops spaces/ },
  { native: 'double', type: float, good: ['1e+21', '-0.5', '5e-324'], bad: ['NaN', 'Infinity', '-Infinity'], reason: /no NaN/ },
  { native: 'year', type: int64, good: ['0', '2026', '1901'], bad: ['5', '1900', '2156'], reason: /YEAR|so large/ },
  { native: 'bit(4)', type: int64, good: ['0', '15'], bad: ['16', '48'], reason: /so large|so long/ },
  { native: 'uuid', type: text, good: ['123e4567-e89b-12d3-a456-426655440000'], bad: ['no uuid'], reason: /none of its type/ },
  { native: 'timestamp null', type: { kind: 'timestamp', zoned: true, digits: 0 }, good: ['2026-01-01 00:00:00+00:00'], bad: ['1969-01-01 00:00:00+00:00', '2039-01-01 00:00:00+00:00'], reason: /so large|none of its type/ },
  { native: 'int not null', type: int64, good: ['1'], bad: [null], reason: /may not be empty/ },
  { native: 'int check (c > 0)', type: int64, good: ['1', null], bad: ['0', '-1'], reason: /CHECK/, unnamed: true },
  { native: 'longtext check (json_valid(c))', type: { kind: 'json' }, good: ['{"a":1}'], bad: ['{', ''], reason: /CHECK|JSON/, unnamed: true },
]; // prettier-ignore

describe.each(paths)('rows that MySQL would bend, written by %s', (_, harness, more) => {
  it.each(cases)(
    '$native: refused with their reason, and they never hide the good ones',
    async ({ native, type, good, bad, reason, unnamed }) => {
      const table = `t_${native.replaceAll(/\W+/g, '_')}_${Math.random().toString(36).slice(2, 7)}`;
      await harness().sql(`create table ${table} (id bigint, c ${native})`);
      const schema: Schema = { ...schemaOf(field('c', type)), key: [] };
      const cells = [...good.map((cell) => ({ cell, isGood: true })), ...bad.map((cell) => ({ cell, isGood: false }))];
      // Good and bad by turns, and each of them several times
      const mixed = [...cells, ...cells.reverse(), ...cells];
      const rows = mixed.map(({ cell }, at): TextRow => [String(at), cell]);
      const spec = { id: table, options: { table }, schema, mode: 'append' as const, policy: 'freeze' as const, rows };
      const { counts, rejects } = await runLoad(harness().connection(more), spec);
      expect(rejects.map(({ values }) => values)).toEqual(rows.filter((_row, at) => mixed[at]?.isGood === false));
      for (const reject of rejects) {
        expect(reject.reason).toMatch(reason);
        if (unnamed !== true) expect(reject.field).toBe('c');
        const [, value] = reject.values;
        if (value != null && value.length > 3) expect(reject.reason).not.toContain(value);
      }
      expect(counts.inserted).toBe(mixed.filter(({ isGood }) => isGood).length);
      expect((await harness().stored(table, { fields: [field('id', int64)], key: [] }))?.rows).toHaveLength(counts.inserted);
    },
  );
});

describe('a server that forbids LOAD DATA LOCAL', () => {
  it('is written to by INSERT, and the job is told what to change', async () => {
    const said: string[] = [];
    const schema = schemaOf(field('c', text));
    const rows = Array.from({ length: 3000 }, (_, at): TextRow => [String(at), at % 7 === 0 ? null : `\\ ' " \t\n ${at}`]);
    const spec = { options: { table: 'plain' }, schema, mode: 'append' as const, rows, every: 1000 };
    await runLoad(closed.connection({ bulk: 'load' }), spec, { warn: (message) => said.push(message) });
    expect(said).toEqual([expect.stringContaining('local_infile = 1')]);
    const stored = await closed.stored('plain', schema);
    expect(stored?.rows.toSorted((a, b) => Number(a[0]) - Number(b[0]))).toEqual(rows);
  });
});
