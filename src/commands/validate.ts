import { existsSync } from 'node:fs';
import { join, relative } from 'node:path';
import { Args, Flags } from '@oclif/core';
import { messageOf } from '@etl/sdk';
import type { Job, Problem, Project } from '../project/index.js';
import { busy } from '../terminal/busy.js';
import { exitCodeOf } from '../terminal/exit-codes.js';
import { flagList } from '../terminal/flag-values.js';
import { plural } from '../terminal/format-quantity.js';
import { githubAnnotations } from '../terminal/github-annotations.js';
import { ProjectCommand, type ProjectFlags } from '../terminal/project-command.js';
import { renderProblems } from '../terminal/render-problems.js';

export interface ValidateReport {
  readonly status: 'done' | 'invalid';
  readonly exitCode: 0 | 2 | 3 | 4;
  readonly files: readonly string[];
  readonly problems: readonly Problem[];
  /** Connectors that the files use and that are not installed: checked against what the catalogue knows of their options. */
  readonly missing: readonly { readonly connector: string; readonly plugin: string; readonly command: string }[];
}

/** 3 or 4 where nothing else is wrong than that connections refuse or cannot be reached. */
function exitCodeOfAll(problems: readonly Problem[]): ValidateReport['exitCode'] {
  const codes = new Set(problems.map(({ code }) => exitCodeOf(code)));
  const [only] = codes;
  if (only === undefined) return 0;
  return codes.size === 1 && (only === 3 || only === 4) ? only : 2;
}

export default class Validate extends ProjectCommand {
  static override summary = 'Every mistake of every file at once, with its place and its cure';
  static override description =
    'Reads etl.yaml in all of its environments, the jobs, their schemas and tests. Connects to nothing and needs no secret, unless --connect asks for it: then connections that cannot be opened give exit code 3 or 4. Also writes the JSON Schema by which editors complete and check the files, into .etl/schemas.';
  static override args = { jobs: Args.string({ description: 'Names of jobs; all unless told', multiple: true }) };
  static override flags = {
    connect: Flags.boolean({ summary: 'Also try each connection, and check tables, columns, types and keys against what is there' }),
    param: Flags.string({
      char: 'p',
      multiple: true,
      multipleNonGreedy: true,
      summary: 'With --connect: a parameter of a job that has no default; repeatable',
      helpValue: 'NAME=VALUE',
      env: 'ETL_RUN_PARAM',
      dependsOn: ['connect'],
    }),
    format: Flags.option({ options: ['text', 'json', 'github'] as const, default: 'text' as const, summary: 'How mistakes are written' })(),
  };
  static override examples = [
    { description: 'Check the whole project', command: '<%= config.bin %> validate' },
    { description: 'In GitHub Actions: mistakes stand beside their lines', command: '<%= config.bin %> validate --format github' },
    {
      description: 'Against the real sources and targets, before a release',
      command: '<%= config.bin %> validate --connect --env production',
    },
    { description: 'One job in one environment', command: '<%= config.bin %> validate sales --env production' },
  ];
  static override exitCodes = [0, 2, 3, 4, 130] as const;

  async run(): Promise<ValidateReport> {
    const { args, flags } = await this.parse(Validate);
    const directory = await this.projectDirectory(flags);
    await this.checkPlugins(directory);
    const { validateProject, writeEditorSchemas } = await import('../project/index.js');
    const { steps } = await import('../transforms/index.js');
    const notInstalled = new Map<string, ValidateReport['missing'][number]>();
    const registry = await this.registryForChecks(({ connector, package: plugin }) =>
      notInstalled.set(connector, { connector, plugin, command: `${this.config.bin} plugins install ${connector}` }),
    );
    const jobs = flagList(args.jobs);
    const validation = await validateProject(directory, {
      environment: flags.env ?? null, variables: this.outside.variables, registry, steps, ...(jobs.length > 0 && { jobs }),
    }); // prettier-ignore
    const { files } = validation;
    const missing = [...notInstalled.values()];
    const inFiles =
      validation.problems.length > 0 ? validation.problems : await this.#checkSteps(await this.openProject(flags, { registry }), jobs);
    const offline = [...inFiles, ...((await this.#isLocked(directory)) ? missing.map(notLocked) : [])];
    const problems = offline.length > 0 || !flags.connect ? offline : await this.#checkConnected(flags, jobs);
    await this.#helpEditors(() => writeEditorSchemas(directory, { variables: this.outside.variables, registry, steps }));
    const exitCode = exitCodeOfAll(problems);
    this.exitWith(exitCode);
    const report: ValidateReport = { status: exitCode === 0 ? 'done' : 'invalid', exitCode, files, problems, missing };
    if (!this.jsonEnabled()) this.#render(report, directory, flags.format);
    return report;
  }

  async #isLocked(directory: string): Promise<boolean> {
    const { lockFile } = await import('../plugins/plugin-home.js');
    return existsSync(join(directory, lockFile));
  }

  /** Steps are bound only where the files are right: else one mistake would be told twice. */
  async #checkSteps(project: Project, jobs: readonly string[]): Promise<readonly Problem[]> {
    const { checkSteps } = await import('../jobs/check-steps.js');
    const problems: Problem[] = [];
    for (const name of jobs.length > 0 ? jobs : await project.jobs())
      problems.push(...(await checkSteps(project, await project.job(name))));
    return problems;
  }

  /** Only files without a mistake are held against the world. */
  async #checkConnected(
    flags: ProjectFlags & { readonly param?: string[] | undefined },
    names: readonly string[],
  ): Promise<readonly Problem[]> {
    const { checkConnected } = await import('../jobs/check-connected.js');
    const { splitParams } = await import('../project/index.js');
    return this.withJobs(flags, async (world) => {
      const { project } = world;
      const jobs: Job[] = [];
      for (const name of names.length > 0 ? names : await project.jobs()) jobs.push(await project.job(name));
      const used = jobs.flatMap(({ extracts, loads, statements }) => [
        ...extracts.map(({ from }) => from),
        ...[...loads, ...statements].map(({ to }) => to),
      ]);
      const connections = names.length > 0 ? [...new Set(used)] : [...project.connections.keys()];
      const params = splitParams(flagList(flags.param));
      return busy(this.terminal, 'Asking the connections', () => checkConnected(world, { jobs, connections, params }));
    });
  }

  /** A pipeline has no editor, and its checkout may be read-only: that is no mistake in the files. */
  async #helpEditors(write: () => Promise<unknown>): Promise<void> {
    if ((this.outside.variables['CI'] ?? '') !== '') return;
    try {
      await write();
    } catch (error) {
      this.terminal.warn(`The schemas for editors could not be written: ${messageOf(error)}`);
    }
  }

  #render(report: ValidateReport, directory: string, format: 'text' | 'json' | 'github'): void {
    const { terminal } = this;
    const { files, problems, missing } = report;
    const path = (file: string): string => relative(this.outside.directory, join(directory, file)) || file;
    if (format === 'json') terminal.data(JSON.stringify(report, null, 2));
    else if (problems.length > 0)
      terminal.data(
        format === 'github' ? githubAnnotations(problems, path) : renderProblems(problems, { palette: terminal.dataPalette, path }),
      );
    const { good, bad, command } = terminal.palette;
    for (const each of missing) terminal.warn(`The connector ${each.connector} is not installed: ${command(each.command)}`);
    if (problems.length === 0) terminal.say(`${good('✔')} ${plural(files.length, 'file')} without a mistake`);
    else
      terminal.say(
        `\n${bad('✖')} ${plural(problems.length, 'mistake')} in ${plural(new Set(problems.map(({ place }) => place.file)).size, 'file')}`,
      );
  }
}

/** With an etl.lock every connector that the jobs use has to be in it. */
const notLocked = ({ connector, command }: ValidateReport['missing'][number]): Problem => ({
  code: 'CONFIG_INVALID',
  message: `etl.lock does not have the connector ${connector}, which the project uses`,
  place: { file: 'etl.lock' },
  hint: `Install it, which locks it: ${command}`,
  frame: null,
});
