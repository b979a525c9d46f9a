import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { addConnection } from '../../src/project/index.js';

const connection = { connector: 'file', path: './data', code: '01234', password: { secret: 'password' } };
const written = (indent: string): string =>
  ['new:', '  connector: file', '  path: ./data', '  code: "01234"', '  password:', '    secret: password']
    .map((line) => indent + line)
    .join('\n');

describe('adding a connection', () => {
  it('leaves every other byte of etl.yaml alone', () => {
    const before =
      '# ours\nproject:   p   # name\n\nconnections:\n    # first\n    shop:   {connector: file,  path: "x"}   # odd, but ours\n\n# what follows\nstate: { to:   local }\n';
    expect(addConnection(before, 'new', connection)).toBe(before.replace('ours\n\n# what', `ours\n${written('    ')}\n\n# what`));
  });

  it('works at the end of a file without a last line break, and keeps the line breaks of the file', () => {
    expect(addConnection('project: p\nconnections:\n  a: { connector: x }', 'new', connection)).toBe(
      `project: p\nconnections:\n  a: { connector: x }\n${written('  ')}\n`,
    );
    expect(addConnection('project: p\r\nconnections:\r\n  a:\r\n    connector: x\r\n', 'new', { connector: 'y' })).toBe(
      'project: p\r\nconnections:\r\n  a:\r\n    connector: x\r\n  new:\r\n    connector: y\r\n',
    );
  });

  it.each([
    '',
    'project: p\n',
    'project: p',
    'project: p\nconnections:\n',
    'project: p\nconnections: {}\n',
    'connections: { a: { connector: x } }\n',
    'connections:\n  a: &x\n    text: |\n      two\n\n      lines\n  b: *x\n\n\n# end\n',
  ])('means the same and one connection more: %j', (before) => {
    const old = (parse(before) ?? {}) as { connections?: object };
    expect(parse(addConnection(before, 'new', connection))).toEqual({ ...old, connections: { ...old.connections, new: connection } });
  });

  it('refuses a name that is there and a file that cannot be read', () => {
    expect(() => addConnection('connections:\n  a: { connector: x }\n', 'a', connection)).toThrow("etl.yaml has a connection 'a' already");
    for (const text of ['[', '- a\n', 'a: [\n', 'connections: [a]\n'])
      expect(() => addConnection(text, 'a', connection)).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });

  it('writes values that read back as they were', () => {
    const value = fc.oneof(
      fc.string({ unit: 'binary' }).filter((text) => !/\p{Cs}/u.test(text)),
      fc.integer(),
      fc.boolean(),
    );
    fc.assert(
      fc.property(fc.dictionary(fc.constantFrom('a', 'b', 'null', '01'), value), (options) => {
        const added = { connector: 'x', ...options };
        expect(parse(addConnection('connections:\n  z: { connector: y }\n', 'new', added))).toEqual({
          connections: { z: { connector: 'y' }, new: added },
        });
      }),
      { numRuns: 200 },
    );
  });
});
