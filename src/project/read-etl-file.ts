import { join } from 'node:path';
import type { Variables } from './fill-variables.js';
import type { Problems } from './problem.js';
import { readDotenv } from './read-dotenv.js';
import { readYaml } from './read-yaml.js';
import { readSource, type SourceText } from './source-text.js';
import { describeNode, type MapNode } from './yaml-node.js';

export interface EtlFileSource {
  readonly source: SourceText;
  readonly root: MapNode;
  readonly variables: Variables;
}

/** etl.yaml as nodes, and what fills its variables. Null where it cannot be read; then there is a problem. */
export async function readEtlFile(directory: string, environment: NodeJS.ProcessEnv, problems: Problems): Promise<EtlFileSource | null> {
  const source = await readSource(join(directory, 'etl.yaml'), 'etl.yaml');
  if (source === null) {
    problems.add({ message: `There is no etl.yaml in ${directory}`, place: { file: 'etl.yaml' }, hint: 'Begin a project with: etl init' });
    return null;
  }
  const dotenv = await readDotenv(directory, problems);
  const root = readYaml(source, problems);
  if (root === null) {
    if (problems.size === 0) problems.add({ message: 'etl.yaml is empty', at: source.span(0), hint: "It begins with 'project: NAME'" });
    return null;
  }
  if (root.kind !== 'map') {
    problems.add({ message: `etl.yaml must be a map, not ${describeNode(root)}`, at: root.span, hint: "It begins with 'project: NAME'" });
    return null;
  }
  const get = (name: string): string | undefined => environment[name] ?? dotenv.get(name);
  return { source, root, variables: { get, names: () => new Set([...Object.keys(environment), ...dotenv.keys()]) } };
}
