import { Flags } from '@oclif/core';

/** Flags of every command. */
export const globalFlags = {
  json: Flags.boolean({ summary: 'One JSON document on standard output, for programs', helpGroup: 'GLOBAL' }),
  env: Flags.string({
    summary: 'Environment of etl.yaml to use',
    helpValue: 'NAME',
    helpGroup: 'GLOBAL',
    env: 'ETL_ENV',
  }),
  project: Flags.string({
    summary: 'Folder of the project; else the nearest etl.yaml upwards from here',
    helpValue: 'DIR',
    helpGroup: 'GLOBAL',
    env: 'ETL_PROJECT',
  }),
  'no-input': Flags.boolean({
    summary: 'Never ask: fail and name the missing flags instead',
    helpGroup: 'GLOBAL',
    env: 'ETL_NO_INPUT',
  }),
  'no-color': Flags.boolean({ summary: 'No colour (also NO_COLOR=1)', helpGroup: 'GLOBAL' }),
  quiet: Flags.boolean({ char: 'q', summary: 'Only results, warnings and errors', helpGroup: 'GLOBAL', env: 'ETL_QUIET' }),
  verbose: Flags.boolean({ summary: 'Also the technical details of an error', helpGroup: 'GLOBAL', env: 'ETL_VERBOSE' }),
};

/** The global switches as they stand in the arguments, for use before or without parsing: a wrong flag must not spoil `--json`. */
export function globalSwitches(argv: readonly string[], variables: NodeJS.ProcessEnv) {
  const end = argv.indexOf('--');
  const given = new Set(end < 0 ? argv : argv.slice(0, end));
  const on = (flag: string, variable?: string): boolean =>
    given.has(flag) || (variable !== undefined && /^(1|true|yes|y)$/i.test(variables[variable] ?? ''));
  return {
    json: given.has('--json') || variables['ETL_CONTENT_TYPE']?.toLowerCase() === 'json',
    noInput: on('--no-input', 'ETL_NO_INPUT'),
    noColour: on('--no-color'),
    quiet: on('--quiet', 'ETL_QUIET') || given.has('-q'),
    verbose: on('--verbose', 'ETL_VERBOSE') || (variables['DEBUG'] ?? '') !== '',
  };
}
