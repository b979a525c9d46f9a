import { Flags } from '@oclif/core';
import type { RejectGroup } from '../../state/read-rejects.js';
import { formatCount, formatRows } from '../../terminal/format-quantity.js';
import { wholeNumberFlag } from '../../terminal/flag-values.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { shortRun } from '../../terminal/short-run.js';
import { showTable } from '../../terminal/show-table.js';

export default class RejectsList extends ProjectCommand {
  static override summary = 'List which rows were refused: how many, by which step, for which reason';
  static override examples = [
    { description: 'The last runs that refused rows', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'One run', command: '<%= config.bin %> <%= command.id %> --run 9f2ab1c04d' },
    {
      description: 'One dataset of a job, for a program',
      command: '<%= config.bin %> <%= command.id %> --job daily-orders --dataset orders --json',
    },
  ];
  static override flags = {
    run: Flags.string({ summary: 'Only this run: its id, or a beginning or end of it', helpValue: 'RUN' }),
    job: Flags.string({ summary: 'Only runs of this job', helpValue: 'JOB' }),
    dataset: Flags.string({ summary: 'Only rows of this dataset', helpValue: 'DATASET' }),
    limit: wholeNumberFlag({ name: 'limit', summary: 'Number of runs; 10 unless told', least: 1 }),
  };

  async run() {
    const { flags } = await this.parse(RejectsList);
    const { limit = 10 } = flags;
    const { countRejects, etlFolder, findRun, listRuns } = await import('../../state/index.js');
    const etl = etlFolder(await this.projectDirectory(flags));
    const listed = flags.run === undefined ? await listRuns(etl, flags.job === undefined ? {} : { job: flags.job }) : null;
    for (const { reason } of listed?.damaged ?? []) this.terminal.warn(reason);
    const runs = listed?.runs ?? [await findRun(etl, { run: flags.run, job: flags.job })];
    const found: { run: string; job: string; started: string; rows: number; groups: readonly RejectGroup[] }[] = [];
    for (const { id, job, started } of runs) {
      const groups = await countRejects(etl, id, flags.dataset === undefined ? {} : { dataset: flags.dataset });
      if (groups.length > 0) found.push({ run: id, job, started, rows: groups.reduce((sum, { rows }) => sum + rows, 0), groups });
      if (found.length === limit) break;
    }
    if (!this.jsonEnabled()) this.#show(found);
    return { status: 'done', exitCode: 0, runs: found };
  }

  #show(runs: readonly { run: string; job: string; rows: number; groups: readonly RejectGroup[] }[]): void {
    const [first] = runs;
    if (first === undefined) {
      this.terminal.say('No rejected rows are kept.');
      return;
    }
    const forPeople = this.terminal.dataIsRead;
    showTable(this.terminal, {
      columns: [
        { title: 'run', weight: 3 },
        { title: 'job', weight: 1 },
        { title: 'dataset', weight: 1 },
        { title: 'step' },
        { title: 'reason', weight: 2 },
        { title: 'rows', align: 'right', weight: 3 },
      ],
      rows: runs.flatMap(({ run, job, groups }) =>
        groups.map(({ dataset, step, reason, rows }) => [forPeople ? shortRun(run) : run, job, dataset, step, reason, formatCount(rows)]),
      ),
    });
    this.terminal.say(`\n${formatRows(runs.reduce((sum, { rows }) => sum + rows, 0))}. Look at them: etl rejects show ${first.run}`);
  }
}
