import { Flags } from '@oclif/core';
import type { RunRecord } from '../../state/run-record.js';
import { formatCount, formatDuration } from '../../terminal/format-quantity.js';
import { wholeNumberFlag } from '../../terminal/flag-values.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { shortRun } from '../../terminal/short-run.js';
import { showTable } from '../../terminal/show-table.js';

export default class RunsList extends ProjectCommand {
  static override summary = 'List the runs that are kept, newest first';
  static override description = 'A run that was killed is shown as interrupted: the next run of its job continues it.';
  static override examples = [
    { description: 'The last 20 runs of all jobs', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'What failed of one job',
      command: '<%= config.bin %> <%= command.id %> --job daily-orders --status failed --limit 100',
    },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --json' },
  ];
  static override flags = {
    job: Flags.string({ summary: 'Only runs of this job', helpValue: 'JOB' }),
    status: Flags.option({ summary: 'Only runs with this outcome', options: ['running', 'done', 'failed', 'interrupted'] as const })(),
    limit: wholeNumberFlag({ name: 'limit', summary: 'Number of runs; 20 unless told', least: 1 }),
  };

  async run() {
    const { flags } = await this.parse(RunsList);
    const { limit = 20 } = flags;
    const { etlFolder, listRuns } = await import('../../state/index.js');
    const etl = etlFolder(await this.projectDirectory(flags));
    const { runs: all, damaged } = await listRuns(etl, flags.job === undefined ? {} : { job: flags.job });
    const runs = all.filter(({ status }) => flags.status === undefined || status === flags.status).slice(0, limit);
    for (const { reason } of damaged) this.terminal.warn(reason);
    if (!this.jsonEnabled()) this.#show(runs);
    return { status: 'done', exitCode: 0, runs, damaged };
  }

  #show(runs: readonly RunRecord[]): void {
    if (runs.length === 0) {
      this.terminal.say('No runs yet. Start one with: etl run JOB');
      return;
    }
    const { good, caution, bad, name } = this.terminal.dataPalette;
    const colours = { done: good, running: name, interrupted: caution, failed: bad };
    const columns = [
      { title: 'run', weight: 3 },
      { title: 'job', weight: 1 },
      { title: 'status', weight: 2 },
      { title: 'started', weight: 2 },
      ...['took', 'read', 'loaded', 'rejected'].map((title) => ({ title, align: 'right' as const, weight: 2 })),
    ];
    showTable(this.terminal, {
      columns,
      rows: runs.map((run) => runLine(run, this.terminal.dataIsRead)),
      paint: (text, { row, column }) => (column === 2 ? colours[runs[row]?.status ?? 'done'](text) : text),
    });
  }
}

function runLine({ id, job, status, started, finished, datasets, loads }: RunRecord, forPeople: boolean): (string | null)[] {
  const steps = Object.values(datasets).flatMap((dataset) => dataset.steps);
  const sum = (counts: readonly number[]): string => formatCount(counts.reduce((total, count) => total + count, 0));
  return [
    forPeople ? shortRun(id) : id,
    job,
    status,
    started.slice(0, forPeople ? 16 : 19).replace('T', ' '),
    finished === null ? null : formatDuration(Date.parse(finished) - Date.parse(started)),
    sum(steps.filter(({ step }) => step === 'extract').map((step) => step.in)),
    sum(loads.map(({ inserted, updated }) => inserted + updated)),
    sum([...steps, ...loads].map(({ rejected }) => rejected)),
  ];
}
