import { join } from 'node:path';
import { EtlError, suggestion } from '@etl/sdk';
import { checkCodeText } from './check-code-text.js';
import { checkJob } from './check-job.js';
import { findLiteralSecrets } from './find-literal-secrets.js';
import type { Job } from './job.js';
import type { JobSetting } from './job-setting.js';
import { jobFileShape, type JobFile } from './job-shape.js';
import { listJobs } from './list-jobs.js';
import { jobName } from './names.js';
import { parseNode } from './parse-node.js';
import type { Problems } from './problem.js';
import type { ProjectSetting } from './project-setting.js';
import { readExtracts } from './read-extracts.js';
import { readLoads } from './read-loads.js';
import { readParams } from './read-params.js';
import { readSchemaFile } from './read-schemas.js';
import { readTransforms } from './read-transforms.js';
import { readYaml } from './read-yaml.js';
import { readSource, type SourceText } from './source-text.js';
import { childOf, describeNode, type MapNode } from './yaml-node.js';

/** Reads and checks one job. Null where something was reported. Throws USAGE where there is no such job. */
export async function readJob(name: string, setting: ProjectSetting, problems: Problems): Promise<Job | null> {
  const file = `jobs/${name}/job.yaml`;
  const names = await listJobs(setting.directory);
  const source = names.includes(name) ? await readSource(join(setting.directory, file), file) : null;
  if (source === null) {
    const hint = suggestion(name, names, { what: 'Jobs' }) ?? 'Make the first one with: etl init';
    throw new EtlError('USAGE', `There is no job '${name}' in this project`, { hint });
  }
  const { source: etlFile } = setting.file;
  problems.addSource(etlFile.file, etlFile.text);
  if (!jobName.safeParse(name).success)
    problems.add({
      message: `The folder jobs/${name} cannot be the name of a job`,
      place: { file },
      hint: 'Small letters, digits, - and _',
    });
  const root = readRoot(source, problems);
  return root && readSections({ name, source, root }, { ...setting, problems, jobFile: file });
}

function readRoot(source: SourceText, problems: Problems): MapNode | null {
  const root = readYaml(source, problems);
  if (root?.kind === 'map') return root;
  if (root !== null) problems.add({ message: `A job must be a map, not ${describeNode(root)}`, at: root.span });
  else if (problems.size === 0)
    problems.add({ message: 'This job is empty', at: source.span(0), hint: 'A job has extract, transform, check and load' });
  return null;
}

async function readSections(
  { name, source, root }: { name: string; source: SourceText; root: MapNode },
  setting: JobSetting,
): Promise<Job | null> {
  const { problems, directory, jobFile: file } = setting;
  const before = problems.size;
  checkCodeText(root, problems);
  for (const { node } of findLiteralSecrets(root, { names: false }))
    problems.add({
      message: 'This looks like a secret, and secrets are never in files',
      at: node.span,
      masked: true,
      hint: 'Remove it from the file and its history; a connection takes it from where this stores it: etl credentials set CONNECTION FIELD',
    });
  const parsed = parseNode(jobFileShape, root, problems, { what: `job ${name}` });
  const params = readParams(childOf(root, 'params'), problems);
  const extracts = await readExtracts(childOf(root, 'extract'), setting);
  const transforms = readTransforms({ transform: childOf(root, 'transform'), check: childOf(root, 'check') }, setting);
  const { loads, statements } = await readLoads(childOf(root, 'load'), { ...setting, job: name });
  const folder = join(directory, 'jobs', name);
  const schemas = await readSchemaFile({ directory: folder, file }, problems);
  const section = childOf(root, 'extract');
  const extracted = section?.kind === 'map' ? [...section.entries.keys()] : [];
  checkJob({ name, root, params, extracted, extracts, transforms, loads, statements, schemas }, problems);
  if (parsed === null || problems.size > before) return null;
  const facts = plainFacts(parsed.data);
  const entries = {
    params,
    extracts: extracts.map(({ entry }) => entry),
    transforms: transforms.map(({ entry }) => entry),
    loads: loads.map(({ entry }) => entry),
    statements: statements.map(({ entry }) => entry),
  };
  return { name, ...facts, ...entries, directory: folder, file, source: source.text };
}

const plainFacts = ({ description, schedule, tags, limits }: JobFile): Pick<Job, 'description' | 'schedule' | 'tags' | 'limits'> => ({
  tags,
  limits: { rejects: limits.rejects ?? null },
  ...(description !== undefined && { description }),
  ...(schedule !== undefined && { schedule }),
});
