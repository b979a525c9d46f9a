import { Args, Flags } from '@oclif/core';
import type { PreviewedStep } from '../jobs/preview-job.js';
import { flagList, wholeNumberFlag } from '../terminal/flag-values.js';
import { busy } from '../terminal/busy.js';
import { ProjectCommand } from '../terminal/project-command.js';
import { showPreview } from '../terminal/render-preview.js';

export default class Preview extends ProjectCommand {
  static override summary = 'The first rows after each step of a job; loads nothing';
  static override description =
    'Reads a sample of each extract and shows what every step makes of it. Joins and checks see only the sample. Columns that are met for the first time are noted in schemas.yaml beside the job.';
  static override args = { job: Args.string({ description: 'Name of the job', required: true }) };
  static override flags = {
    dataset: Flags.string({ char: 'd', summary: 'Only this dataset', helpValue: 'NAME' }),
    limit: wholeNumberFlag({ name: 'limit', summary: 'Rows that are shown after each step, 5 unless told', least: 0 }),
    sample: wholeNumberFlag({ name: 'sample', summary: 'Rows that are read of each extract, 1000 unless told', least: 1 }),
    param: Flags.string({
      char: 'p',
      multiple: true,
      multipleNonGreedy: true,
      summary: 'A parameter of the job; repeatable',
      helpValue: 'NAME=VALUE',
      env: 'ETL_RUN_PARAM',
    }),
  };
  static override examples = [
    { description: 'What each step does to the first rows', command: '<%= config.bin %> preview sales' },
    { description: 'Twenty rows of one dataset', command: '<%= config.bin %> preview sales --dataset orders --limit 20' },
    {
      description: 'The columns and types at the end, for a program',
      command: '<%= config.bin %> preview sales --limit 0 --json | jq ".steps[-1].columns"',
    },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 130] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0; job: string; steps: readonly PreviewedStep[] }> {
    const { args, flags } = await this.parse(Preview);
    const steps = await this.withJobs(flags, async (world) => {
      const { previewJob } = await import('../jobs/preview-job.js');
      const { selectJobs } = await import('../jobs/select-jobs.js');
      const { resolveParams, splitParams } = await import('../project/index.js');
      const [job] = await selectJobs(world.project, { names: [args.job], all: false, tags: [] });
      if (job === undefined) return [];
      const params = resolveParams(job, splitParams(flagList(flags.param)));
      const { dataset = null, limit = 5, sample = 1000 } = flags;
      return busy(this.terminal, `Reading a sample for ${job.name}`, () =>
        previewJob(world, job, { params, dataset, limit, sample, warn: (text) => this.terminal.warn(text) }),
      );
    });
    if (!this.jsonEnabled()) showPreview(this.terminal, steps);
    return { status: 'done', exitCode: 0, job: args.job, steps };
  }
}
