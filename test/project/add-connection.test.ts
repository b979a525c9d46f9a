import { describe, expect, it } from '@jest/globals';
import fc from 'fast-check';
import { parse } from 'yaml';
import { addConnection, connectionNames } from '../../src/project/add-connection.js';

const connection = { connector: 'file', path: './data', code: '01234', password: { secret: 'password' } };
const written = (indent: string): string =>
  ['new:', '  connector: file', '  path: ./data', '  code: "01234"', '  password: { secret: password }']
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

  it('goes into the overlay of an environment, and nothing else changes', () => {
    const before =
      'project: p\nconnections:\n  a: { connector: x }\nenvironments:\n  # ours\n  production:\n    connections:\n      a:   { path: y }  # odd\n  test:\n    state: { to: local }\n';
    expect(addConnection(before, 'new', connection, 'production')).toBe(before.replace('# odd\n', `# odd\n${written('      ')}\n`));
    const added = parse(addConnection(before, 'a', connection, 'test')) as { environments: unknown };
    expect(added.environments).toEqual({
      production: { connections: { a: { path: 'y' } } },
      test: { state: { to: 'local' }, connections: { a: connection } },
    });
    expect(addConnection(before, 'a', connection, 'test')).toContain('# ours');
    for (const empty of [
      'environments:\n  e:\n',
      'environments: { e: {} }\n',
      'environments:\n  e:\n    connections:\n',
      'environments: { e: { connections: {} } }\n',
    ])
      expect(parse(addConnection(empty, 'new', connection, 'e'))).toEqual({ environments: { e: { connections: { new: connection } } } });
    expect(() => addConnection(before, 'a', connection, 'production')).toThrow(
      "The environment production of etl.yaml has a connection 'a' already",
    );
    expect(() => addConnection('environments: { e: 1 }\n', 'a', connection, 'e')).toThrow(
      expect.objectContaining({ code: 'CONFIG_INVALID' }),
    );
    expect([...connectionNames(before, 'production')]).toEqual(['a']);
    expect([...connectionNames(before, 'test')]).toEqual([]);
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
