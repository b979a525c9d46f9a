import { Args, Flags } from '@oclif/core';
import { EtlError, isEtlError } from '@etl/sdk';
import type { Job, Project } from '../project/index.js';
import type { RunRecord } from '../state/run-record.js';
import { flagList, flagValue, wholeNumberFlag } from '../terminal/flag-values.js';
import { showProgress } from '../terminal/progress-display.js';
import { ProjectCommand } from '../terminal/project-command.js';
import { renderRun } from '../terminal/render-run.js';
import { runReport, type ReportedOutcome, type RunReport } from '../terminal/run-report.js';

const several = { multiple: true, multipleNonGreedy: true } as const;

export default class Run extends ProjectCommand {
  static override summary = 'Run jobs: extract, transform, check and load, with every row accounted for';
  static override description =
    'All targets of a job are staged and judged first, then published together. A run that was interrupted or killed is continued by the next one. Rows that break a rule are put aside with the reason (etl rejects list). In a project with one job its name may be left out.';
  static override args = { jobs: Args.string({ description: 'Names of jobs', multiple: true }) };
  static override flags = {
    all: Flags.boolean({ summary: 'All jobs of the project', env: 'ETL_RUN_ALL' }),
    tag: Flags.string({ ...several, summary: 'Jobs with this tag; repeatable', helpValue: 'TAG', env: 'ETL_RUN_TAG' }),
    param: Flags.string({
      ...several,
      char: 'p',
      summary: 'A parameter of the job; repeatable, in the variable one a line',
      helpValue: 'NAME=VALUE',
      env: 'ETL_RUN_PARAM',
    }),
    'full-refresh': Flags.boolean({ summary: 'Ignore cursors and replace the target', env: 'ETL_RUN_FULL_REFRESH' }),
    restart: Flags.boolean({ summary: 'Drop what an interrupted run has staged; cursors stay', env: 'ETL_RUN_RESTART' }),
    limit: wholeNumberFlag({
      name: 'limit',
      summary: 'Read only so many rows of each extract; cursors are not saved',
      least: 1,
      variable: 'ETL_RUN_LIMIT',
    }),
    'dry-run': Flags.boolean({ summary: 'Extract, transform and check, but load nothing', env: 'ETL_RUN_DRY_RUN' }),
    'max-rejects': Flags.string({
      summary: "Rejected rows that are allowed, instead of the job's own limit",
      helpValue: 'N|N%',
      env: 'ETL_RUN_MAX_REJECTS',
    }),
    'fail-on-reject': Flags.boolean({
      summary: 'Exit with 6 when a row was rejected; good rows are loaded all the same',
      env: 'ETL_RUN_FAIL_ON_REJECT',
    }),
    wait: Flags.string({ summary: 'Wait for another run of the job, instead of exit code 7', helpValue: 'DURATION', env: 'ETL_RUN_WAIT' }),
    'run-id': Flags.string({ summary: 'Name of the run; the same name again does not load again', helpValue: 'ID', env: 'ETL_RUN_RUN_ID' }),
  };
  static override examples = [
    { description: 'Run one job', command: '<%= config.bin %> run sales' },
    {
      description: 'With a parameter, in another environment',
      command: '<%= config.bin %> run sales --param since=2026-01-01 --env production',
    },
    {
      description: 'See what the first 1000 rows would do, without loading them',
      command: '<%= config.bin %> run sales --limit 1000 --dry-run',
    },
    {
      description: 'From a scheduler: every daily job, wait for a run that is still at it',
      command: '<%= config.bin %> run --tag daily --wait 30min --json',
    },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 5, 6, 7, 129, 130, 143] as const;

  async run(): Promise<RunReport> {
    const { args, flags } = await this.parse(Run);
    const project = await this.openProject(flags);
    const jobs = await this.#select(project, { names: flagList(args.jobs), all: flags.all, tags: flagList(flags.tag) });
    if (flags['run-id'] !== undefined && jobs.length > 1)
      throw new EtlError('USAGE', '--run-id names one run, but several jobs are meant', { hint: 'Name one job' });
    const outcomes = await this.#runAll(project, jobs, flags);
    const report = runReport(outcomes, { failOnReject: flags['fail-on-reject'], interruptedWith: this.interruptedWith });
    this.exitWith(report.exitCode);
    return report;
  }

  async #select(project: Project, selection: { names: string[]; all: boolean; tags: string[] }): Promise<readonly Job[]> {
    const { selectJobs } = await import('../jobs/select-jobs.js');
    const known = await project.jobs();
    const [only] = known;
    const isOpen = selection.names.length === 0 && !selection.all && selection.tags.length === 0;
    return selectJobs(project, isOpen && known.length === 1 && only !== undefined ? { ...selection, names: [only] } : selection);
  }

  async #runAll(project: Project, jobs: readonly Job[], flags: RunFlags): Promise<ReportedOutcome[]> {
    const { runJobs } = await import('../jobs/run-jobs.js');
    const { defaultRetry } = await import('../jobs/run-job.js');
    const { durationOf, resolveParams, splitParams } = await import('../project/index.js');
    const { rejectLimitOf } = await import('../project/reject-limit.js');
    const { outside, signal, redactor } = this;
    const given = splitParams(flagList(flags.param));
    const paramsOf = (job: Job) => resolveParams(job, given, { others: jobs });
    // A wrong parameter of the last job must not be found behind the first one's run.
    for (const job of jobs) paramsOf(job);
    const maxRejects = flagValue(flags['max-rejects'], { flag: 'max-rejects', example: '1%', read: rejectLimitOf });
    const wait = flagValue(flags.wait, { flag: 'wait', example: '30min', read: durationOf }) ?? 0;
    const registry = await this.registry();
    const drawing = this.#drawing(jobs.length);
    try {
      const outcomes = await runJobs(
        { project, registry, signal, redactor, variables: outside.variables, now: () => outside.now() },
        jobs,
        {
          paramsOf, wait, retry: defaultRetry, trigger: 'manual', takeOver: false,
          fullRefresh: flags['full-refresh'], restart: flags.restart, limit: flags.limit ?? null, dryRun: flags['dry-run'], runId: flags['run-id'] ?? null,
          ...(maxRejects !== undefined && { maxRejects }),
          ...drawing,
        }, // prettier-ignore
      );
      return outcomes.map((outcome) => this.#told(outcome));
    } finally {
      drawing.stop();
    }
  }

  /** Progress of the job at work; its balance when it has ended. */
  #drawing(count: number) {
    const { terminal } = this;
    let display = showProgress(terminal);
    return {
      progress: (event: Parameters<typeof display.report>[0]) => display.report(event),
      onJob: (job: Job, record: RunRecord | null) => {
        if (record === null) {
          display.stop();
          if (count > 1) terminal.say(`\n${terminal.palette.bold(job.name)}`);
          display = showProgress(terminal);
          return;
        }
        display.stop();
        terminal.say(
          renderRun(record, {
            palette: terminal.palette,
            width: terminal.width('stderr'),
            bin: this.config.bin,
            failure: this.#failure(record),
          }),
        );
      },
      stop: () => display.stop(),
    };
  }

  #failure({ error }: RunRecord): string | null {
    if (error === null) return null;
    const { code, message, hint, place } = error;
    return this.renderFailure(new EtlError(code, message, { place, ...(hint !== null && { hint }) }));
  }

  /** A run that could not even begin has said nothing yet. */
  #told(outcome: { job: string; record: RunRecord } | { job: string; refused: Error }): ReportedOutcome {
    if (!('refused' in outcome)) return outcome;
    if (!isEtlError(outcome.refused)) throw outcome.refused;
    this.terminal.tell(this.renderFailure(outcome.refused));
    return { job: outcome.job, refused: outcome.refused };
  }
}

interface RunFlags {
  readonly param: string[] | undefined;
  readonly 'full-refresh': boolean;
  readonly restart: boolean;
  readonly limit: number | undefined;
  readonly 'dry-run': boolean;
  readonly 'max-rejects': string | undefined;
  readonly wait: string | undefined;
  readonly 'run-id': string | undefined;
}
