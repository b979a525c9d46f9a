import { Flags } from '@oclif/core';
import type { JobState } from '../../jobs/job-state.js';
import { errorSummary } from '../../terminal/error-document.js';
import { exitCodeOf } from '../../terminal/exit-codes.js';
import { flagList } from '../../terminal/flag-values.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { shortRun } from '../../terminal/short-run.js';
import { showTable } from '../../terminal/show-table.js';

export default class StateList extends ProjectCommand {
  static override summary = 'List where the next run of each job begins';
  static override description =
    'Cursors live with the target where it has transactions, so the targets are asked. One that does not answer is told and hides no other.';
  static override examples = [
    { description: 'All jobs', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'One job in production, for a program',
      command: '<%= config.bin %> <%= command.id %> --job daily-orders --env production --json',
    },
  ];
  static override exitCodes = [0, 1, 2, 3, 4] as const;
  static override flags = {
    job: Flags.string({ summary: 'Only this job; repeatable', multiple: true, multipleNonGreedy: true, helpValue: 'JOB' }),
  };

  async run() {
    const { flags } = await this.parse(StateList);
    const named = flagList(flags.job);
    const { listJobStates } = await import('../../jobs/job-state.js');
    const jobs = await this.withJobs(flags, async (world) => listJobStates(world, named.length > 0 ? named : await world.project.jobs()));
    const failed = jobs.flatMap(({ error }) => (error === null ? [] : [error]));
    const [first] = failed;
    const exitCode = first === undefined ? 0 : exitCodeOf(first.code);
    this.exitWith(exitCode);
    if (!this.jsonEnabled()) this.#show(jobs);
    const shown = jobs.map(({ job, loads, error }) => ({ job, loads, error: error === null ? null : errorSummary(error) }));
    return { status: first === undefined ? 'done' : 'failed', exitCode, jobs: shown };
  }

  #show(jobs: readonly JobState[]): void {
    const rows = jobs.flatMap(({ loads }) =>
      loads.flatMap(({ load, cursors, published, unfinished }) => {
        const name = (id: string): string => (this.terminal.dataIsRead ? shortRun(id) : id);
        const run = unfinished === null ? published && name(published) : `${name(unfinished)} (unfinished)`;
        const entries = Object.entries(cursors);
        if (entries.length === 0) return [[load, null, null, run]];
        return entries.map(([dataset, cursor]) => [load, dataset, typeof cursor === 'string' ? cursor : JSON.stringify(cursor), run]);
      }),
    );
    const columns = [{ title: 'load', weight: 2 }, { title: 'dataset', weight: 2 }, { title: 'cursor' }, { title: 'last run', weight: 1 }];
    if (rows.length > 0) showTable(this.terminal, { columns, rows });
    else if (jobs.length === 0) this.terminal.say('No jobs yet. Start one with: etl init NAME');
    for (const { job, error } of jobs)
      if (error !== null) this.terminal.warn(`${job}: ${error.message}${error.hint === undefined ? '' : `. ${error.hint}`}`);
  }
}
