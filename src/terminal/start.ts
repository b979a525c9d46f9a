import { type Config, run } from '@oclif/core';
import { EtlError, messageOf, nearestName } from '@etl/sdk';
import { Redactor } from '../state/redactor.js';
import { commandRedactor } from './command-redactor.js';
import { errorDocument } from './error-document.js';
import { loadConfig } from './etl-config.js';
import { exitCodeOf } from './exit-codes.js';
import { globalSwitches } from './global-flags.js';
import { knownError } from './known-error.js';
import { thisProcess, type Outside } from './outside.js';
import { renderError } from './render-error.js';
import { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

/** Time that connections get to close by themselves once the command has ended. */
const graceMilliseconds = 5000;

/** Runs one command line in this process: `root` is the URL of a file of the package. Never throws. */
export async function start(argv: readonly string[], root: string): Promise<void> {
  const outside = thisProcess();
  const screen = { argv, outside, redactor: new Redactor() };
  guard(screen);
  try {
    const config = await loadConfig(root, argv, outside);
    screen.redactor = commandRedactor(config, outside.variables);
    await run([...argv], config).catch((error: unknown) => {
      throw unknownCommand(error, config) ?? error;
    });
  } catch (error) {
    fail(error, screen);
  }
  setTimeout(() => process.exit(), graceMilliseconds).unref();
}

interface Screen {
  readonly argv: readonly string[];
  readonly outside: Outside;
  /** Knows no secret before there is a command that may have met one. */
  redactor: Redactor;
}

/** What nobody caught is still one clear error; a reader that went away (`etl … | head`) is none. */
function guard(screen: Screen): void {
  const end = (error: unknown): void => {
    fail(error, screen);
    process.exit();
  };
  process.on('uncaughtException', end);
  process.on('unhandledRejection', end);
  process.stderr.on('error', (error: NodeJS.ErrnoException) => {
    if (error.code !== 'EPIPE') throw error;
  });
}

/** Renders an error that no command has rendered. */
function fail(error: unknown, { argv, outside, redactor }: Screen): void {
  // Commands of oclif's own plugins, such as help, leave their errors to this place.
  const failure = usageError(error, { command: 'etl', flags: [], argumentCount: Infinity }) ?? knownError(error);
  const exitCode = exitCodeOf(failure.code);
  outside.setExitCode(exitCode);
  const switches = globalSwitches(argv, outside.variables);
  const terminal = new Terminal({ ...outside, ...switches, redact: (text) => redactor.text(text) });
  if (switches.json) terminal.data(JSON.stringify(errorDocument(failure, exitCode), null, 2));
  else terminal.tell(renderError(failure, { palette: terminal.palette, verbose: switches.verbose }));
}

/** oclif's `command x not found` as an error that names the nearest command; null for any other error. */
export function unknownCommand(error: unknown, config: Config): EtlError | null {
  const id = /^command (.+) not found\.?$/i.exec(messageOf(error))?.[1];
  if (id === undefined) return null;
  const words = (name: string): string => name.replaceAll(':', ' ');
  const names = [...config.commandIDs, ...config.topics.map(({ name }) => name)];
  const nearest = nearestName(id, names) ?? nearestName(id.split(':')[0] ?? id, names);
  const hint = nearest === undefined ? `${config.bin} --help lists all commands` : `Did you mean: ${config.bin} ${words(nearest)}`;
  return new EtlError('USAGE', `There is no command '${words(id)}'`, { hint });
}
