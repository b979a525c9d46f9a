import { EventEmitter } from 'node:events';
import { PassThrough } from 'node:stream';
import { fileURLToPath } from 'node:url';
import { Config } from '@oclif/core';
import type { EtlCommand } from '../../src/terminal/etl-command.js';
import { FakeStream } from '../terminal/fake-terminal.js';

/** The folder of this package. */
export const root = fileURLToPath(new URL('../..', import.meta.url));

export interface TrySetting {
  readonly directory: string;
  readonly variables?: NodeJS.ProcessEnv;
  readonly tty?: boolean;
  /** What a person does while the command works. */
  readonly meanwhile?: (world: {
    readonly signals: EventEmitter;
    readonly stdin: PassThrough;
    readonly stderr: FakeStream;
  }) => Promise<void>;
}

export interface Tried {
  readonly exitCode: number;
  readonly stdout: string;
  readonly stderr: string;
  /** The document, where standard output is JSON. */
  readonly json: unknown;
  /** Set where a second signal ended the process at once. */
  readonly ended: number | null;
}

type CommandClass = new (argv: string[], config: Config) => EtlCommand;

/** Runs a command in this process as the command line would, with its own streams, variables and signals. `words` is what is typed behind `etl`. */
export async function tryCommand(Command: CommandClass, words: readonly string[], setting: TrySetting): Promise<Tried> {
  const { directory, variables = {}, tty = false, meanwhile } = setting;
  const config = await Config.load({ root, pjson: { name: '@etl/cli', version: '0.0.0', oclif: { bin: 'etl', topicSeparator: ' ' } } });
  const [stdout, stderr] = [new FakeStream(tty, 100), new FakeStream(tty, 100)];
  const stdin = Object.assign(new PassThrough(), { isTTY: tty, setRawMode: () => stdin });
  const signals = new EventEmitter();
  const outcome: { code: number; ended: number | null } = { code: 0, ended: null };
  const command = new Command([...words], config);
  command.id ??= Command.name.toLowerCase();
  command.outside = {
    stdout, stderr, stdin: stdin as unknown as NodeJS.ReadStream, signals, directory,
    variables: { TERM: 'xterm', ...variables },
    now: () => new Date(),
    setExitCode: (code) => (outcome.code = code),
    end: (code) => (outcome.ended = code),
  }; // prettier-ignore
  const running = command['_run']();
  await meanwhile?.({ signals, stdin, stderr });
  await running;
  return { exitCode: outcome.code, stdout: stdout.text, stderr: stderr.text, ended: outcome.ended, json: parsed(stdout.text) };
}

function parsed(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}
