import { readFileSync } from 'node:fs';
import { join, relative, resolve } from 'node:path';
import { Command, Errors, type Interfaces } from '@oclif/core';
import type { EtlError, Json, Place } from '@etl/sdk';
import { codeFrame } from '../project/code-frame.js';
import { readSettings, settingsFolder } from '../settings/index.js';
import type { Redactor } from '../state/redactor.js';
import { commandRedactor } from './command-redactor.js';
import { errorDocument } from './error-document.js';
import { exitCodeOf, type ExitCode } from './exit-codes.js';
import { globalFlags, globalSwitches } from './global-flags.js';
import { Interruption } from './interruption.js';
import { knownError } from './known-error.js';
import { thisProcess, type Outside } from './outside.js';
import { renderError } from './render-error.js';
import { Terminal } from './terminal.js';
import { usageError } from './usage-error.js';

/** What every command shares: global flags, the screen, signals, and errors that become text or JSON and an exit code. */
export abstract class EtlCommand extends Command {
  static override enableJsonFlag = true;
  static override baseFlags = globalFlags;
  static override flags: Interfaces.FlagInput = {};
  /** The exit codes that matter for this command, shown in its help. */
  static exitCodes: readonly ExitCode[] = [0, 1, 2];

  /** Replaced by tests before the command runs. */
  outside: Outside = thisProcess();
  #terminal: Terminal | null = null;
  #interruption: Interruption | null = null;
  #place = '';

  protected get terminal(): Terminal {
    this.#terminal ??= this.#openTerminal();
    return this.#terminal;
  }

  /** Hides every secret that the command meets in what it writes. */
  protected get redactor(): Redactor {
    return commandRedactor(this.config, this.outside.variables);
  }

  #openTerminal(): Terminal {
    const { outside, argv, redactor } = this;
    const switches = globalSwitches(argv, outside.variables);
    const variables = withColour(outside.variables, settingsFolder(outside.variables));
    return new Terminal({ ...outside, variables, ...switches, redact: (text) => redactor.text(text) });
  }

  /** Fires at the first Ctrl-C, hang-up or termination. */
  protected get signal(): AbortSignal {
    this.#interruption ??= new Interruption({
      process: this.outside.signals,
      announce: (text) => this.terminal.tell(text),
      end: (code) => this.outside.end(code),
    });
    return this.#interruption.signal;
  }

  /** The exit code of the signal that interrupted the command, or null. */
  protected get interruptedWith(): ExitCode | null {
    return this.#interruption?.exitCode ?? null;
  }

  /** A path as given on the command line, from where the person stands. */
  protected path(given: string): string {
    return resolve(this.outside.directory, given);
  }

  /** Files in errors are relative to this folder from now on. */
  protected filesAreIn(directory: string): void {
    this.#place = directory;
  }

  protected exitWith(code: ExitCode): void {
    this.outside.setExitCode(code);
  }

  protected override async init(): Promise<void> {
    // Else oclif takes a missing argument from standard input, and `cat rows | etl run` would read a job's name from the data.
    for (const arg of Object.values(this.ctor.args)) arg.ignoreStdin = true;
    await super.init();
  }

  override logJson(json: unknown): void {
    this.terminal.data(JSON.stringify(this.redactor.json(JSON.parse(JSON.stringify(json)) as Json), null, 2));
  }

  override async catch(error: unknown): Promise<void> {
    // oclif warns in tests about a command that did not parse its arguments; here it tried.
    this.parsed = true;
    if (error instanceof Errors.ExitError) {
      this.exitWith((error.oclif.exit ?? 0) as ExitCode);
      return;
    }
    const failure = usageError(error, this.#shape()) ?? knownError(error);
    const exitCode = this.interruptedWith ?? exitCodeOf(failure.code);
    this.exitWith(exitCode);
    if (this.jsonEnabled()) this.logJson(errorDocument(failure, exitCode));
    else this.terminal.tell(this.renderFailure(failure));
  }

  /** The error as people read it, with the lines of the file where it stands. */
  protected renderFailure(error: EtlError): string {
    const { variables, directory } = this.outside;
    const path = (name: string): string => relative(directory, join(this.#place, name)) || name;
    return renderError(error, {
      palette: this.terminal.palette,
      verbose: globalSwitches(this.argv, variables).verbose,
      frame: this.#frame(error.place),
      path,
    });
  }

  #frame({ file, line, column = 1 }: Place): string | null {
    if (file === undefined || line === undefined) return null;
    try {
      return codeFrame(readFileSync(join(this.#place, file), 'utf8'), { file, line, column, length: 1 });
    } catch {
      // The file is gone or was never one: the error says enough without its lines.
      return null;
    }
  }

  override async finally(): Promise<void> {
    this.#interruption?.stopListening();
  }

  #shape() {
    const { flags, args, strict } = this.ctor;
    return {
      command: [this.config.bin, ...(this.id?.split(':') ?? [])].join(' '),
      flags: ['help', ...Object.keys(globalFlags), ...Object.keys(flags)],
      argumentCount: strict ? Object.keys(args).length : Infinity,
    };
  }
}

/** The person's own choice of colour, unless the environment has one. */
function withColour(variables: NodeJS.ProcessEnv, folder: string): NodeJS.ProcessEnv {
  if (variables['FORCE_COLOR'] !== undefined || (variables['NO_COLOR'] ?? '') !== '') return variables;
  const { colour = 'auto' } = usableSettings(folder);
  return colour === 'auto' ? variables : { ...variables, FORCE_COLOR: colour === 'always' ? '1' : '0' };
}

function usableSettings(folder: string): ReturnType<typeof readSettings> {
  try {
    return readSettings(folder);
  } catch {
    // What colour an error has must not keep it from being shown; whoever needs the settings themselves is told that they are damaged
    return {};
  }
}
