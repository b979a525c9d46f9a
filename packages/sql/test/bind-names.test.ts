import { describe, expect, it } from '@jest/globals';
import { bindNames, namedValues, oneStatement, render } from '../src/index.js';

const values = {
  placeholder: (n: number) => `$${n}`,
  parameter: (_field: unknown, placeholder: string) => placeholder,
  backslashEscapes: false,
} as unknown as Parameters<typeof render>[1]['values'];

const bind = (statement: string, params: { readonly [name: string]: string | null }, backslashEscapes = false) => {
  const dialect = { values: { ...values, backslashEscapes } };
  return render(bindNames(statement, dialect, namedValues(params)), dialect);
};

describe('names in a statement of a person', () => {
  it('are bound where they stand, as often as they stand', () => {
    expect(bind('select :a, :b, :a', { a: '1', b: null })).toEqual({ sql: 'select $1, $2, $3', binds: ['1', null, '1'] });
  });

  it.each([
    [`select ':a'`],
    [`select 'it''s :a'`],
    ['select ":a"'],
    ['select `:a`'],
    ['select 1 -- :a'],
    ['select /* :a\n :a */ 1'],
    ['select $$ :a $$'],
    ['select $tag$ :a $$ :a $tag$'],
    ['select x::a'],
    ['select x:=a'],
    ['select time 12:a'],
    ['select :other'],
    [`select 'C:\\' as path, ':a'`],
  ])('stay as they are in %s', (statement) => {
    expect(bind(statement, { a: '1' })).toEqual({ sql: statement, binds: [] });
  });

  it('know which strings of MySQL go on behind a backslash', () => {
    expect(bind(String.raw`select 'a\' :a', :a`, { a: '1' }, true)).toEqual({ sql: String.raw`select 'a\' :a', $1`, binds: ['1'] });
    expect(bind(String.raw`select 'a\', :a, ''`, { a: '1' })).toEqual({ sql: String.raw`select 'a\', $1, ''`, binds: ['1'] });
  });

  it('are those of the job alone, not what every object has', () => {
    expect(bind('select :constructor, :__proto__', {})).toEqual({ sql: 'select :constructor, :__proto__', binds: [] });
  });
});

describe('one statement', () => {
  it('loses what ends it, and is not nothing', () => {
    expect(oneStatement('  select 1 ;; \n')).toBe('select 1');
    expect(() => oneStatement(' ; ')).toThrow('empty');
  });
});
