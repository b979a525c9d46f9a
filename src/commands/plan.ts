import { Args, Flags } from '@oclif/core';
import type { JobPlan, TargetPlan } from '../jobs/job-plan.js';
import { busy } from '../terminal/busy.js';
import { errorSummary, type ErrorSummary } from '../terminal/error-document.js';
import { exitCodeOf, type ExitCode } from '../terminal/exit-codes.js';
import { flagList } from '../terminal/flag-values.js';
import { ProjectCommand } from '../terminal/project-command.js';
import { renderPlan } from '../terminal/render-plan.js';

type ShownPlan = Omit<JobPlan, 'loads' | 'error'> & {
  readonly loads: readonly (Omit<TargetPlan, 'problems'> & { readonly problems: readonly ErrorSummary[] })[];
  readonly error: ErrorSummary | null;
};

interface PlanReport {
  /** failed: a run would stop before it publishes anything. */
  readonly status: 'done' | 'failed';
  readonly exitCode: ExitCode;
  readonly plan: ShownPlan;
}

export default class Plan extends ProjectCommand {
  static override summary = 'What a run would do: reads, statements, rows added, changed and removed; writes nothing';
  static override description =
    'Opens the connections, reads and transforms the rows as a run would, and compares them with the targets that can tell; --no-rows leaves that out and shows the columns and statements alone. Neither a target nor a cursor is changed. What would stop the run is shown, with its exit code.';
  static override args = { job: Args.string({ description: 'Name of the job', required: true }) };
  static override flags = {
    rows: Flags.boolean({ summary: 'Compare the rows with the targets (the usual case)', allowNo: true, default: true }),
    'full-refresh': Flags.boolean({ summary: 'As a run with --full-refresh: ignore cursors and replace the target' }),
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
    { description: 'Before the first run in production', command: '<%= config.bin %> plan sales --env production' },
    { description: 'The statements alone, without reading a row', command: '<%= config.bin %> plan sales --no-rows' },
    {
      description: 'Rows that a run would delete, for a program',
      command: '<%= config.bin %> plan sales --json | jq ".plan.loads[].changes.deleted"',
    },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 5, 130] as const;

  async run(): Promise<PlanReport> {
    const { args, flags } = await this.parse(Plan);
    const plan = await this.withJobs(flags, async (world) => {
      const { planJob } = await import('../jobs/plan-job.js');
      const { refuseOptions } = await import('../jobs/refuse-options.js');
      const { selectJobs } = await import('../jobs/select-jobs.js');
      const { resolveParams, splitParams } = await import('../project/index.js');
      const [job] = await selectJobs(world.project, { names: [args.job], all: false, tags: [] });
      if (job === undefined) throw new TypeError('No job was selected');
      const options = {
        params: resolveParams(job, splitParams(flagList(flags.param))),
        fullRefresh: flags['full-refresh'],
        rows: flags.rows,
      };
      refuseOptions(job, { limit: null, dryRun: false, fullRefresh: options.fullRefresh });
      const warn = (text: string): void => this.terminal.warn(text);
      return busy(this.terminal, `Planning ${job.name}`, () => planJob(world, job, { ...options, warn }));
    });
    if (!this.jsonEnabled()) this.terminal.data(renderPlan(plan, this.terminal.dataPalette));
    const [stops] = [...plan.loads.flatMap(({ problems }) => problems), ...(plan.error === null ? [] : [plan.error])];
    const exitCode = stops === undefined ? 0 : exitCodeOf(stops.code);
    this.exitWith(exitCode);
    return { status: stops === undefined ? 'done' : 'failed', exitCode, plan: shown(plan) };
  }
}

const shown = (plan: JobPlan): ShownPlan => ({
  ...plan,
  loads: plan.loads.map((load) => ({ ...load, problems: load.problems.map(errorSummary) })),
  error: plan.error && errorSummary(plan.error),
});
