import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { EtlError, isEtlError, Secret, suggestion } from '@etl/sdk';
import { connectionOptions } from './connection-options.js';
import { connectorOf } from './job-connection.js';
import { listJobs } from './list-jobs.js';
import { parseEtlFile, type ChosenEnvironment, type ParsedEtlFile } from './parse-etl-file.js';
import { Problems, type Problem } from './problem.js';
import { readEtlFile } from './read-etl-file.js';
import { readJob } from './read-job.js';
import type { ProjectSetting, ReadProjectOptions } from './project-setting.js';
import { readTestFile } from './read-tests.js';
import { reportFileSecrets } from './report-file-secrets.js';
import { SourceText } from './source-text.js';

export interface ValidateOptions extends ReadProjectOptions {
  /** Names of the jobs; absent: all. */
  readonly jobs?: readonly string[];
}

export interface Validation {
  /** Every mistake of every file, in the order of files and lines. */
  readonly problems: readonly Problem[];
  /** The files that were read, from the project's root. */
  readonly files: readonly string[];
}

/**
 * Reads every file of a project without connecting to anything: etl.yaml with all of its environments (or the given one), the jobs, their
 * schemas and tests. Secrets need not be set. Throws USAGE for a job that does not exist.
 */
export async function validateProject(directory: string, options: ValidateOptions): Promise<Validation> {
  const root = resolve(directory);
  const problems = new Problems();
  const names = await chooseJobs(root, options.jobs);
  const files = ['etl.yaml'];
  for (const file of await filesInEnvironments(root, options, problems)) {
    const setting: ProjectSetting = { ...options, directory: root, file };
    await checkConnections(setting, problems);
    for (const name of names) await checkJobFiles(name, setting, problems);
  }
  for (const name of names)
    for (const file of ['job.yaml', 'schemas.yaml', 'job.test.yaml'])
      if (existsSync(join(root, 'jobs', name, file))) files.push(`jobs/${name}/${file}`);
  if (options.jobs === undefined) await reportStrays(root, problems);
  await reportFileSecrets(root, names, problems);
  return { problems: problems.list(), files };
}

async function chooseJobs(directory: string, wanted: readonly string[] | undefined): Promise<readonly string[]> {
  const names = await listJobs(directory);
  for (const name of wanted ?? []) {
    if (names.includes(name)) continue;
    const hint = suggestion(name, names, { what: 'Jobs' });
    throw new EtlError('USAGE', `There is no job '${name}' in this project`, hint === undefined ? {} : { hint });
  }
  return wanted ?? names;
}

/** etl.yaml as it is without an overlay and with each, or with the given one alone. */
async function filesInEnvironments(
  root: string,
  { environment, variables }: ReadProjectOptions,
  problems: Problems,
): Promise<ParsedEtlFile[]> {
  const chosen = environment ?? (variables['ETL_ENV'] || null);
  const source = await guarded(problems, () => readEtlFile(root, variables, problems));
  if (!source) {
    const nothing = { connections: new Map(), nodes: new Map(), environments: [], state: { to: 'local' }, project: '' };
    return [{ ...nothing, source: new SourceText('etl.yaml', ''), damaged: true }];
  }
  const first = parseEtlFile(source, { environment: chosen }, problems);
  if (chosen !== null) return [first];
  const others = first.environments.map((name): ChosenEnvironment => ({ environment: name, elsewhere: true }));
  return [first, ...others.map((each) => parseEtlFile(source, each, problems))];
}

async function checkConnections(setting: ProjectSetting, problems: Problems): Promise<void> {
  for (const [name, node] of setting.file.nodes) {
    const entry = setting.file.connections.get(name);
    const connector = entry && (await connectorOf(name, entry.span, { ...setting, problems }));
    if (connector) connectionOptions({ name, node, connector }, problems, () => new Secret('unread'));
  }
}

async function checkJobFiles(name: string, setting: ProjectSetting, problems: Problems): Promise<void> {
  const job = await guarded(problems, () => readJob(name, setting, problems));
  const folder = { directory: join(setting.directory, 'jobs', name), file: `jobs/${name}/job.yaml` };
  await guarded(problems, () => readTestFile(folder, job, problems));
}

/** A file that cannot be read at all is one more problem, not the end. */
async function guarded<T>(problems: Problems, read: () => Promise<T | null>): Promise<T | null> {
  try {
    return await read();
  } catch (error) {
    if (!isEtlError(error) || error.code === 'INTERNAL') throw error;
    problems.addError(error);
    return null;
  }
}

/** Files that look like a job's or the project's but are called otherwise, so that nothing ever reads them. */
async function reportStrays(root: string, problems: Problems): Promise<void> {
  const folder = join(root, 'jobs');
  const entries = existsSync(folder) ? await readdir(folder, { withFileTypes: true }) : [];
  for (const entry of entries) {
    if (/\.ya?ml$/.test(entry.name))
      problems.add({
        message: `jobs/${entry.name} is not read`,
        place: { file: `jobs/${entry.name}` },
        hint: `A job is a folder: jobs/${entry.name.replace(/\.ya?ml$/, '')}/job.yaml`,
      });
    if (entry.isDirectory() && existsSync(join(folder, entry.name, 'job.yml')))
      problems.add({
        message: `jobs/${entry.name}/job.yml is not read`,
        place: { file: `jobs/${entry.name}/job.yml` },
        hint: 'Rename it to job.yaml',
      });
  }
}
