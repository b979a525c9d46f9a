import { join } from 'node:path';
import { isEtlError, parseTypeName, type Field, type Schema } from '@etl/sdk';
import type { Job } from './job.js';
import { parseNode } from './parse-node.js';
import { Problems } from './problem.js';
import { readYaml } from './read-yaml.js';
import { schemasFileShape } from './schemas-file.js';
import { readSource } from './source-text.js';
import { describeNode, spanAt, type YamlNode } from './yaml-node.js';

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
    const fields = Object.entries(columns).flatMap(([name, column]) =>
      readField({ name, column, root, path: [dataset, 'columns', name] }, problems),
    );
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

interface ColumnNode {
  readonly name: string;
  readonly column: string | { readonly type: string; readonly nullable: boolean; readonly native?: Field['native'] };
  readonly root: YamlNode;
  readonly path: readonly string[];
}

function readField({ name, column, root, path }: ColumnNode, problems: Problems): Field[] {
  const [, word = '', not] = /^(.*?)(\s+not\s+null)?$/i.exec(typeof column === 'string' ? column.trim() : column.type) ?? [];
  const nullable = not === undefined && (typeof column === 'string' || column.nullable);
  try {
    const native = typeof column === 'string' ? undefined : column.native;
    return [{ name, type: parseTypeName(word), nullable, ...(native !== undefined && { native }) }];
  } catch (error) {
    if (!isEtlError(error)) throw error;
    problems.add({ message: error.message, at: spanAt(root, path), hint: error.hint });
    return [];
  }
}
