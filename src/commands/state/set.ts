import { Args, Flags } from '@oclif/core';
import { EtlError } from '@etl/sdk';
import { ConfirmingCommand, yesFlag } from '../../terminal/confirming-command.js';
import { plural } from '../../terminal/format-quantity.js';

export default class StateSet extends ConfirmingCommand {
  static override summary = 'Set the cursor of a dataset: the next run begins behind it';
  static override description = `A cursor that begins with {, [ or " is JSON, any other is text. Rows between the old and the new cursor are skipped or read again: with mode append they are then missing or double.
Refused while a run of the job is running or unfinished.`;
  static override examples = [
    {
      description: 'Read again from the first of November',
      command: '<%= config.bin %> <%= command.id %> daily-orders orders "2026-11-01 00:00:00"',
    },
    { description: 'In a script', command: '<%= config.bin %> <%= command.id %> daily-orders orders 120045 --yes --json' },
  ];
  static override exitCodes = [0, 1, 2, 4, 7] as const;
  static override args = {
    job: Args.string({ description: 'Name of the job', ignoreStdin: true, required: true }),
    dataset: Args.string({ description: 'Name of the extract', ignoreStdin: true, required: true }),
    cursor: Args.string({ description: 'The new cursor', ignoreStdin: true, required: true }),
  };
  static override flags = {
    load: Flags.string({ summary: 'Only this load of the job; else every load that may be made from the dataset', helpValue: 'NAME' }),
    yes: yesFlag,
  };

  async run() {
    const { args, flags } = await this.parse(StateSet);
    const { job: name, dataset } = args;
    const [{ changeJobState }, state] = await Promise.all([import('../../jobs/job-state.js'), import('../../state/index.js')]);
    const changes = await this.withJobs(flags, (world) =>
      changeJobState(world, name, async ({ job, loads, states }) => {
        const extracts = job.extracts.map((extract) => extract.dataset);
        const meant = state
          .loadsOf(states, dataset, extracts)
          .filter(({ load }) => flags.load === undefined || load === `${name}/${flags.load}`);
        if (meant.length === 0) throw noSuchLoad(name, flags.load, states);
        const found = meant.flatMap((each) =>
          state.changesTo([each], dataset, state.parseCursor(args.cursor, each.cursors[dataset] ?? null)),
        );
        const texts = found.map(({ load, before }) => `${load}: ${before === null ? 'no cursor' : JSON.stringify(before)}`);
        if (
          found.length === 0 ||
          !(await this.sure(flags.yes, `Set the cursor of ${dataset} to ${args.cursor} (so far ${texts.join('; ')})?`))
        )
          return [];
        await state.applyChanges(loads, states, found);
        return found;
      }),
    );
    this.terminal.say(
      changes.length === 0
        ? 'No cursor changed.'
        : `The cursor of ${dataset} is set in ${plural(changes.length, 'load')}. Its next run: etl run ${name}`,
    );
    return { status: 'done', exitCode: 0, job: name, changes };
  }
}

const noSuchLoad = (job: string, load: string | undefined, states: readonly { readonly load: string }[]): EtlError =>
  new EtlError('USAGE', load === undefined ? `Job ${job} has no load` : `No load ${load} of job ${job} is made from the dataset`, {
    hint: `Its loads: ${states.map((each) => each.load.slice(job.length + 1)).join(', ') || 'none'}`,
  });
