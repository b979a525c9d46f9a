import { describe, expect, it } from '@jest/globals';
import { isEtlError, type Batch, type Field, type Schema } from '@etl/sdk';
import { anyType, batchOf, canonicalCell, hardValues, textRowsOf, type TextRow } from '@etl/testkit';
import fc from 'fast-check';
import { readdir } from 'node:fs/promises';
import { duckDbType, quote, type Session } from '../src/index.js';
import { inMemory } from './temporary-folder.js';

const createTable = (session: Session, { fields }: Schema): Promise<number> =>
  session.run(`create or replace table t (${fields.map(({ name, type }) => `${quote(name)} ${duckDbType(type)}`).join(', ')})`);

async function crossed(session: Session, schema: Schema, batches: readonly Batch[]): Promise<TextRow[]> {
  await createTable(session, schema);
  await session.append('t', schema, batches);
  const rows: TextRow[] = [];
  for await (const batch of session.stream('select * from t', schema)) rows.push(...textRowsOf(schema, batch));
  return rows;
}

/** DuckDB writes no zeros at the end of a fraction of a second. */
const trimmed = (rows: readonly TextRow[], { fields }: Schema): TextRow[] =>
  rows.map((row) =>
    row.map((cell, at) => {
      const kind = fields[at]?.type.kind;
      return cell === null || (kind !== 'time' && kind !== 'timestamp')
        ? cell
        : cell.replace(/(:\d\d)(\.\d*?)0+(\+00:00)?$/, '$1$2$3').replace(/\.(\+00:00)?$/, '$1');
    }),
  );

const fieldOf = (name: string, type: Field['type']): Field => ({ name, type, nullable: true });

/** Nanoseconds end in 2262: what lies outside is refused, never bent. */
const inRange = (cell: string): boolean => cell >= '1678' && cell < '2262';

const anyTable = fc.array(anyType, { minLength: 1, maxLength: 6 }).chain((types) => {
  const schema: Schema = { fields: types.map((type, at) => fieldOf(`c ${at}"`, type)), key: [] };
  const cells = types.map((type) => {
    const fine = type.kind === 'timestamp' && !type.zoned && type.digits > 6;
    return fc.option(fine ? canonicalCell(type).filter(inRange) : canonicalCell(type), { nil: null, freq: 5 });
  });
  return fc.array(fc.tuple(...cells), { maxLength: 12 }).map((rows) => ({ schema, rows }));
});

describe('rows that cross into DuckDB and back', () => {
  it('come back to the letter, whatever their types and values', () =>
    inMemory(async (session) => {
      await fc.assert(
        fc.asyncProperty(anyTable, fc.constantFrom<'text' | 'rows'>('text', 'rows'), async ({ schema, rows }, form) => {
          const given = batchOf(schema, rows, { form, part: '0', first: 0 });
          expect(await crossed(session, schema, [given])).toEqual(trimmed(rows, schema));
        }),
        { numRuns: 150 },
      );
    }));

  it.each(hardValues.map((values) => [values.name, values] as const))('keep %s', (_, { type, cells }) =>
    inMemory(async (session) => {
      const schema: Schema = { fields: [fieldOf('v', type)], key: [] };
      const rows: TextRow[] = [[null], ...cells.map((cell) => [cell]), [null]];
      expect(await crossed(session, schema, [batchOf(schema, rows, { form: 'text', part: '0', first: 0 })])).toEqual(trimmed(rows, schema));
    }),
  );

  it('keep their order over many batches and segments', () =>
    inMemory(async (session) => {
      const schema: Schema = {
        fields: [fieldOf('n', { kind: 'integer', bits: 64, signed: true }), fieldOf('t', { kind: 'text' })],
        key: [],
      };
      const batches = Array.from({ length: 40 }, (_, batch) =>
        batchOf(
          schema,
          Array.from({ length: 5000 }, (__, row) => [String(batch * 5000 + row), row % 3 === 0 ? `a\n"${row}",b` : null]),
          { form: 'text', part: '0', first: 0 },
        ),
      );
      const rows = await crossed(session, schema, batches);
      expect(rows).toHaveLength(200_000);
      expect(rows.every(([n], at) => n === String(at))).toBe(true);
    }));

  it('are taken from CSV bytes that the batch brings along, quoted, unquoted and with line ends inside', () =>
    inMemory(async (session) => {
      const schema: Schema = {
        fields: [fieldOf('n', { kind: 'integer', bits: 32, signed: true }), fieldOf('t', { kind: 'text' })],
        key: [],
      };
      const rows: TextRow[] = [
        ['1', 'plain'],
        ['2', null],
        ['3', ''],
        ['4', 'a\nb'],
        ['5', '"'],
      ];
      for (const csv of ['1,plain\n2,\n3,""\n4,"a\nb"\n5,""""\n', '1,plain\r\n2,\r\n3,""\r\n4,"a\nb"\r\n5,""""\r\n']) {
        const batch = { ...batchOf(schema, rows, { form: 'text', part: '0', first: 0 }), csv: Buffer.from(csv) };
        expect(await crossed(session, schema, [batch])).toEqual(rows);
      }
    }));

  it('are all kept out by one that does not fit, and their segment is gone', () =>
    inMemory(async (session, folder) => {
      const schema: Schema = { fields: [fieldOf('n', { kind: 'text' })], key: [] };
      await session.run('create table narrow (n integer)');
      const rows: TextRow[] = [['1'], ['2'], ['x secret x']];
      const failed = session.append('narrow', schema, [batchOf(schema, rows, { form: 'text', part: '0', first: 0 })]);
      const error: unknown = await failed.catch((thrown: unknown) => thrown);
      expect(isEtlError(error) && error.code).toBe('DATA_INVALID');
      expect(String(error)).not.toContain('secret');
      expect(await session.rows('select count(*) as n from narrow')).toEqual([{ n: 0n }]);
      expect((await readdir(folder)).filter((name) => name.endsWith('.csv'))).toEqual([]);
    }));

  it('stay flat in memory: batches end by rows and by bytes', () =>
    inMemory(async (session) => {
      const schema = await session.describe(`select range as n, repeat('x', 2000) as t from range(30000)`);
      let rows = 0;
      for await (const batch of session.stream(`select range as n, repeat('x', 2000) as t from range(30000)`, schema)) {
        rows += batch.length;
        expect(batch.text?.bytes.length).toBeLessThan(16_000_000);
      }
      expect(rows).toBe(30_000);
    }));
});
