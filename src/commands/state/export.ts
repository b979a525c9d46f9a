import { Flags } from '@oclif/core';
import type { ExportedState } from '../../state/exported-state.js';
import { plural } from '../../terminal/format-quantity.js';
import { flagList } from '../../terminal/flag-values.js';
import { ProjectCommand } from '../../terminal/project-command.js';

export default class StateExport extends ProjectCommand {
  static override summary = 'Write the cursors of all jobs as one JSON document, for etl state import';
  static override description = 'Fails when the state of one job cannot be read: half a backup is none.';
  static override examples = [
    { description: 'A backup', command: '<%= config.bin %> <%= command.id %> > state.json' },
    {
      description: 'Carry one job over to another environment',
      command:
        '<%= config.bin %> <%= command.id %> --job daily-orders --env test | <%= config.bin %> state import - --env production --yes',
    },
  ];
  static override exitCodes = [0, 1, 2, 3, 4] as const;
  static override flags = {
    job: Flags.string({ summary: 'Only this job; repeatable', multiple: true, multipleNonGreedy: true, helpValue: 'JOB' }),
  };

  async run(): Promise<ExportedState> {
    const { flags } = await this.parse(StateExport);
    const named = flagList(flags.job);
    const { listJobStates } = await import('../../jobs/job-state.js');
    const exported = await this.withJobs(flags, async (world): Promise<ExportedState> => {
      const states = await listJobStates(world, named.length > 0 ? named : await world.project.jobs());
      for (const { error } of states) if (error !== null) throw error;
      const loads = states.flatMap((state) => state.loads.map(({ load, cursors }) => ({ load, cursors })));
      return { version: 1, project: world.project.id, environment: world.project.environment, exported: world.now().toISOString(), loads };
    });
    if (!this.jsonEnabled()) this.terminal.data(JSON.stringify(exported, null, 2));
    this.terminal.say(`Cursors of ${plural(exported.loads.length, 'load')}`);
    return exported;
  }
}
