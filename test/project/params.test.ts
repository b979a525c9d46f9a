import { describe, expect, it } from '@jest/globals';
import { parseTypeName } from '@etl/sdk';
import { resolveParams, splitParams, type ParamDefinition } from '../../src/project/index.js';

const place = { file: 'jobs/j/job.yaml', line: 1, column: 1 };
const job = (params: Readonly<Record<string, string | readonly [string, string | null]>>) => ({
  name: 'j',
  params: new Map(
    Object.entries(params).map(([name, type]): [string, ParamDefinition] => [
      name,
      typeof type === 'string' ? { type: parseTypeName(type), place } : { type: parseTypeName(type[0]), default: type[1], place },
    ]),
  ),
});
const valuesOf = (target: ReturnType<typeof job>, ...given: string[]) =>
  Object.fromEntries([...resolveParams(target, splitParams(given))].map(([name, { value }]) => [name, value]));

describe('parameters', () => {
  it('are exactly values of their types, in canonical text', () => {
    const target = job({ since: 'date', n: ['integer', '1'], d: ['decimal(6,2)', null], t: ['text', ''] });
    expect(valuesOf(target, 'since=2026-01-31', 'n=9007199254740993', 'd=1.5', 't=a=b=c ')).toEqual({
      since: '2026-01-31',
      n: '9007199254740993',
      d: '1.50',
      t: 'a=b=c ',
    });
    expect(valuesOf(target, 'since=2026-01-31')).toEqual({ since: '2026-01-31', n: '1', d: null, t: '' });
  });

  it.each([
    [['since=2026-02-30'], /^The value of parameter since /],
    [['since=2026-01-31', 'n=1.5'], /^The value of parameter n has digits behind the point$/],
    [[], /^The job j needs the parameter since$/],
    [['snice=2026-01-01'], /^There is no parameter 'snice'$/],
    [['since'], /^A parameter is given as name=value$/],
    [['since=2026-01-01', 'since=2026-01-02'], /^The parameter 'since' is given twice$/],
  ])('are refused when given as %j', (given, message) => {
    const target = job({ since: 'date', n: ['integer', '1'] });
    expect(() => valuesOf(target, ...given)).toThrow(
      expect.objectContaining({ code: 'USAGE', message: expect.stringMatching(message), hint: expect.any(String) }),
    );
  });

  it('never show the value that was given, which may be confidential', () => {
    expect(() => valuesOf(job({ since: 'date' }), 'since=s3cret')).toThrow(
      expect.not.objectContaining({ message: expect.stringContaining('s3cret') }),
    );
  });

  it('may belong to another job of the same command', () => {
    expect([...resolveParams(job({}), splitParams(['since=x']), { others: [job({ since: 'text' })] }).keys()]).toEqual([]);
  });
});
