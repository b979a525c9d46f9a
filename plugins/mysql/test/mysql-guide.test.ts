import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { typeMatrix } from './type-matrix.js';

const rowOf = ({ native, type, note, only }: (typeof typeMatrix)[number]): string =>
  `| \`${native}\` | \`${type}\` | ${[only === undefined ? '' : `${only} only`, note ?? ''].filter((one) => one !== '').join('; ')} |`;

describe('the guide of MySQL', () => {
  it('lists every type that the tests hold, as they hold it', async () => {
    const guide = await readFile(new URL('../../../docs/guide/mysql.md', import.meta.url), 'utf8');
    const listed = guide.split('\n').filter((line) => line.startsWith('| `'));
    expect(listed.map((line) => line.replaceAll(/\s+/g, ' '))).toEqual(typeMatrix.map((one) => rowOf(one).replaceAll(/\s+/g, ' ')));
  });
});
