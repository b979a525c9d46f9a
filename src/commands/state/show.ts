import { Args } from '@oclif/core';
import type { LoadCursors } from '../../state/cursors.js';
import { ProjectCommand } from '../../terminal/project-command.js';

export default class StateShow extends ProjectCommand {
  static override summary = 'Show what the loads of one job remember: cursors in full, last and unfinished run';
  static override examples = [
    { description: 'One job', command: '<%= config.bin %> <%= command.id %> daily-orders' },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> daily-orders --env production --json' },
  ];
  static override exitCodes = [0, 1, 2, 3, 4] as const;
  static override args = { job: Args.string({ description: 'Name of the job', ignoreStdin: true, required: true }) };
  static override flags = {};

  async run() {
    const { args, flags } = await this.parse(StateShow);
    const { listJobStates } = await import('../../jobs/job-state.js');
    const [state] = await this.withJobs(flags, (world) => listJobStates(world, [args.job]));
    if (state !== undefined && state.error !== null) throw state.error;
    const loads = state?.loads ?? [];
    if (!this.jsonEnabled()) this.terminal.data(loads.map((load) => this.#text(load)).join('\n\n'));
    return { status: 'done', exitCode: 0, job: args.job, loads };
  }

  #text({ load, dataset, epoch, cursors, published, unfinished }: LoadCursors): string {
    const { bold, caution } = this.terminal.dataPalette;
    const entries = Object.entries(cursors).map(
      ([name, cursor]) => `  cursor of ${name}: ${JSON.stringify(cursor, null, 2).replaceAll('\n', '\n  ')}`,
    );
    return [
      `${bold(load)} (dataset ${dataset}, epoch ${epoch})`,
      ...(entries.length > 0 ? entries : ['  no cursor: the next run reads everything']),
      `  last run: ${published ?? 'none'}`,
      ...(unfinished === null ? [] : [caution(`  unfinished run: ${unfinished}`)]),
    ].join('\n');
  }
}
