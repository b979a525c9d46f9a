import { describe, expect, it } from '@jest/globals';
import { Args, Flags, Parser, type Interfaces } from '@oclif/core';
import { EtlError } from '@etl/sdk';
import { usageError } from '../../src/terminal/usage-error.js';
import { wholeNumberFlag } from '../../src/terminal/flag-values.js';

const input = {
  flags: {
    limit: wholeNumberFlag({ name: 'limit', summary: '', least: 1 }),
    format: Flags.string({ options: ['text', 'json'] }),
    param: Flags.string({ multiple: true, multipleNonGreedy: true }),
    a: Flags.boolean({ exclusive: ['format'] }),
  },
  args: { job: Args.string({ required: true, ignoreStdin: true }) },
} satisfies Interfaces.Input<
  Interfaces.OutputFlags<Interfaces.FlagInput>,
  Interfaces.OutputFlags<Interfaces.FlagInput>,
  Interfaces.OutputArgs<Interfaces.ArgInput>
>;

async function mistake(...argv: string[]): Promise<EtlError> {
  const shape = { command: 'etl run', flags: ['limit', 'format', 'param', 'full-refresh'], argumentCount: 1 };
  const error: unknown = await Parser.parse(argv, { ...input, strict: true }).catch((thrown: unknown) => thrown);
  const usage = usageError(error, shape);
  if (usage === null) throw new Error('not a usage error');
  return usage;
}

describe('a mistake on the command line', () => {
  it('names the nearest flag', async () => {
    expect(await mistake('sales', '--ful-refresh')).toMatchObject({
      code: 'USAGE',
      message: 'Unknown flag: --ful-refresh',
      hint: 'Did you mean --full-refresh? See etl run --help',
    });
  });

  it('says what is missing and what is too much', async () => {
    expect((await mistake()).message).toBe('Missing: JOB');
    expect((await mistake('a', 'b')).message).toBe('Too many arguments: this command takes 1');
    expect((await mistake('a', '--format', 'xml')).message).toBe('--format takes one of: text, json');
    expect((await mistake('a', '--limit', 'ten')).message).toBe('--limit takes a whole number from 1 on');
    expect((await mistake('a', '--limit')).message).toBe('Flag --limit expects a value');
  });

  it.each([
    [['a', '--pasword=hunter2']],
    [['a', 'hunter2']],
    [['a', '--format=hunter2']],
    [['a', '--limit', 'hunter2']],
    [['a', '--a', '--format', 'text', '--param', 'hunter2']],
    [['a', '--limit', '1', '--limit', 'hunter2']],
  ])('never repeats a value, which may be a secret: %j', async (argv) => {
    const { message, hint = '' } = await mistake(...argv);
    expect(message + hint).not.toContain('hunter2');
  });

  it('leaves other errors alone', () => {
    expect(usageError(new Error('boom'), { command: 'etl', flags: [], argumentCount: 0 })).toBeNull();
    const own = new EtlError('BUSY', 'Another run holds it');
    expect(usageError(own, { command: 'etl', flags: [], argumentCount: 0 })).toBe(own);
  });
});
