import { describe, expect, it } from '@jest/globals';
import { exportsOf } from '../../scripts/exports-of.mjs';
import { importsFromOutside } from '../../scripts/imports-from-outside.mjs';
import { licencesOf } from '../../scripts/bundle-licences.mjs';

describe('importsFromOutside', () => {
  it('replaces each import() and nothing that only looks like one', () => {
    const text = [
      "const a = await import('x'); // import('in a comment')",
      'const b = "import(\'in text\')", c = `import(${await import(`y${a}`)})`, d = /import(x)/;',
      "object.import('a method'); import.meta; reimport('z');",
      "import ('blank'), import('one').then(() => import('two'));",
    ].join('\n');
    expect(importsFromOutside(text)).toBe(
      [
        "const a = await importFromOutside('x'); // import('in a comment')",
        'const b = "import(\'in text\')", c = `import(${await importFromOutside(`y${a}`)})`, d = /import(x)/;',
        "object.import('a method'); import.meta; reimport('z');",
        "importFromOutside ('blank'), importFromOutside('one').then(() => importFromOutside('two'));",
      ].join('\n'),
    );
  });
});

describe('exportsOf', () => {
  it('names values, not types', () => {
    const text = [
      'export interface Shape { a: string }',
      'export type Text = string;',
      'export const one = 1, two = 2;',
      'export async function start() {}',
      'export class Help {}',
      'export default class Run {}',
      'const hidden = 1;',
    ].join('\n');
    expect(exportsOf(text)).toEqual(['one', 'two', 'start', 'Help', 'default']);
    expect(exportsOf('export default defineConnector({});')).toEqual(['default']);
  });
});

describe('licencesOf', () => {
  it('gives the text of each package once, and nothing for files of the clone', () => {
    const text = licencesOf([
      'node_modules/zod/v4/index.js',
      'node_modules/zod/v4/core/util.js',
      'src/terminal/start.ts',
      'node_modules/yaml/dist/index.js',
    ]);
    expect(text.match(/^zod \d/gm)).toHaveLength(1);
    expect(text).toMatch(/^yaml \d[^]*Eemeli Aro[^]*^zod \d[^]*Colin McDonnell/m);
    expect(licencesOf(['src/terminal/start.ts'])).toBe('');
  });
});
