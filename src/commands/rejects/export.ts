import { Args, Flags } from '@oclif/core';
import { formatRows } from '../../terminal/format-quantity.js';
import { ProjectCommand } from '../../terminal/project-command.js';

export default class RejectsExport extends ProjectCommand {
  static override summary = 'Write refused rows as CSV or NDJSON: every cell as it was met, with reason, step and place';
  static override description =
    'In CSV what is known of a row stands in columns that begin with _etl_; an empty text is "" and null is nothing. The file is for you alone (0600).';
  static override examples = [
    { description: 'Into a file, to be corrected', command: '<%= config.bin %> <%= command.id %> --to rejects.csv' },
    { description: 'Into a pipe', command: '<%= config.bin %> <%= command.id %> 9f2ab1c04d --format ndjson | jq .reason' },
    {
      description: 'One dataset of the newest run of a job',
      command: '<%= config.bin %> <%= command.id %> --job daily-orders --dataset orders --to orders.ndjson',
    },
  ];
  static override args = {
    run: Args.string({ description: 'Id of the run, or a beginning or end of it; else the newest that refused rows', ignoreStdin: true }),
  };
  static override flags = {
    job: Flags.string({ summary: 'The newest run of this job that refused rows', helpValue: 'JOB' }),
    to: Flags.string({ summary: 'File to write; else standard output', helpValue: 'FILE' }),
    format: Flags.option({ summary: 'Else by the ending of the file, and csv for standard output', options: ['csv', 'ndjson'] as const })(),
    dataset: Flags.string({ summary: 'Only rows of this dataset', helpValue: 'DATASET' }),
    step: Flags.string({ summary: 'Only rows that this step refused', helpValue: 'STEP' }),
    field: Flags.string({ summary: 'Only rows refused for this column', helpValue: 'COLUMN' }),
    force: Flags.boolean({ summary: 'Replace the file if it is there', default: false }),
  };

  async run() {
    const { args, flags } = await this.parse(RejectsExport);
    const state = await import('../../state/index.js');
    const etl = state.etlFolder(await this.projectDirectory(flags));
    const { id: run } = await state.findRejectRun(etl, { run: args.run, job: flags.job });
    const open = () => state.readRejects(etl, run, state.rejectFilter(flags));
    const format = flags.format ?? (/\.(ndjson|jsonl)$/i.test(flags.to ?? '') ? 'ndjson' : 'csv');
    const texts = format === 'csv' ? state.rejectsToCsv(open) : state.rejectsToNdjson(open);
    const to = flags.to === undefined || flags.to === '-' ? null : this.path(flags.to);
    if (to === null && !this.jsonEnabled()) {
      for await (const text of texts) this.outside.stdout.write(text);
      return;
    }
    if (to === null) return { status: 'done', exitCode: 0, run, rejects: await collect(open()) };
    const lines = await state.writeTexts(to, texts, { replace: flags.force });
    const rows = format === 'csv' ? lines - 1 : lines;
    this.terminal.say(`${formatRows(rows)} of run ${run} in ${to}`);
    return { status: 'done', exitCode: 0, run, file: to, format, rows };
  }
}

async function collect<T>(items: AsyncIterable<T>): Promise<T[]> {
  const list: T[] = [];
  for await (const item of items) list.push(item);
  return list;
}
