import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { Args, Flags } from '@oclif/core';
import type { InitRequest, InitResult } from '../scaffold/init-project.js';
import { Questions } from '../terminal/ask.js';
import { ProjectCommand, type ProjectFlags } from '../terminal/project-command.js';
import { fileTree } from '../terminal/file-tree.js';

export default class Init extends ProjectCommand {
  static override summary = 'Start a project with its first job, or add a job to a project';
  static override description =
    'Asks what it needs on a terminal, offers the tables of a connection, and reads the columns of your files or tables for you. Without a terminal it takes everything from flags. Nothing is ever overwritten without --force.';
  static override args = {
    name: Args.string({ description: 'Folder of the new project; in a project: name of the new job' }),
  };
  static override flags = {
    template: Flags.string({ summary: 'Begin with a template: demo, csv-to-duckdb or empty', helpValue: 'NAME' }),
    from: Flags.string({ summary: 'What is read: a file, a DuckDB database, or a connection of the project', helpValue: 'SOURCE' }),
    to: Flags.string({ summary: 'Where it goes: a DuckDB database, a file, or a connection of the project', helpValue: 'TARGET' }),
    table: Flags.string({
      summary: 'Table that is read, where the source has several; repeatable',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'NAME',
    }),
    merge: Flags.boolean({ summary: 'Update rows by the primary keys of the tables, where they have one', exclusive: ['key'] }),
    key: Flags.string({
      summary: 'Column that identifies a row: rows are then updated, else the target is replaced; repeatable',
      multiple: true,
      multipleNonGreedy: true,
      helpValue: 'COLUMN',
    }),
    job: Flags.string({ summary: 'Name of the job', helpValue: 'NAME' }),
    yes: Flags.boolean({ char: 'y', summary: 'Take the usual answer to every question' }),
    force: Flags.boolean({ summary: 'Replace files that are there already' }),
  };
  static override examples = [
    {
      description: 'A project to play with, then run it',
      command: '<%= config.bin %> init demo --template demo --yes && cd demo && <%= config.bin %> run --all',
    },
    {
      description: 'Load your own file into a DuckDB warehouse, and update rows by their id',
      command: '<%= config.bin %> init shop --from exports/orders.csv --to warehouse.duckdb --key id',
    },
    {
      description: 'Add a job to the project you are in',
      command: '<%= config.bin %> init customers --from data/customers.json --to warehouse',
    },
    {
      description: 'Copy tables of a connection of the project, and update rows by their primary keys',
      command: '<%= config.bin %> init copy --from shop --table orders --table customers --to warehouse --merge',
    },
  ];
  static override exitCodes = [0, 1, 2, 3, 4, 130] as const;

  async run(): Promise<{ status: 'done'; exitCode: 0 } & InitResult> {
    const { initProject } = await import('../scaffold/init-project.js');
    const { args, flags } = await this.parse(Init);
    const result = await initProject({
      ...flags,
      ...(await this.#where(args.name, flags)),
      ...this.#world(),
      registry: await this.registry(),
    });
    this.#render(result);
    return { status: 'done', exitCode: 0, ...result };
  }

  /** In a project a job is added, unless a template or another folder is asked for. */
  async #where(name: string | undefined, flags: ProjectFlags & { template?: string | undefined; job?: string | undefined }) {
    const { findProject } = await import('../project/find-project.js');
    const within = flags.project !== undefined || this.#standsInProject(findProject);
    if (!within || flags.template !== undefined) return { project: null, directory: this.path(name ?? '.') };
    const project = await this.openProject(flags);
    return { project, directory: project.directory, job: flags.job ?? name };
  }

  #standsInProject(find: (directory: string) => string): boolean {
    try {
      return existsSync(join(find(this.outside.directory), 'etl.yaml'));
    } catch {
      return false;
    }
  }

  #world(): Pick<InitRequest, 'cwd' | 'questions' | 'signal' | 'variables'> {
    const { stdin, stderr, directory, variables } = this.outside;
    const questions = new Questions({ terminal: this.terminal, stdin, stderr, signal: this.signal });
    return { cwd: directory, questions, signal: this.signal, variables };
  }

  #render({ project, directory, job, added, needs, written, unchanged }: InitResult): void {
    const { terminal } = this;
    const { palette } = terminal;
    const what = added ? `The job ${palette.bold(job)} is ready in the project ${project}` : `${palette.bold(project)} is ready`;
    terminal.say(`${palette.good('✔')} ${what}, in ${directory}\n`);
    terminal.say(fileTree(written, palette));
    if (unchanged.length > 0) terminal.say(palette.faint(`  ${unchanged.length} files were there already and are unchanged`));
    const steps = [
      ...(directory === this.outside.directory ? [] : [`cd ${this.#shellPath(directory)}`]),
      ...needs.map((need) => `${this.config.bin} ${need}`),
      `${this.config.bin} preview ${job}`,
      `${this.config.bin} test`,
      `${this.config.bin} run ${job}`,
    ];
    terminal.say(`\nNext:\n${steps.map((step) => `  ${palette.command(step)}`).join('\n')}`);
  }

  #shellPath(directory: string): string {
    const path = directory.startsWith(`${this.outside.directory}/`) ? directory.slice(this.outside.directory.length + 1) : directory;
    return /^[\w./-]+$/.test(path) ? path : `'${path.replaceAll("'", String.raw`'\''`)}'`;
  }
}
