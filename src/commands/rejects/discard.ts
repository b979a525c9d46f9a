import { Args } from '@oclif/core';
import { formatBytes, formatRows } from '../../terminal/format-quantity.js';
import { ConfirmingCommand, yesFlag } from '../../terminal/confirming-command.js';

export default class RejectsDiscard extends ConfirmingCommand {
  static override summary = 'Remove the refused rows of a run for good';
  static override description = 'The balance of the run stays in its history. Rows of an unfinished run cannot be removed.';
  static override examples = [
    { description: 'Asks first', command: '<%= config.bin %> <%= command.id %> 9f2ab1c04d' },
    {
      description: 'Export, then remove, in a script',
      command: '<%= config.bin %> rejects export 9f2ab1c04d --to kept.csv && <%= config.bin %> <%= command.id %> 9f2ab1c04d --yes',
    },
  ];
  static override exitCodes = [0, 1, 2, 7] as const;
  static override args = {
    run: Args.string({ description: 'Id of the run, or a beginning or end of it', ignoreStdin: true, required: true }),
  };
  static override flags = { yes: yesFlag };

  async run() {
    const { args, flags } = await this.parse(RejectsDiscard);
    const { countRejectRows, discardRejects, etlFolder, findRun } = await import('../../state/index.js');
    const etl = etlFolder(await this.projectDirectory(flags));
    const { id: run } = await findRun(etl, { run: args.run });
    const waiting = await countRejectRows(etl, run);
    const sure = await this.sure(flags.yes || waiting === 0, `Remove ${formatRows(waiting)} of run ${run} for good?`);
    const { rows, bytes } = sure ? await discardRejects(etl, run) : { rows: 0, bytes: 0 };
    if (sure) this.terminal.say(`${formatRows(rows)} removed (${formatBytes(bytes)})`);
    return { status: 'done', exitCode: 0, run, rows, bytes };
  }
}
