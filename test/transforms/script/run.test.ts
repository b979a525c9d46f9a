import { afterAll, beforeAll, describe, expect, it } from '@jest/globals';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { openBench, runSteps, schemaOf, type Bench } from '../run-steps.js';
let bench: Bench;
beforeAll(async () => {
  bench = await openBench();
});
afterAll(async () => {
  await bench.close();
});
describe('smoke', () => {
  it('runs', async () => {
    await writeFile(
      join(bench.folder, 'a.ts'),
      `import { defineTransform } from '@etl/sdk';
export default defineTransform({ columns: { greeting: 'text', total: 'decimal(12,3)', drop: null }, row(row, { reject, params, started }) {
 if (row['id'] === 2n) reject('no two', 'id'); if (row['id'] === 3n) return null; console.log('hi', row['id']);
 return { ...row, name: String(row['name']) + 'é', total: '1.5', greeting: 'Hello ' + started, drop: undefined }; } });`,
    );
    const input = schemaOf({ id: 'integer', name: 'text', total: 'decimal(12,2)', drop: 'text' });
    const out = await runSteps(
      bench,
      input,
      [
        ['1', ' Ada ', '1.50', 'a'],
        ['2', 'N/A', '-3.00', 'b'],
        ['3', 'Bo', '7.00', 'c'],
        ['4', 'ü', '0.12', 'd'],
      ],
      [{ script: './a.ts' }],
    );
    console.log(
      JSON.stringify(out, (k, v) => (k === 'steps' || k === 'stages' || k === 'schema' ? undefined : v), 1),
      out.schema.fields,
      bench.warnings,
    );
    expect(1).toBe(1);
  });
});
