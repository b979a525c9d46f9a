import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { rowBatch, type Field, type Schema } from '@etl/sdk';
import { tabText, type TabColumn } from '../src/index.js';

const text = (name: string): Field => ({ name, type: { kind: 'text' }, nullable: true });
const bytes = (name: string): Field => ({ name, type: { kind: 'bytes' }, nullable: true });

/** Reads tab-separated text by the book of COPY. */
function parse(data: string): (string | null)[][] {
  const lines = data.split('\n').slice(0, -1);
  const unescaped = (cell: string): string =>
    cell.replace(/\\(.)/g, (_, letter: string) => ({ n: '\n', r: '\r', t: '\t', '0': '\0' })[letter] ?? letter);
  return lines.map((line) => line.split('\t').map((cell) => (cell === '\\N' ? null : unescaped(cell))));
}

describe('cells as tab-separated text', () => {
  it('read back as what they were, whatever is in them', () => {
    const cell = fc.option(fc.oneof(fc.string({ unit: 'binary' }), fc.constantFrom('\\N', '\\', '\t\n\r', '', '\\.', 'x'.repeat(5000))));
    fc.assert(
      fc.property(fc.array(fc.tuple(cell, cell), { minLength: 1, maxLength: 20 }), (rows) => {
        const schema: Schema = { fields: [text('a'), text('b')], key: [] };
        const columns: TabColumn[] = [{ cell: 'text', at: 1 }, { cell: 'text', at: 0 }]; // prettier-ignore
        const written = Buffer.from(tabText(schema, rowBatch(rows), { columns, ordinal: null })).toString('utf8');
        expect(parse(written)).toEqual(rows.map(([a, b]) => [b, a]));
      }),
    );
  });

  it('writes bytes as hexadecimal digits or escaped, and words in place of others', () => {
    const schema: Schema = { fields: [bytes('a'), { name: 'b', type: { kind: 'boolean' }, nullable: true }], key: [] };
    const rows = rowBatch([[Uint8Array.of(0, 9, 10, 13, 92, 255), true], [null, false]]); // prettier-ignore
    const columns: TabColumn[] = [
      { cell: 'hex', at: 0 },
      { cell: 'binary', at: 0 },
      { cell: 'plain', at: 1, words: new Map([['true', '1'], ['false', '0']]) }, // prettier-ignore
    ];
    const written = Buffer.from(tabText(schema, rows, { columns, ordinal: { first: 2n ** 45n } }));
    expect(written.toString('latin1')).toBe(`35184372088832\t\\\\x00090a0d5cff\t\\0\\t\\n\\r\\\\\xff\t1\n35184372088833\t\\N\t\\N\t0\n`);
  });
});
