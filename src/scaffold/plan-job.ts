import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { EtlError } from '@etl/sdk';
import { addConnection, schemaLine } from '../project/index.js';
import { knownKeys } from '../project/known-keys.js';
import { chooseKeys, readSources } from './choose-sources.js';
import type { OwnDataRequest } from './own-data-request.js';
import { composeJob, composeProject, composeTest, declarations, type JobPlan, type PlannedTable } from './compose-job.js';
import { parseEndpoint, type Endpoint } from './endpoint.js';
import type { ScaffoldFile } from './scaffold-file.js';
import { schemasText } from '../project/schemas-text.js';

/** A job that loads files or tables of the person's own, with the columns that are there now. */
export async function planOwnJob(request: OwnDataRequest): Promise<{ readonly plan: JobPlan; readonly files: ScaffoldFile[] }> {
  const { cwd, directory, project, registry } = request;
  const setting = { cwd, directory, existing: project?.connections ?? new Map(), connectors: registry.list().map(({ name }) => name) };
  const from = parseEndpoint(request.from, { ...setting, role: 'from' });
  const taken = new Map([...setting.existing, [from.connection, { connector: from.connector, options: from.options ?? {} }] as const]);
  const to = keepDeclared(parseEndpoint(request.to, { ...setting, existing: taken, role: 'to' }), from);
  const sources = await readSources(from, request);
  if (to.item !== null && sources.length > 1)
    throw new EtlError('USAGE', `--to ${request.to} is one file, but ${sources.length} tables are read`, {
      hint: 'Name a database or a connection instead',
    });
  const keys = await chooseKeys(sources, request);
  const namesColumns = await takesColumns(from, request);
  const tables = sources.map(({ source, schema, dataset }, at): PlannedTable => ({
    dataset, source, schema, key: keys[at] ?? [], namesColumns,
    target: to.item ?? (to.connector === 'file' ? `${dataset}.csv` : dataset),
  })); // prettier-ignore
  const [first] = tables;
  const plan: JobPlan = {
    name: request.job ?? (tables.length === 1 && first !== undefined ? first.dataset : from.connection),
    from,
    to,
    tables,
  };
  return { plan, files: await jobFiles(plan, request) };
}

/** Whether the columns of an extract of tables can be listed. */
async function takesColumns({ connector, item }: Endpoint, { registry }: OwnDataRequest): Promise<boolean> {
  const { extractor } = await registry.get(connector);
  return item === null && connector !== 'file' && extractor !== undefined && knownKeys(extractor.options, []).includes('columns');
}

async function jobFiles(plan: JobPlan, request: OwnDataRequest): Promise<ScaffoldFile[]> {
  const { project, projectName, directory } = request;
  const { from, to, tables } = plan;
  const projectFile = project === null ? newProjectFile(projectName, [from, to]) : await extendedProjectFile(directory, [from, to]);
  const folder = `jobs/${plan.name}`;
  const schemas = new Map(tables.map(({ dataset, schema }) => [dataset, schema]));
  return [
    ...projectFile,
    ...targetFolder(to, request),
    { path: `${folder}/job.yaml`, content: schemaLine('job', 2) + composeJob(plan) },
    { path: `${folder}/schemas.yaml`, content: schemasText(null, schemas, `${folder}/schemas.yaml`) },
    { path: `${folder}/job.test.yaml`, content: schemaLine('job.test', 2) + composeTest(plan) },
  ];
}

/** One connection may be both ends: it is declared by the first. */
const keepDeclared = (to: Endpoint, from: Endpoint): Endpoint => (to.connection === from.connection ? { ...to, options: null } : to);

const newProjectFile = (name: string, ends: readonly Endpoint[]): ScaffoldFile[] => [
  { path: 'etl.yaml', content: schemaLine('etl', 0) + composeProject(name, ends) },
];

async function extendedProjectFile(directory: string, ends: readonly Endpoint[]): Promise<ScaffoldFile[]> {
  const before = await readFile(join(directory, 'etl.yaml'), 'utf8');
  const content = declarations(ends).reduce((text, { name, connector, path }) => addConnection(text, name, { connector, path }), before);
  return content === before ? [] : [{ path: 'etl.yaml', content, replaces: true }];
}

/** The folder of a new target, so that it is there when the job runs; what is loaded into it is not shared. */
function targetFolder({ options, connector }: Endpoint, { directory }: OwnDataRequest): ScaffoldFile[] {
  if (options === null || !options.path.startsWith('./')) return [];
  const path = posix.normalize(connector === 'file' ? options.path : posix.dirname(options.path));
  return path === '.' || path === './' || existsSync(join(directory, path))
    ? []
    : [{ path: posix.join(path, '.gitignore'), content: '*\n!.gitignore\n' }];
}
