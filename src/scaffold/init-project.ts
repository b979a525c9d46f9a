import { existsSync } from 'node:fs';
import { basename, join, relative } from 'node:path';
import { EtlError } from '@etl/sdk';
import { jobName, projectName } from '../project/names.js';
import { writeEditorSchemas, type Project } from '../project/index.js';
import type { Registry } from '../registry/index.js';
import { steps } from '../transforms/index.js';
import { missingFlags, type Questions } from '../terminal/ask.js';
import { askBeginning, askEnds, type Beginning } from './ask-scaffold.js';
import { baseFiles } from './base-files.js';
import { fillTemplate } from './fill-template.js';
import { planOwnJob } from './plan-job.js';
import type { ScaffoldFile } from './scaffold-file.js';
import { findTemplate, readTemplateFiles } from './template-folder.js';
import { firstCommands } from './first-commands.js';
import { writeFiles, type WrittenFiles } from './write-files.js';

export interface InitRequest {
  readonly cwd: string;
  /** Folder of the project. */
  readonly directory: string;
  /** The project that a job is added to; null: a new one. */
  readonly project: Project | null;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly variables: NodeJS.ProcessEnv;
  readonly questions: Questions;
  readonly template?: string | undefined;
  readonly from?: string | undefined;
  readonly to?: string | undefined;
  readonly table?: readonly string[] | undefined;
  readonly job?: string | undefined;
  readonly key?: readonly string[] | undefined;
  readonly merge: boolean;
  readonly yes: boolean;
  readonly force: boolean;
}

export interface InitResult extends WrittenFiles {
  readonly project: string;
  readonly directory: string;
  readonly job: string;
  /** A job was added to a project that was there. */
  readonly added: boolean;
  /** What it needs before it can run, as arguments of etl. */
  readonly needs: readonly string[];
}

/** A warehouse in the project, as one would type it from here. */
const usualTarget = ({ cwd, directory }: InitRequest): string => relative(cwd, join(directory, 'out', 'warehouse.duckdb'));

/** Writes a new project with its first job, or a further job. Nothing is written before everything is known. */
export async function initProject(request: InitRequest): Promise<InitResult> {
  const { directory, project, force } = request;
  checkJobName(request.job);
  const name = project?.id ?? nameOfProject(directory);
  if (project === null && existsSync(join(directory, 'etl.yaml')) && !force)
    throw new EtlError('CONFLICT', `${directory} is a project already`, { hint: 'Go there and type etl init to add a job' });
  const beginning = await chooseBeginning(request);
  const { job, files } =
    beginning.kind === 'template' ? await fromTemplate(beginning.template, name, request) : await fromOwnData(beginning, name, request);
  const base = project === null ? await baseFiles() : [];
  const given = new Set(files.map(({ path }) => path));
  const written = await writeFiles(directory, [...files, ...base.filter(({ path }) => !given.has(path))], { force });
  await writeEditorSchemas(directory, { variables: request.variables, registry: request.registry, steps });
  const needs = project === null ? await firstCommands(directory, request) : [];
  return { project: name, directory, job, added: project !== null, needs, ...written };
}

async function chooseBeginning(request: InitRequest): Promise<Beginning> {
  const { template, from, to, yes, project, questions } = request;
  if (template !== undefined && (from !== undefined || to !== undefined))
    throw new EtlError('USAGE', '--template and --from or --to exclude each other', {
      hint: 'A template brings its own source and target',
    });
  if (template !== undefined) return { kind: 'template', template };
  if (from !== undefined && (to !== undefined || yes || !questions.possible)) return { kind: 'own', from, to: to ?? usualTarget(request) };
  if (yes && project === null) return { kind: 'template', template: 'csv-to-duckdb' };
  if (!questions.possible) throw missingFlags(project === null ? ['--template or --from'] : ['--from']);
  if (project === null && from === undefined) return askBeginning(questions, usualTarget(request));
  const ends = await askEnds(questions, { from, to, usual: usualTarget(request), connections: project?.connections });
  return { kind: 'own', ...ends };
}

async function fromTemplate(
  wanted: string,
  project: string,
  { job, project: existing }: InitRequest,
): Promise<{ job: string; files: ScaffoldFile[] }> {
  if (existing !== null)
    throw new EtlError('USAGE', 'A template makes a project of its own', {
      hint: 'Name a new folder: etl init NAME --template ..., or add a job with --from and --to',
    });
  const template = await findTemplate(wanted);
  if (job !== undefined && !template.rename)
    throw new EtlError('USAGE', `The job of the template ${template.name} is called ${template.job}; --job does not go with it`);
  const name = job ?? template.job;
  const files = await readTemplateFiles(`${template.name}/files`);
  const values = { project, job: name };
  return {
    job: name,
    files: files.map(({ path, content }) => ({
      path: path.replace(`jobs/${template.job}/`, `jobs/${name}/`),
      content: fillTemplate(content, path, values),
    })),
  };
}

async function fromOwnData(
  { from, to }: Extract<Beginning, { kind: 'own' }>,
  name: string,
  request: InitRequest,
): Promise<{ job: string; files: ScaffoldFile[] }> {
  const { plan, files } = await planOwnJob({ ...request, projectName: name, from, to });
  checkJobName(plan.name);
  if (request.project !== null && (await request.project.jobs()).includes(plan.name) && !request.force)
    throw new EtlError('CONFLICT', `There is a job ${plan.name} already`, { hint: 'Give the new one another name with --job NAME' });
  return { job: plan.name, files };
}

function checkJobName(name: string | undefined): void {
  if (name === undefined || jobName.safeParse(name).success) return;
  throw new EtlError('USAGE', 'The name of a job has small letters, digits, - and _', { hint: 'Such as --job daily-orders' });
}

/** The name of the folder as a project may be called: `Müller & Söhne` becomes `muller-sohne`. */
export function nameOfProject(directory: string): string {
  const name = basename(directory)
    .normalize('NFKD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^a-z0-9_]+/g, '-')
    .replace(/^[-_]+|-+$/g, '')
    .slice(0, 64);
  if (projectName.safeParse(name).success) return name;
  throw new EtlError('USAGE', `The folder's name does not make a name for a project`, {
    hint: 'Use letters and digits, such as: etl init my-project',
  });
}
