import { Flags } from '@oclif/core';
import { EtlError } from '@etl/sdk';

export interface WholeNumberFlag {
  readonly name: string;
  readonly summary: string;
  readonly least: number;
  readonly variable?: string;
}

/** A flag that takes a whole number, such as `--limit 100`. What was given never comes into the message. */
export const wholeNumberFlag = ({ name, summary, least, variable }: WholeNumberFlag) =>
  Flags.custom<number>({
    summary,
    helpValue: 'N',
    ...(variable !== undefined && { env: variable }),
    parse: async (text) => {
      const number = Number(text);
      if (/^\d+$/.test(text) && Number.isSafeInteger(number) && number >= least) return number;
      throw new EtlError('USAGE', `--${name} takes a whole number from ${least} on`, { hint: `Such as --${name} 1000` });
    },
  })();

/** Values of a flag that may be given several times; oclif hands over one text where it comes from a variable, with a value on each line. */
export const flagList = (given: readonly string[] | string | undefined): string[] =>
  typeof given === 'string' ? given.split('\n').filter((line) => line.trim() !== '') : [...(given ?? [])];

/** `name=value` pairs of `--param`. Throws USAGE, which names no value. */
export function namedValues(pairs: readonly string[]): ReadonlyMap<string, string> {
  const values = new Map<string, string>();
  for (const pair of pairs) {
    const at = pair.indexOf('=');
    const name = at < 0 ? '' : pair.slice(0, at).trim();
    if (name === '') throw new EtlError('USAGE', '--param takes name=value', { hint: 'Such as --param since=2026-01-01' });
    if (values.has(name)) throw new EtlError('USAGE', `The parameter ${name} is given twice`);
    values.set(name, pair.slice(at + 1));
  }
  return values;
}
