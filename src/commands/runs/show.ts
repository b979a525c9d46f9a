import { Args, Flags } from '@oclif/core';
import type { RunRecord } from '../../state/run-record.js';
import { balanceTable } from '../../terminal/balance-table.js';
import { formatDuration } from '../../terminal/format-quantity.js';
import { ProjectCommand } from '../../terminal/project-command.js';

export default class RunsShow extends ProjectCommand {
  static override summary = 'Show one run: what became of every row, how long it took, where the next run begins';
  static override examples = [
    { description: 'The newest run', command: '<%= config.bin %> <%= command.id %>' },
    { description: 'The newest run of a job', command: '<%= config.bin %> <%= command.id %> --job daily-orders' },
    { description: 'A run by the end of its id', command: '<%= config.bin %> <%= command.id %> 9f2ab1c04d --json' },
  ];
  static override args = {
    run: Args.string({ description: 'Id of the run, or a beginning or end of it; else the newest', ignoreStdin: true }),
  };
  static override flags = { job: Flags.string({ summary: 'The newest run of this job', helpValue: 'JOB' }) };

  async run() {
    const { args, flags } = await this.parse(RunsShow);
    const { etlFolder, findRun } = await import('../../state/index.js');
    const run = await findRun(etlFolder(await this.projectDirectory(flags)), { run: args.run, job: flags.job });
    if (!this.jsonEnabled()) this.#show(run);
    return { status: 'done', exitCode: 0, run };
  }

  #show(run: RunRecord): void {
    const { terminal } = this;
    const palette = terminal.dataPalette;
    const facts = factsOf(run);
    const widest = Math.max(...facts.map(([label]) => label.length));
    terminal.data(facts.map(([label, text]) => `${palette.bold(label.padEnd(widest))}  ${text}`).join('\n'));
    const balance = balanceTable(run, { palette, width: terminal.width('stdout') });
    if (balance !== '') terminal.data(`\n${balance}`);
    const rejected = [...Object.values(run.datasets).flatMap(({ steps }) => steps), ...run.loads].some((each) => each.rejected > 0);
    if (rejected) terminal.say(`\nThe rejected rows: etl rejects show ${run.id}`);
    if (run.status === 'failed') terminal.say(`\nIts log: etl logs ${run.id}`);
    if (run.status === 'interrupted') terminal.say(`\nContinue it: etl run ${run.job}`);
  }
}

function factsOf({ id, job, status, started, finished, environment, trigger, params, cursors, warnings, error, host, pid }: RunRecord) {
  const took = finished === null ? '' : ` (took ${formatDuration(Date.parse(finished) - Date.parse(started))})`;
  const list = (entries: object): string =>
    Object.entries(entries)
      .map(([name, value]) => `${name} = ${JSON.stringify(value)}`)
      .join(', ');
  const lines: [string, string][] = [
    ['run', id],
    ['job', job],
    ['status', status],
    ['started', `${started}${took}`],
    ['by', `${trigger}, process ${pid} on ${host}`],
    ['environment', environment ?? ''],
    ['parameters', list(params)],
    ['cursors', list(cursors)],
    ...warnings.map((warning): [string, string] => ['warning', warning]),
    ['error', error === null ? '' : `${error.code}: ${error.message}`],
    ['next', error?.hint ?? ''],
  ];
  return lines.filter(([, text]) => text !== '');
}
