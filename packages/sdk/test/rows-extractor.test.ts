import { describe, expect, it } from '@jest/globals';
import { int64, rowsExtractor, text, type ReadRequest, type Row, type Schema } from '../src/index.js';

const schema: Schema = {
  fields: [
    { name: 'id', type: int64, nullable: false },
    { name: 'name', type: text, nullable: true },
    { name: 'note', type: text, nullable: true },
  ],
  key: ['id'],
};
const rows: Row[] = [
  [1n, 'Ada', null],
  [2n, null, 'x'],
];

async function read(columns?: readonly string[]): Promise<{ schema: Schema; rows: Row[] }> {
  const extractor = rowsExtractor(schema, () => rows);
  const request: ReadRequest = { since: null, hold: null, parts: 1, ...(columns && { columns }) };
  const plan = await extractor.plan(request);
  const found: Row[] = [];
  for (const part of plan.parts) for await (const { batch } of extractor.read(part, null)) found.push(...batch.rows());
  return { schema: plan.schema, rows: found };
}

describe('rowsExtractor', () => {
  it('gives whole rows unless columns are asked for', async () => {
    expect(await read()).toEqual({ schema, rows });
  });

  it('gives the columns asked for, in that order, and keeps a key that is whole', async () => {
    expect(await read(['note', 'id'])).toEqual({
      schema: { fields: [schema.fields[2], schema.fields[0]], key: ['id'] },
      rows: [
        [null, 1n],
        ['x', 2n],
      ],
    });
    expect((await read(['name'])).schema.key).toEqual([]);
  });

  it('refuses a column that is not there and names those that are', async () => {
    await expect(read(['id', 'nmae'])).rejects.toMatchObject({ code: 'SCHEMA_MISMATCH', hint: 'Columns are id, name, note' });
  });
});
