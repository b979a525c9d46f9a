import { Args, Flags } from '@oclif/core';
import { ConfirmingCommand, yesFlag } from '../../terminal/confirming-command.js';
import { plural } from '../../terminal/format-quantity.js';

export default class StateReset extends ConfirmingCommand {
  static override summary = 'Forget cursors: the next run reads everything';
  static override description = `What is in the target stays: with mode append the rows are then double (etl run --full-refresh replaces instead).
Refused while a run of the job is running or unfinished. Keep the old ones first: etl state export > state.json`;
  static override examples = [
    { description: 'One dataset of a job; asks first', command: '<%= config.bin %> <%= command.id %> daily-orders orders' },
    { description: 'All of a job, in a script', command: '<%= config.bin %> <%= command.id %> daily-orders --yes --json' },
  ];
  static override exitCodes = [0, 1, 2, 4, 7] as const;
  static override args = {
    job: Args.string({ description: 'Name of the job', ignoreStdin: true, required: true }),
    dataset: Args.string({ description: 'Name of the extract; else all', ignoreStdin: true }),
  };
  static override flags = {
    load: Flags.string({ summary: 'Only this load of the job', helpValue: 'NAME' }),
    yes: yesFlag,
  };

  async run() {
    const { args, flags } = await this.parse(StateReset);
    const { job: name, dataset } = args;
    const [{ changeJobState }, { applyChanges, changesTo, loadsOf }] = await Promise.all([
      import('../../jobs/job-state.js'),
      import('../../state/index.js'),
    ]);
    const changes = await this.withJobs(flags, (world) =>
      changeJobState(world, name, async ({ job, loads, states }) => {
        const extracts = job.extracts.map((extract) => extract.dataset);
        const meant = (dataset === undefined ? states : loadsOf(states, dataset, extracts)).filter(
          ({ load }) => flags.load === undefined || load === `${name}/${flags.load}`,
        );
        const datasets = dataset === undefined ? [...new Set(meant.flatMap(({ cursors }) => Object.keys(cursors)))] : [dataset];
        const found = datasets.flatMap((each) => changesTo(meant, each, null));
        const texts = found.map((each) => `${each.load}, ${each.dataset}: ${JSON.stringify(each.before)}`);
        if (found.length === 0 || !(await this.sure(flags.yes, `Forget ${plural(found.length, 'cursor')} (${texts.join('; ')})?`)))
          return [];
        await applyChanges(loads, states, found);
        return found;
      }),
    );
    this.terminal.say(
      changes.length === 0
        ? 'No cursor changed.'
        : `${plural(changes.length, 'cursor')} forgotten. The next run reads everything: etl run ${name}`,
    );
    return { status: 'done', exitCode: 0, job: name, changes };
  }
}
