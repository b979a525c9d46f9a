import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join, posix } from 'node:path';
import { EtlError, type Catalog, type Schema } from '@etl/sdk';
import { addConnection, schemaLine, type Project } from '../project/index.js';
import type { Registry } from '../registry/index.js';
import { missingFlags, type Questions } from '../terminal/ask.js';
import { askKey, askTable, unknownColumns } from './ask-scaffold.js';
import { composeJob, composeProject, composeTest, declarations, type JobPlan } from './compose-job.js';
import { describeItem, withSource } from './describe-source.js';
import { nameFromFile, parseEndpoint, type Endpoint } from './endpoint.js';
import type { ScaffoldFile } from './scaffold-file.js';
import { schemasText } from '../project/schemas-text.js';

export interface OwnDataRequest {
  readonly cwd: string;
  readonly directory: string;
  /** Null: the project is new. */
  readonly project: Project | null;
  readonly projectName: string;
  readonly registry: Registry;
  readonly signal: AbortSignal;
  readonly questions: Questions;
  readonly yes: boolean;
  readonly from: string;
  readonly to: string;
  readonly table?: string | undefined;
  readonly job?: string | undefined;
  readonly key?: readonly string[] | undefined;
}

/** A job that loads one file or table of the person's own, with the columns that are there now. */
export async function planOwnJob(request: OwnDataRequest): Promise<{ readonly plan: JobPlan; readonly files: ScaffoldFile[] }> {
  const { cwd, directory, project, registry } = request;
  const setting = { cwd, directory, existing: project?.connections ?? new Map(), connectors: registry.list().map(({ name }) => name) };
  const from = parseEndpoint(request.from, { ...setting, role: 'from' });
  const taken = new Map([...setting.existing, [from.connection, { connector: from.connector, options: from.options ?? {} }] as const]);
  const to = parseEndpoint(request.to, { ...setting, existing: taken, role: 'to' });
  const { source, schema } = await readColumns(from, request);
  const dataset = nameFromFile(source);
  const key = await chooseKey(schema, request);
  const plan: JobPlan = {
    name: request.job ?? dataset, dataset, from, to: keepDeclared(to, from), source, schema, key,
    target: to.item ?? (to.connector === 'file' ? `${dataset}.csv` : dataset),
  }; // prettier-ignore
  const projectFile =
    project === null ? newProjectFile(request.projectName, [from, plan.to]) : await extendedProjectFile(directory, [from, plan.to]);
  const folder = `jobs/${plan.name}`;
  return {
    plan,
    files: [
      ...projectFile,
      ...targetFolder(plan.to, request),
      { path: `${folder}/job.yaml`, content: schemaLine('job', 2) + composeJob(plan) },
      { path: `${folder}/schemas.yaml`, content: schemasText(null, new Map([[dataset, schema]]), `${folder}/schemas.yaml`) },
      { path: `${folder}/job.test.yaml`, content: schemaLine('job.test', 2) + composeTest(plan) },
    ],
  };
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

async function readColumns(from: Endpoint, request: OwnDataRequest): Promise<{ source: string; schema: Schema }> {
  const { project, registry, directory, signal } = request;
  const options = from.options ?? (project === null ? {} : (await project.openable(from.connection)).options);
  return withSource({ connector: from.connector, options }, { registry, directory, signal }, async (connection) => {
    const source = from.item ?? request.table ?? (await chooseTable(connection.catalog, request));
    const schema = await describeItem(connection, from.connector === 'file' ? { file: source } : { table: source });
    return { source, schema };
  });
}

async function chooseTable(catalog: Catalog | undefined, { questions, yes }: OwnDataRequest): Promise<string> {
  const tables = (await catalog?.tables()) ?? [];
  const [only] = tables;
  if (tables.length === 1 && only !== undefined && (yes || !questions.possible)) return only;
  if (tables.length === 0) throw new EtlError('NOT_FOUND', 'Nothing is there to be read', { hint: 'Name the table or file with --table' });
  if (!questions.possible || yes) throw missingFlags(['--table']);
  return askTable(questions, tables);
}

async function chooseKey({ fields }: Schema, { key, questions, yes }: OwnDataRequest): Promise<readonly string[]> {
  const columns = fields.map(({ name }) => name);
  if (key === undefined) return yes || !questions.possible ? [] : askKey(questions, columns);
  const wrong = unknownColumns(key, columns);
  if (wrong !== null) throw new EtlError('USAGE', `--key: ${wrong}`);
  return key;
}

/** The folder of a new target, so that it is there when the job runs; what is loaded into it is not shared. */
function targetFolder({ options, connector }: Endpoint, { directory }: OwnDataRequest): ScaffoldFile[] {
  if (options === null || !options.path.startsWith('./')) return [];
  const path = posix.normalize(connector === 'file' ? options.path : posix.dirname(options.path));
  return path === '.' || path === './' || existsSync(join(directory, path))
    ? []
    : [{ path: posix.join(path, '.gitignore'), content: '*\n!.gitignore\n' }];
}
