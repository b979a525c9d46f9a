import { resolve } from 'node:path';
import { EtlError, isEtlError } from '@etl/sdk';
import { parseEtlFile } from './parse-etl-file.js';
import { Problems } from './problem.js';
import type { ProjectSetting, ReadProjectOptions } from './project-setting.js';
import type { Project } from './project.js';
import { listJobs } from './list-jobs.js';
import { openableConnection } from './openable-connection.js';
import { readJob } from './read-job.js';
import { readEtlFile } from './read-etl-file.js';

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
