import { resolve } from 'node:path';
import { EtlError, isEtlError } from '@etl/sdk';
import type { ResolveSecret } from '../credentials/credentials.js';
import type { Registry } from '../registry/index.js';
import type { StepDefinition } from '../transforms/step.js';
import { parseEtlFile, type ParsedEtlFile } from './parse-etl-file.js';
import { Problems } from './problem.js';
import type { Project } from './project.js';
import { listJobs } from './list-jobs.js';
import { openableConnection } from './openable-connection.js';
import { readJob } from './read-job.js';
import { readEtlFile } from './read-etl-file.js';

export interface ReadProjectOptions {
  /** Name of the overlay; null or absent: `ETL_ENV` of the variables, else none. */
  readonly environment?: string | null;
  /** The environment of the process: for `${VAR}`, `ETL_ENV` and secrets. */
  readonly variables: NodeJS.ProcessEnv;
  readonly registry: Registry;
  /** Finds secrets; absent: in variables and mounted files alone. */
  readonly secrets?: ResolveSecret;
  /** The library of steps; they parse their own options. */
  readonly steps: ReadonlyMap<string, StepDefinition>;
}

/** What the readers of one project share. */
export interface ProjectSetting extends ReadProjectOptions {
  readonly directory: string;
  readonly file: ParsedEtlFile;
}

/** Reads etl.yaml in one environment; jobs and connectors are read when they are asked for. Throws CONFIG_INVALID with every mistake of the file. */
export async function readProject(directory: string, options: ReadProjectOptions): Promise<Project> {
  const root = resolve(directory);
  const problems = new Problems();
  const environment = options.environment ?? (options.variables['ETL_ENV'] || null);
  const source = await readEtlFile(root, options.variables, problems);
  const file = source && parseEtlFile(source, { environment }, problems);
  problems.throwIfAny();
  if (!file) throw new EtlError('INTERNAL', 'etl.yaml was neither read nor refused');
  const setting: ProjectSetting = { ...options, directory: root, file };
  return {
    id: file.project,
    directory: root,
    environment,
    environments: file.environments,
    connections: file.connections,
    state: file.state,
    jobs: () => listJobs(root),
    job: (name) => collect((found) => readJob(name, setting, found)),
    openable: (name) => openableConnection(name, setting),
  };
}

/** Runs a reader and throws what it reported, all at once. */
async function collect<T>(read: (problems: Problems) => Promise<T | null>): Promise<T> {
  const problems = new Problems();
  const result = await read(problems).catch((error: unknown) => {
    if (!isEtlError(error) || problems.size === 0) throw error;
    problems.addError(error);
    return null;
  });
  problems.throwIfAny();
  if (result === null) throw new EtlError('INTERNAL', 'A file of the project was neither read nor refused');
  return result;
}
