import { EtlError } from '@etl/sdk';
import type { Terminal } from './terminal.js';

/** One question, and the flag that answers it where nobody can be asked. */
export type Question = { readonly flag: string; readonly message: string } & (
  | { readonly kind: 'text'; readonly default?: string; readonly validate?: (answer: string) => string | null }
  | { readonly kind: 'choice'; readonly default?: string; readonly choices: readonly { readonly value: string; readonly name: string }[] }
  | { readonly kind: 'several'; readonly choices: readonly { readonly value: string; readonly name: string }[] }
  | { readonly kind: 'confirm'; readonly default: boolean }
  | { readonly kind: 'secret'; readonly validate?: (answer: string) => string | null }
);

export interface AskOptions {
  readonly terminal: Terminal;
  readonly stdin: NodeJS.ReadStream;
  readonly stderr: NodeJS.WritableStream;
  readonly signal: AbortSignal;
}

/** Asks on a terminal. The questions stand on standard error, so that standard output stays clean. */
export class Questions {
  constructor(private readonly options: AskOptions) {}

  get possible(): boolean {
    return this.options.terminal.canAsk;
  }

  async text({ flag, message, default: usual, validate }: Extract<Question, { kind: 'text' }>): Promise<string> {
    const ask = await this.#prompt(flag);
    const check = (answer: string): string | true => validate?.(answer.trim()) ?? true;
    const { answer } = await ask<{ answer: string }>([
      { type: 'input', name: 'answer', message, validate: check, ...(usual !== undefined && { default: usual }) },
    ]);
    return answer.trim();
  }

  async choice({ flag, message, choices, default: usual }: Extract<Question, { kind: 'choice' }>): Promise<string> {
    const ask = await this.#prompt(flag);
    const { answer } = await ask<{ answer: string }>([
      { type: 'select', name: 'answer', message, choices, ...(usual !== undefined && { default: usual }) },
    ]);
    return answer;
  }

  /** One or more of the choices. */
  async several({ flag, message, choices }: Extract<Question, { kind: 'several' }>): Promise<readonly string[]> {
    const ask = await this.#prompt(flag);
    const { answer } = await ask<{ answer: string[] }>([{ type: 'checkbox', name: 'answer', message, choices, required: true }]);
    return answer;
  }

  async confirm({ flag, message, default: usual }: Extract<Question, { kind: 'confirm' }>): Promise<boolean> {
    const ask = await this.#prompt(flag);
    const { answer } = await ask<{ answer: boolean }>([{ type: 'confirm', name: 'answer', message, default: usual }]);
    return answer;
  }

  /** What is typed is never shown, and taken as it is: blanks may belong to it. */
  async secret({ flag, message, validate }: Extract<Question, { kind: 'secret' }>): Promise<string> {
    const ask = await this.#prompt(flag);
    const { answer } = await ask<{ answer: string }>([
      { type: 'password', name: 'answer', message, mask: false, toggleMask: false, validate: (text: string) => validate?.(text) ?? true },
    ]);
    return answer;
  }

  async #prompt(flag: string) {
    if (!this.possible) throw missingFlags([flag]);
    const { default: inquirer } = await import('inquirer');
    const { stdin: input, stderr: output, signal } = this.options;
    return inquirer.createPromptModule({ input, output, signal });
  }
}

/** The error for a run without a person: names every flag that would have answered a question. */
export const missingFlags = (flags: readonly string[]): EtlError =>
  new EtlError('USAGE', `Not enough is known, and nobody can be asked here: ${flags.join(', ')}`, {
    hint: `Give ${flags.join(' and ')}, or start the command on a terminal`,
  });
