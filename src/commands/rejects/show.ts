import { Args, Flags } from '@oclif/core';
import type { RejectRecord } from '../../state/reject-record.js';
import { wholeNumberFlag } from '../../terminal/flag-values.js';
import { ProjectCommand } from '../../terminal/project-command.js';
import { rejectPlace, rejectText } from '../../terminal/reject-text.js';
import { showTable } from '../../terminal/show-table.js';

export default class RejectsShow extends ProjectCommand {
  static override summary = 'Show refused rows with their reason and where they stand in the source';
  static override examples = [
    { description: 'The first rows that the newest run refused', command: '<%= config.bin %> <%= command.id %>' },
    {
      description: 'Rows that one column got refused',
      command: '<%= config.bin %> <%= command.id %> 9f2ab1c04d --dataset orders --field total --limit 100',
    },
    { description: 'For a program', command: '<%= config.bin %> <%= command.id %> --job daily-orders --json' },
  ];
  static override args = {
    run: Args.string({ description: 'Id of the run, or a beginning or end of it; else the newest that refused rows', ignoreStdin: true }),
  };
  static override flags = {
    job: Flags.string({ summary: 'The newest run of this job that refused rows', helpValue: 'JOB' }),
    dataset: Flags.string({ summary: 'Only rows of this dataset', helpValue: 'DATASET' }),
    step: Flags.string({ summary: 'Only rows that this step refused', helpValue: 'STEP' }),
    field: Flags.string({ summary: 'Only rows refused for this column', helpValue: 'COLUMN' }),
    limit: wholeNumberFlag({ name: 'limit', summary: 'Number of rows; 20 unless told', least: 1 }),
  };

  async run() {
    const { args, flags } = await this.parse(RejectsShow);
    const { limit = 20 } = flags;
    const { etlFolder, findRejectRun, readRejects, rejectFilter } = await import('../../state/index.js');
    const etl = etlFolder(await this.projectDirectory(flags));
    const { id: run, job } = await findRejectRun(etl, { run: args.run, job: flags.job });
    const rejects: RejectRecord[] = [];
    let more = false;
    for await (const record of readRejects(etl, run, rejectFilter(flags))) {
      more = rejects.length === limit;
      if (more) break;
      rejects.push(record);
    }
    if (!this.jsonEnabled()) this.#show(run, rejects, more);
    return { status: 'done', exitCode: 0, run, job, rejects, more };
  }

  #show(run: string, rejects: readonly RejectRecord[], more: boolean): void {
    const { terminal } = this;
    terminal.say(rejects.length === 0 ? `Run ${run} keeps no such rows.` : `Run ${run}\n`);
    if (terminal.dataIsRead) this.#showTexts(rejects);
    else this.#showTables(rejects);
    if (more) terminal.say(`There are more: --limit ${rejects.length * 10}, or all of them: etl rejects export ${run} --to rejects.csv`);
  }

  #showTexts(rejects: readonly RejectRecord[]): void {
    const { terminal } = this;
    const options = { palette: terminal.dataPalette, width: terminal.width('stdout') };
    for (const record of rejects) terminal.data(`${rejectText(record, options)}\n`);
  }

  /** Rows of the same columns stand together. */
  #showTables(rejects: readonly RejectRecord[]): void {
    for (const records of groupBy(rejects).values()) {
      const names = Object.keys(records[0]?.row ?? {});
      showTable(this.terminal, {
        columns: ['where', 'step', 'reason', ...(names.length > 0 ? names : ['cells'])].map((title) => ({ title })),
        rows: records.map((record) => [rejectPlace(record), record.step, record.reason, ...cellsOf(record, names)]),
        empty: 'null',
      });
      this.terminal.data('');
    }
  }
}

const shapeOf = ({ dataset, row }: RejectRecord): string => JSON.stringify([dataset, row === null ? null : Object.keys(row)]);

function groupBy(records: readonly RejectRecord[]): Map<string, RejectRecord[]> {
  const groups = new Map<string, RejectRecord[]>();
  for (const record of records) groups.set(shapeOf(record), [...(groups.get(shapeOf(record)) ?? []), record]);
  return groups;
}

const cellsOf = ({ row, values }: RejectRecord, names: readonly string[]): (string | null)[] =>
  row === null ? [JSON.stringify(values)] : names.map((name) => row[name] ?? null);
