import { EtlError } from '@etl/sdk';
import type { ExitCode } from './exit-codes.js';

const signals = { SIGHUP: 129, SIGINT: 130, SIGTERM: 143 } as const satisfies Record<string, ExitCode>;
export type StopSignal = keyof typeof signals;

export interface InterruptionOptions {
  readonly process: {
    on(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
    off(signal: StopSignal, listener: (signal: StopSignal) => void): unknown;
  };
  /** Tells people that the first signal was heard. */
  readonly announce: (text: string) => void;
  /** Ends the process at once. */
  readonly end: (exitCode: ExitCode) => void;
}

/** Turns the first Ctrl-C, hang-up or termination into an abort that everything waits on, and the second into the end of the process. */
export class Interruption {
  readonly #controller = new AbortController();
  readonly #options: InterruptionOptions;
  #first: StopSignal | null = null;

  constructor(options: InterruptionOptions) {
    this.#options = options;
    for (const signal of Object.keys(signals) as StopSignal[]) options.process.on(signal, this.#hear);
  }

  get signal(): AbortSignal {
    return this.#controller.signal;
  }

  /** The exit code of the signal that was heard, or null. */
  get exitCode(): ExitCode | null {
    return this.#first === null ? null : signals[this.#first];
  }

  /** Signals do again what they do in any program. */
  stopListening(): void {
    for (const signal of Object.keys(signals) as StopSignal[]) this.#options.process.off(signal, this.#hear);
  }

  readonly #hear = (signal: StopSignal): void => {
    if (this.#first !== null) {
      this.#options.end(signals[signal]);
      return;
    }
    this.#first = signal;
    this.#options.announce('Stopping safely, progress is kept; press Ctrl-C again to end at once');
    this.#controller.abort(new EtlError('CANCELLED', 'The command was interrupted', { details: { signal } }));
  };
}
