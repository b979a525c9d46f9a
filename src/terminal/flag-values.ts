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

/** The value that a reader makes of a flag's text; where it makes none, a USAGE error that does not repeat the text. */
export function flagValue<T>(
  text: string | undefined,
  { flag, example, read }: { readonly flag: string; readonly example: string; readonly read: (text: string) => T | null },
): T | undefined {
  if (text === undefined) return undefined;
  const value = read(text);
  if (value !== null) return value;
  throw new EtlError('USAGE', `--${flag} has a value that cannot be read`, { hint: `Such as --${flag} ${example}` });
}
