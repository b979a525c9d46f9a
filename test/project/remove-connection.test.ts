import { describe, expect, it } from '@jest/globals';
import { parse } from 'yaml';
import { addConnection } from '../../src/project/add-connection.js';
import { removeConnection } from '../../src/project/remove-connection.js';

describe('removing a connection', () => {
  const before = `# ours
project:   p
connections:
    # first
    shop:   {connector: file,  path: "x"}   # odd
    old:
        connector: mysql
        password: { secret: password }

    last: { connector: file }
environments:
  production:
    connections:
      old: { connector: postgres }
      shop: { path: y }   # stays
`;

  it('leaves every other byte alone, and takes it from every environment', () => {
    const after = removeConnection(before, 'old');
    expect(after).toBe(
      before
        .replace('    old:\n        connector: mysql\n        password: { secret: password }\n', '')
        .replace('      old: { connector: postgres }\n', ''),
    );
  });

  it('takes it from one environment alone where that is meant', () => {
    expect(removeConnection(before, 'old', 'production')).toBe(before.replace('      old: { connector: postgres }\n', ''));
    for (const [name, environment] of [
      ['last', 'production'],
      ['old', 'test'],
    ] as const)
      expect(() => removeConnection(before, name, environment)).toThrow(
        `The environment ${environment} of etl.yaml has no connection '${name}' of its own`,
      );
    const added = addConnection(before, 'last', { connector: 'file' }, 'production');
    expect(removeConnection(added, 'last', 'production')).toBe(before);
  });

  it('undoes an addition to the byte', () => {
    expect(removeConnection(addConnection(before, 'new', { connector: 'file' }), 'new')).toBe(before);
  });

  it.each([
    'connections: { a: { connector: x }, b: { connector: y } }\n',
    'connections:\n  a: { connector: x }\n',
    'connections:\n  a:\n    connector: x',
  ])('means the same without it: %j', (text) => {
    const old = parse(text) as { connections: { [name: string]: unknown } };
    const rest = Object.fromEntries(Object.entries(old.connections).filter(([name]) => name !== 'a'));
    expect(parse(removeConnection(text, 'a'))).toEqual({ connections: rest });
  });

  it('refuses what is not there or cannot be read', () => {
    for (const text of ['', '[', 'connections: {}\n', 'a: [\n'])
      expect(() => removeConnection(text, 'a')).toThrow(expect.objectContaining({ code: 'CONFIG_INVALID' }));
  });
});
