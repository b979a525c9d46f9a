import { describe, expect, it } from '@jest/globals';
import { readFile } from 'node:fs/promises';
import { typeMatrix } from './type-matrix.js';

/** A row of the guide for a type of the matrix. */
const rowOf = ({ native, type, note, only }: (typeof typeMatrix)[number]): string => {
  const said = [...(note === undefined ? [] : [note]), ...(only === undefined ? [] : ['not tried on the double'])].join('; ');
  return `| \`${native}\` | \`${type}\` | ${said} |`;
};

describe('the guide to Oracle', () => {
  it('lists every type that the tests try, and no other', async () => {
    const guide = await readFile(new URL('../../../docs/guide/oracle.md', import.meta.url), 'utf8');
    const squeezed = guide.split('\n').map((line) => line.replaceAll(/\s+/g, ' '));
    const listed = squeezed.filter((line) => /^\| `[A-Z]/.test(line));
    expect(listed).toEqual(typeMatrix.map((one) => rowOf(one).replaceAll(/\s+/g, ' ')));
  });
});
