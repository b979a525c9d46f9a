import { Flags } from '@oclif/core';
import { ProjectCommand } from './project-command.js';

/** The flag of every command that asks before it does what cannot be undone. */
export const yesFlag = Flags.boolean({ char: 'y', summary: 'Do not ask' });

/** A command that changes or removes what cannot be had again, and asks before. */
export abstract class ConfirmingCommand extends ProjectCommand {
  /** Whether to go on: with `--yes`, or when a person says so. Throws USAGE, which names `--yes`, where nobody can be asked. */
  protected async sure(yes: boolean, message: string): Promise<boolean> {
    if (yes) return true;
    const sure = await this.questions.confirm({ kind: 'confirm', flag: '--yes', message, default: false });
    if (!sure) this.terminal.say('Nothing was changed.');
    return sure;
  }
}
