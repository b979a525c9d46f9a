import type { ExitCode } from './exit-codes.js';
import type { InterruptionOptions } from './interruption.js';
import type { OutputStream } from './terminal.js';

/** All that a command takes from the world around it; a test gives its own. */
export interface Outside {
  readonly stdout: OutputStream;
  readonly stderr: OutputStream & NodeJS.WritableStream;
  readonly stdin: NodeJS.ReadStream;
  readonly variables: NodeJS.ProcessEnv;
  readonly signals: InterruptionOptions['process'];
  readonly directory: string;
  now(): Date;
  setExitCode(code: ExitCode): void;
  end(code: ExitCode): void;
}

/** The process that runs this command. */
export const thisProcess = (): Outside => ({
  stdout: process.stdout,
  stderr: process.stderr,
  stdin: process.stdin,
  variables: process.env,
  signals: process,
  directory: process.cwd(),
  now: () => new Date(),
  setExitCode: (code) => {
    process.exitCode = code;
  },
  end: (code) => process.exit(code),
});
