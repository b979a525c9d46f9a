import { Args, Flags } from '@oclif/core';
import type { TestResult } from '../jobs/test-job.js';
import { errorSummary, type ErrorSummary } from '../terminal/error-document.js';
import { flagList } from '../terminal/flag-values.js';
import { ProjectCommand } from '../terminal/project-command.js';
import { junitReport, specReport, tapReport, testReporters, testSummary } from '../terminal/test-reporters.js';

type ReportedTest = Omit<TestResult, 'error'> & { readonly error: ErrorSummary | null };

export interface TestReport {
  readonly status: 'done' | 'failed';
  readonly exitCode: 0 | 1;
  readonly tests: readonly ReportedTest[];
}

export default class Test extends ProjectCommand {
  static override summary = "The jobs' own tests: no network, no credentials";
  static override description =
    'Runs job.test.yaml beside each job. Extracts are replaced by what the test gives, loads by memory; everything between runs as in a real run, at a fixed time.';
  static override args = { jobs: Args.string({ description: 'Names of jobs; all unless told', multiple: true }) };
  static override flags = {
    filter: Flags.string({ char: 't', summary: 'Only tests whose name holds this text', helpValue: 'TEXT' }),
    reporter: Flags.option({ options: testReporters, default: 'spec' as const, summary: 'How results are written' })(),
  };
  static override examples = [
    { description: 'All tests of the project', command: '<%= config.bin %> test' },
    { description: 'For a CI server', command: '<%= config.bin %> test --reporter junit > results.xml' },
    { description: 'The tests of one job that speak of customers', command: '<%= config.bin %> test sales --filter customer' },
  ];
  static override exitCodes = [0, 1, 2, 130] as const;

  async run(): Promise<TestReport> {
    const { args, flags } = await this.parse(Test);
    const results = await this.withJobs(flags, async (world) => {
      const { runJobTest } = await import('../jobs/test-job.js');
      const { readTests } = await import('../project/index.js');
      const names = flagList(args.jobs);
      const done: TestResult[] = [];
      for (const name of names.length > 0 ? names : await world.project.jobs()) {
        const job = await world.project.job(name);
        for (const test of await readTests(job)) {
          this.signal.throwIfAborted();
          if (flags.filter === undefined || test.name.includes(flags.filter)) done.push(await runJobTest(world, job, test));
        }
      }
      return done;
    });
    const exitCode = results.every(({ passed }) => passed) ? 0 : 1;
    this.exitWith(exitCode);
    if (!this.jsonEnabled()) this.#render(results, flags.reporter);
    const tests = results.map(({ error, ...result }) => ({ ...result, error: error && errorSummary(error) }));
    return { status: exitCode === 0 ? 'done' : 'failed', exitCode, tests };
  }

  #render(results: readonly TestResult[], reporter: (typeof testReporters)[number]): void {
    const { terminal } = this;
    if (reporter === 'tap') terminal.data(tapReport(results));
    else if (reporter === 'junit') terminal.data(junitReport(results));
    else if (results.length > 0) terminal.data(specReport(results, terminal.dataPalette));
    if (results.length === 0) terminal.warn('No test was found; they stand in job.test.yaml beside each job');
    else terminal.say(`\n${testSummary(results)}`);
  }
}
