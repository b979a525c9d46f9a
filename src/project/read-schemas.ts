import { join } from 'node:path';
import { isEtlError, type Schema } from '@etl/sdk';
import { columnOf } from './column-text.js';
import type { Job } from './job.js';
import { parseNode } from './parse-node.js';
import { Problems } from './problem.js';
import { readYaml } from './read-yaml.js';
import { schemasFileShape } from './schemas-file.js';
import { readSource } from './source-text.js';
import { describeNode, nodeAt, spanAt, type YamlNode } from './yaml-node.js';

export type Schemas = ReadonlyMap<string, Schema>;

/** The columns of a job's extracts as schemas.yaml has them; empty where there is no such file. Throws CONFIG_INVALID. */
export async function readSchemas(job: Pick<Job, 'directory' | 'file'>): Promise<Schemas> {
  const problems = new Problems();
  const schemas = await readSchemaFile(job, problems);
  problems.throwIfAny();
  return schemas;
}

/** `jobs/sales/schemas.yaml` */
export const schemasPath = ({ file }: Pick<Job, 'file'>): string => file.replace(/job\.yaml$/, 'schemas.yaml');

/** What can be read of a schemas.yaml; what cannot is reported. */
export async function readSchemaFile(job: Pick<Job, 'directory' | 'file'>, problems: Problems): Promise<Schemas> {
  const file = schemasPath(job);
  const source = await readSource(join(job.directory, 'schemas.yaml'), file);
  const root = source && readYaml(source, problems);
  if (!root) return new Map();
  if (root.kind !== 'map') problems.add({ message: `${file} must be a map of datasets, not ${describeNode(root)}`, at: root.span });
  const parsed = parseNode(schemasFileShape, root, problems, { what: 'schemas.yaml' });
  const schemas = new Map<string, Schema>();
  for (const [dataset, { key, columns }] of Object.entries(parsed?.data ?? {})) {
    const fields = columnNames(root, dataset).flatMap((name) => {
      const column = columns[name];
      if (column === undefined) return [];
      const field = columnOf(name, column);
      if (!isEtlError(field)) return [field];
      problems.add({ message: field.message, at: spanAt(root, [dataset, 'columns', name]), hint: field.hint });
      return [];
    });
    for (const [index, name] of key.entries())
      if (!(name in columns))
        problems.add({
          message: `The key of ${dataset} names the column '${name}', which is not in its columns`,
          at: spanAt(root, [dataset, 'key', index]),
        });
    schemas.set(dataset, { fields, key });
  }
  return schemas;
}

/** In the order of the file, which an object does not keep for names such as 2024. */
function columnNames(root: YamlNode, dataset: string): string[] {
  const columns = nodeAt(root, [dataset, 'columns']);
  return columns?.kind === 'map' ? [...columns.entries.keys()] : [];
}
